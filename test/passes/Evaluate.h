//===- Evaluate.h - What a Function of compiler/Kernel.h computes ----------------===//
//
// A slow, obvious evaluator, written from the comments in Kernel.h alone. It
// shares no code with the compiler, so tests can hold the passes to it.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_PASSES_EVALUATE_H
#define GAZE_TEST_PASSES_EVALUATE_H

#include "compiler/Kernel.h"

#include <array>
#include <cstdint>
#include <vector>

namespace gaze::test {

/// An I1 or I64 in `integer`, an F32 or F64 in `real`.
struct Scalar {
  std::int64_t integer = 0;
  double real = 0;
};

/// The elements of an input in C order: `integer` of I64 and I1, `real` of F64.
struct Tensor {
  std::vector<std::int64_t> sizes;
  std::vector<Scalar> elements;
};

/// What a Function can read.
struct Inputs {
  std::array<std::int64_t, 8> coordinates{}; ///< by Coordinate
  std::array<std::int64_t, 4> low{}, high{}; ///< bounds: Q, K, Head, Batch
  std::vector<Scalar> parameters;
  double score = 0;
  std::vector<Tensor> tensors;
  /// LeastLoad and GreatestLoad look at boxes that are rounded up to zones so wide.
  std::int64_t zoneWidth = 1;
};

struct Evaluation {
  std::vector<Scalar> results;
  bool overflowed = false; ///< some I64 operation wrapped around, or a product all but did
};

Evaluation evaluate(const Function &function, const Inputs &inputs);

} // namespace gaze::test

#endif // GAZE_TEST_PASSES_EVALUATE_H
