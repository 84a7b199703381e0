//===- Compare.h - Is a kernel's result right? -------------------------------===//
//
// The one harness that holds results to the float64 reference: `gaze verify` and
// test/numeric share it. The error of an output row is measured against the size
// of what was added up there (Result::magnitude), since that is what rounding goes
// with, and never against less than 1.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_REFERENCE_COMPARE_H
#define GAZE_COMPILER_REFERENCE_COMPARE_H

#include "compiler/reference/Attention.h"

namespace gaze::reference {

/// What a float32 kernel may differ from the reference: |out - reference| <=
/// tolerance * max(1, magnitude of the row), |lse - reference| <= tolerance *
/// max(1, |reference|).
constexpr double toleranceF32 = 3e-6;

/// How far a kernel may be off.
struct Tolerance {
  double out = 0; ///< of an output, where float32 may be off by less
  double lse = 0; ///< of a log-sum-exp, likewise
};

/// Of a kernel of `type`. An output of 16 bits may be off by twice the largest error of the
/// plain reference, Result::plain. A kernel of bfloat16 may round its weights to bfloat16, each by
/// at most 2^-9 of itself, and so their sum; the log-sum-exp follows.
Tolerance toleranceOf(const Result &reference, gaze_element type);

struct Comparison {
  bool ok = true;
  double maxAbsError = 0; ///< largest |out - reference|; NaN never matches a number
  double maxLseError = 0;
  /// Rows that are past their limit where float32 may select other blocks of keys than the
  /// reference (Result::undecided): not wrong, and in none of the other numbers.
  std::int64_t rowsUndecided = 0;
  std::int64_t worstRow = -1; ///< [batch, heads, seq_q] flattened: furthest past its limit, or -1
  std::int64_t worstChannel = -1; ///< of worstRow; -1 where the log-sum-exp is wrong
};

/// `out` [batch, heads, seq_q, valueDim] and `lse` [batch, heads, seq_q] are dense;
/// `lse` may be null. NaN and infinities are right only where the reference has the
/// same. An output of nothing but zeros is wrong where the reference has others.
Comparison compare(const Result &reference, int valueDim, const float *out, const float *lse,
                   const Tolerance &tolerance = {});

} // namespace gaze::reference

#endif // GAZE_COMPILER_REFERENCE_COMPARE_H
