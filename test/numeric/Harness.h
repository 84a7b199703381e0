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
#include "runtime/gaze.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace gaze::test {

/// A shape with q_start = seq_k - seq_q.
gaze_shape shape(std::int64_t batch, std::int64_t heads, std::int64_t kvHeads, std::int64_t seqQ,
                 std::int64_t seqK);

/// Dense tensors of normal random numbers and room for the output.
struct Tensors {
  gaze_shape shape;
  int headDim, valueDim;
  std::vector<float> q, k, v, out, lse;

  Tensors(const gaze_shape &shape, int headDim, int valueDim, unsigned seed = 1);
  /// Row `key` of all heads and batch entries of `tensor` (k or v).
  void fillKey(std::vector<float> &tensor, std::int64_t key, float value);
};

/// A pattern text, checked and compiled.
class CompiledPattern {
public:
  /// The text holds one pattern. `valueDim` 0: headDim.
  explicit CompiledPattern(const std::string &text, int headDim = 32, int valueDim = 0);

  const gaze_kernel &table() const { return kernel.table(); }
  int headDim() const { return kernel.table().head_dim; }
  int valueDim() const { return kernel.table().value_dim; }
  Tensors tensors(const gaze_shape &shape, unsigned seed = 1) const;

  /// Runs the kernel into tensors.out and tensors.lse. `values` empty: defaults.
  void run(Tensors &tensors, const std::vector<dsl::Value> &values = {}, int threads = 0) const;
  reference::Result expected(const Tensors &tensors,
                             const std::vector<dsl::Value> &values = {}) const;
  /// Runs both; a failed expectation says where they differ most.
  reference::Result check(Tensors &tensors, const std::vector<dsl::Value> &values = {}) const;
  reference::Result check(const gaze_shape &shape,
                          const std::vector<dsl::Value> &values = {}) const;

private:
  std::vector<dsl::Value> withDefaults(std::vector<dsl::Value> values) const;

  dsl::Program program;
  JitKernel kernel;
};

} // namespace gaze::test

#endif // GAZE_TEST_NUMERIC_HARNESS_H
