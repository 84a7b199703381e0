//===- Problem.h - Q, K and V, from files or made up -------------------------===//
#ifndef GAZE_TOOLS_PROBLEM_H
#define GAZE_TOOLS_PROBLEM_H

#include "compiler/reference/Elements.h"
#include "gaze/gaze.hpp"
#include "runtime/Run.h"
#include "tools/gaze/Npy.h"
#include "tools/gaze/Options.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

namespace gaze::cli {

using reference::Elements;

/// A Failure of the runtime is the caller's mistake or its own fault, as an Error tells.
template <typename Call> auto asError(const Call &call) {
  try {
    return call();
  } catch (const runtime::Failure &failure) {
    throw Error(failure.status, failure.what());
  }
}

/// What a kernel computes.
struct Output {
  Elements out;           ///< [batch, heads, seq_q, valueDim]
  std::vector<float> lse; ///< [batch, heads, seq_q]
};

/// Dense tensors of the kernel's type: q [batch, heads, seq_q, headDim], k [batch, kv_heads,
/// seq_k, headDim], v [batch, kv_heads, seq_k, valueDim]. A command that looks at masks has no v.
struct Problem {
  gaze_shape shape{};
  int headDim = 0;
  int valueDim = 0;
  ElementType type = ElementType::Float32; ///< of the file of Q
  Elements q, k, v;

  gaze_element element() const { return q.type(); } ///< of the kernel
  std::vector<std::int64_t> outShape() const;
  std::vector<std::int64_t> lseShape() const;
  /// "batch 1, heads 12, seq_q 512, seq_k 1024, head_dim 32", shorter where they agree.
  std::string describe() const;
  /// Room for the output. Throws a Failure where the machine has not the memory.
  Output makeOutput() const;
  /// As the runtime takes them.
  gaze_tensor queryTensor() const { return q.tensor(shape.heads, shape.seq_q, headDim); }
  gaze_tensor keyTensor() const { return k.tensor(shape.kv_heads, shape.seq_k, headDim); }
  gaze_tensor valueTensor() const { return v.tensor(shape.kv_heads, shape.seq_k, valueDim); }
  gaze_tensor outputTensor(Output &output) const {
    return output.out.tensor(shape.heads, shape.seq_q, valueDim);
  }
  gaze_tensor lseTensor(Output &output) const {
    return view(output.lse.data(), {shape.batch, shape.heads, shape.seq_q});
  }
  /// The plan, with top_blocks, and what it selects for Q and K; without tiles. Throws
  /// gaze::Error where the tables of all queries take too much.
  runtime::Owned<gaze_plan> select(const gaze_plan &plan, int threads) const;
  /// The same for some queries after the others, as a run does it: `visit` gets a plan for each
  /// slice.
  void selectInSlices(const gaze_plan &plan, int threads,
                      const std::function<void(const gaze_plan &)> &visit) const;
  /// Into the memory of `output`; output.out.readBack() gives the values. `summaries`, those
  /// of all keys, may be null. The costs are those of a run alone. Throws gaze::Error.
  runtime::RunCosts run(const Plan &plan, Output &output, int threads,
                        const gaze_summaries *summaries = nullptr) const;
};

/// Of the kernel for `problem`, which runs on the device that there is. Throws a Failure.
KernelOptions kernelOptions(const CodeOptions &options, const Problem &problem);

/// Which tensors of a problem there are.
enum class Parts { All, QueriesAndKeys };

/// Reads three files, or two where `options` names no V, and holds their shapes to each other. The
/// kernel's type is --dtype; without it f16 where all files hold float16, otherwise f32. Throws a
/// Failure that names the files and the shapes.
Problem readProblem(const TensorOptions &options, std::optional<std::int64_t> qStart,
                    const CodeOptions &code);

/// Normal random numbers, rounded to the kernel's type, the same for the same seed.
/// Throws a Failure where the machine has not the memory.
Problem randomProblem(const ShapeOptions &options, gaze_element element, std::uint64_t seed,
                      Parts parts = Parts::All);

/// The files where they are given, otherwise random numbers. Throws a Failure where
/// `command` got both files and a shape.
Problem chooseProblem(const CLI::App &command, const TensorOptions &tensors,
                      const ShapeOptions &shape, const CodeOptions &code, std::uint64_t seed);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PROBLEM_H
