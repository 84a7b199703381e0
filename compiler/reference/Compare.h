//===- Compare.h - Is a kernel's result right? -------------------------------===//
//
// The one harness that holds results to the float64 reference: `gaze verify` and
// test/numeric share it. An output is measured against what was added up in its row, since
// that is what rounding goes with, and against what a plain program loses there. A limit for
// the largest error says little of the others, so their mean, their root mean square and their
// bias have limits of their own.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_REFERENCE_COMPARE_H
#define GAZE_COMPILER_REFERENCE_COMPARE_H

#include "compiler/reference/Attention.h"

namespace gaze::reference {

/// What a float32 kernel may differ from the reference, beside Tolerance: |lse - reference| <=
/// tolerance * max(1, |reference|), and an output by as much of its row's magnitude, or by
/// 8 (n + 1) 2^-24 of it where the row has few keys, n; but both by what the rounding of scores
/// makes of them, Result::lseByScores and outByScores, in any case. Without Result::plain, of
/// magnitudes below 1 by as much as of 1.
constexpr double toleranceF32 = 3e-6;
/// Where scores are off by more than this, a bound to first order says nothing: then it is the
/// plain reference's error alone that counts.
constexpr double mostByScores = 1e-3;

/// How far a kernel may be off.
struct Tolerance {
  double out = 0; ///< of an output, beside what float32 may be off there
  double lse = 0; ///< of a log-sum-exp, where float32 may be off by less
  /// Of the plain reference's mean error and root mean square, which those of the outputs may
  /// reach; 0: they are not looked at.
  double share = 0;
  double weights = 0; ///< by what part of itself each weight may be rounded
};

/// Of a kernel of `type`, by Result::plain: an output may be off by four times the plain
/// reference's largest error in float32, and by twice that in 16 bits; the mean by four times and
/// by 1.1 times. A log-sum-exp, which is float32 always, may be off by four times that of the plain
/// reference. A kernel that `roundsWeights` to bfloat16 does so by at most 2^-9 of each, and so of
/// their sum; the log-sum-exp follows.
Tolerance toleranceOf(const Result &reference, gaze_element type, bool roundsWeights);
/// Of `kernel`, which rounds its weights where it multiplies pairs of bfloat16.
Tolerance toleranceOf(const Result &reference, const gaze_kernel &kernel);

struct Comparison {
  bool ok = true;
  double maxAbsError = 0; ///< largest |out - reference|; NaN never matches a number
  double maxLseError = 0;
  /// Rows that are past their limit where float32 may select other blocks of keys than the
  /// reference (Result::undecided): not wrong, and in none of the other numbers.
  std::int64_t rowsUndecided = 0;
  std::int64_t worstRow = -1; ///< [batch, heads, seq_q] flattened: furthest past its limit, or -1
  std::int64_t worstChannel = -1; ///< of worstRow; -1 where the log-sum-exp is wrong
  /// How much of their limits they take, where there are enough outputs; above 1 is wrong.
  double meanShare = 0, rootMeanSquareShare = 0, biasShare = 0;
};

/// `out` [batch, heads, seq_q, valueDim] and `lse` [batch, heads, seq_q] are dense;
/// `lse` may be null. NaN and infinities are right only where the reference has the
/// same. An output of nothing but zeros is wrong where the reference has others.
Comparison compare(const Result &reference, int valueDim, const float *out, const float *lse,
                   const Tolerance &tolerance = {});

} // namespace gaze::reference

#endif // GAZE_COMPILER_REFERENCE_COMPARE_H
