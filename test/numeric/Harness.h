//===- Harness.h - A kernel beside the float64 reference ---------------------===//
//
// Every test of this folder compiles a pattern text, makes tensors, and holds the
// kernel's output and log-sum-exp to the reference, which shares nothing with the
// compiler but the checked AST.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_NUMERIC_HARNESS_H
#define GAZE_TEST_NUMERIC_HARNESS_H

#include "compiler/Compiler.h"
#include "compiler/reference/Compare.h"
#include "gaze/gaze.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

namespace gaze::test {

/// A shape with q_start = seq_k - seq_q.
gaze_shape shape(std::int64_t batch, std::int64_t heads, std::int64_t kvHeads, std::int64_t seqQ,
                 std::int64_t seqK);

/// Dense tensors of normal random numbers and room for the output. A run rounds q, k and v
/// to the kernel's type.
struct Tensors {
  gaze_shape shape;
  int headDim, valueDim;
  std::vector<float> q, k, v, out, lse;

  Tensors(const gaze_shape &shape, int headDim, int valueDim, unsigned seed = 1);
  /// Row `key` of all heads and batch entries of `tensor` (k or v).
  void fillKey(std::vector<float> &tensor, std::int64_t key, float value);
};

/// The elements of an input, in C order; those of its type are given.
struct InputData {
  std::vector<std::int64_t> extents;
  std::vector<std::int64_t> ints;
  std::vector<float> floats;
  std::vector<std::uint8_t> bools;
};

/// A pattern text, checked and compiled.
class CompiledPattern {
public:
  /// The text holds one pattern. `valueDim` 0: headDim.
  explicit CompiledPattern(const std::string &text, int headDim = 32, int valueDim = 0,
                           const std::string &target = "host",
                           gaze_element element = GAZE_ELEMENT_FLOAT32);

  CompiledPattern(const std::string &text, const KernelOptions &options);

  /// The tensors that the pattern reads from now on, in the order of its inputs.
  void give(std::vector<InputData> data) { inputs = std::move(data); }
  /// The sizes of input `index`, and its type.
  std::vector<std::int64_t> extents(std::size_t index, const gaze_shape &shape,
                                    const std::vector<dsl::Value> &values = {}) const;
  std::size_t inputCount() const { return program.patterns.front().inputs.size(); }
  dsl::Type inputType(std::size_t index) const { return pattern().inputs[index].type; }
  const dsl::Program &file() const { return program; }
  const dsl::Pattern &pattern() const { return program.patterns.front(); }

  const gaze_kernel &table() const { return kernel.table(); }
  int headDim() const { return kernel.table().head_dim; }
  int valueDim() const { return kernel.table().value_dim; }
  Tensors tensors(const gaze_shape &shape, unsigned seed = 1) const;

  /// Runs the kernel into tensors.out and tensors.lse. `values` empty: defaults.
  void run(Tensors &tensors, const std::vector<dsl::Value> &values = {}, int threads = 0) const;
  /// With the error of the type. `tensors` as a run has left them.
  reference::Result expected(const Tensors &tensors,
                             const std::vector<dsl::Value> &values = {}) const;
  /// Where what a run has left in `tensors` differs most, if too much; otherwise "".
  std::string mismatch(const Tensors &tensors, const reference::Result &expected) const;
  /// Runs both; a failed expectation says where they differ most.
  reference::Result check(Tensors &tensors, const std::vector<dsl::Value> &values = {}) const;
  reference::Result check(const gaze_shape &shape,
                          const std::vector<dsl::Value> &values = {}) const;

  /// What the plan says of an index outside of an input, without the place; "" where the plan is
  /// made.
  std::string plannedFault(const gaze_shape &shape,
                           const std::vector<dsl::Value> &values = {}) const;
  /// What is wrong with `fault` of `plannedFault`, if anything: it has to be at the first pair, by
  /// batch entry, head, query and key, where the interpreter finds one.
  std::string wrongFault(const std::string &fault, const gaze_shape &shape,
                         const std::vector<dsl::Value> &values = {}) const;

  Plan plan(const gaze_shape &shape, const std::vector<dsl::Value> &values = {},
            int threads = 0) const;
  dsl::Interpreter interpreter(const std::vector<dsl::Value> &values = {}) const;
  /// The coordinates of a pair; `row` counts from 0.
  dsl::Coordinates pair(const gaze_shape &shape, std::int64_t batch, std::int64_t head,
                        std::int64_t row, std::int64_t key) const;

private:
  /// The faults of a pair, as `plannedFault` has them: one or none for each way in which
  /// `top_blocks` may select.
  std::set<std::string> faultsAt(const dsl::Coordinates &at, const dsl::Interpreter &reading,
                                 bool isConsistent) const;
  std::vector<dsl::Value> withDefaults(std::vector<dsl::Value> values) const;

  std::vector<gaze_input_tensor> runtimeInputs() const;

  dsl::Program program;
  JitKernel kernel;
  std::vector<InputData> inputs;
};

} // namespace gaze::test

#endif // GAZE_TEST_NUMERIC_HARNESS_H
