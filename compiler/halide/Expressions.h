//===- Expressions.h - Kernel functions as Halide expressions -----------------===//
//
// What the operations of compiler/Kernel.h mean in Halide, element by element.
// Tested through every numeric test; test/halide/expressions.test looks at the
// statements that come out.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_EXPRESSIONS_H
#define GAZE_COMPILER_HALIDE_EXPRESSIONS_H

#include "compiler/Kernel.h"
#include "compiler/halide/Inputs.h"

#include <Halide.h>

#include <array>
#include <map>
#include <vector>

namespace gaze {

/// The values that a Function reads, as Halide expressions.
struct Environment {
  std::array<Halide::Expr, 8> coordinates; ///< int64, by Coordinate
  std::array<Halide::Expr, 4> low, high;   ///< int64, by Coordinate; bounds functions only
  std::vector<Halide::Expr> parameters;    ///< int64, float64 or bool
  Halide::Expr score;                      ///< float32; score functions only
  std::vector<InputAccess> inputs;         ///< by Op::Load's index
  InputBuffers buffers;
  /// Values of nodes that are known already, by their number.
  std::map<int, Halide::Expr> known;
};

/// The results of `function`, in their order.
std::vector<Halide::Expr> translate(const Function &function, const Environment &environment);

/// `yes` where `condition` holds, else `no`, of the same type. By masks, of which LLVM makes
/// a select again, and not by Halide's: it would try to compute the stages that only one
/// of the two reads under the condition, and fails on conditions that read inputs.
Halide::Expr choose(const Halide::Expr &condition, const Halide::Expr &yes, const Halide::Expr &no);

/// A float32 as float64. LLVM may assume that what Halide casts is finite, so that
/// is_nan would be false: other numbers are made of their bits.
Halide::Expr widen(const Halide::Expr &x);

/// The nodes of `function` that load from inputs and depend on the query but not on the
/// key or the score, as far as nothing larger does: what is worth computing once for
/// all keys.
std::vector<int> loadsOfQuery(const Function &function);

/// 2^x in float32 for x <= 0, to 1 ulp; 0 below 2^-126; NaN stays NaN, -inf gives 0.
Halide::Expr exp2OfNonPositive(Halide::Expr x);

/// Tests of a float32 that survive Halide's fast-math flags, which assume away NaN
/// and infinities: they look at the bits.
Halide::Expr isMinusInfinity(Halide::Expr x);
Halide::Expr isNotANumber(Halide::Expr x);
Halide::Expr minusInfinity();

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_EXPRESSIONS_H
