//===- Plain.h - Attention as a plain program in float32 has it ----------------===//
//
// What a kernel is measured by: dot products and softmax in float32, one after the other over
// the kept keys of a row, sums by blocks of 64 keys, and the result rounded to the type. Its
// error against float64 is what the type itself costs.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_REFERENCE_PLAIN_H
#define GAZE_COMPILER_REFERENCE_PLAIN_H

#include "dsl/Interpreter.h"
#include "gaze/gaze.h"

#include <cstdint>
#include <vector>

namespace gaze::reference {

/// A row of Q, and the rows of K and V of its head.
struct PlainRow {
  const float *q, *k, *v;
  int headDim, valueDim;
};

/// The row at `at` over the kept `keys`, into out[valueDim], rounded to `type`. Returns the
/// log-sum-exp.
float plainAttention(const dsl::Interpreter &interpreter, dsl::Coordinates at, const PlainRow &row,
                     const std::vector<std::int64_t> &keys, gaze_element type, float *out);

} // namespace gaze::reference

#endif // GAZE_COMPILER_REFERENCE_PLAIN_H
