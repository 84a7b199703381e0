//===- Problem.h - Q, K and V, from files or made up -------------------------===//
#ifndef GAZE_TOOLS_PROBLEM_H
#define GAZE_TOOLS_PROBLEM_H

#include "runtime/gaze.hpp"
#include "tools/gaze/Npy.h"
#include "tools/gaze/Options.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

namespace gaze::cli {

/// What a kernel computes.
struct Output {
  std::vector<float> out; ///< [batch, heads, seq_q, valueDim]
  std::vector<float> lse; ///< [batch, heads, seq_q]
};

/// Dense float32 tensors: q [batch, heads, seq_q, headDim], k [batch, kv_heads,
/// seq_k, headDim], v [batch, kv_heads, seq_k, valueDim].
struct Problem {
  gaze_shape shape{};
  int headDim = 0;
  int valueDim = 0;
  ElementType type = ElementType::Float32; ///< of the file of Q
  std::vector<float> q, k, v;

  std::vector<std::int64_t> outShape() const;
  std::vector<std::int64_t> lseShape() const;
  /// "batch 1, heads 12, seq_q 512, seq_k 1024, head_dim 32", shorter where they agree.
  std::string describe() const;
  /// Room for the output. Throws a Failure where the machine has not the memory.
  Output makeOutput() const;
  /// Throws gaze::Error.
  void run(const Plan &plan, Output &output, int threads) const;
};

/// Reads three files and holds their shapes to each other. Throws a Failure that
/// names the files and the shapes.
Problem readProblem(const TensorOptions &options, std::optional<std::int64_t> qStart);

/// Normal random numbers, the same for the same seed. Throws a Failure where the
/// machine has not the memory.
Problem randomProblem(const ShapeOptions &options, std::uint64_t seed);

/// The files where they are given, otherwise random numbers. Throws a Failure where
/// `command` got both files and a shape.
Problem chooseProblem(const CLI::App &command, const TensorOptions &tensors,
                      const ShapeOptions &shape, std::uint64_t seed);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PROBLEM_H
