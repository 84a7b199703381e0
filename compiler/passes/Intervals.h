//===- Intervals.h - Interval arithmetic, emitted as operations ------------------===//
//
// For TileBounds.cpp, which explains the rules that all of this keeps.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_PASSES_INTERVALS_H
#define GAZE_COMPILER_PASSES_INTERVALS_H

#include "compiler/ir/Gaze.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

#include <cstdint>
#include <limits>

namespace gaze::passes {

/// What is known of a value on a rectangle: the values `low` and `high` of its
/// own type, computed at run time, and facts that hold for every rectangle.
///
/// - i64: low <= value <= high. Low and high themselves lie in [least, greatest].
/// - i1: `low` is true where the value must be, `high` where it may be.
/// - f64: low <= value <= high; or both are NaN, and nothing is known. While
///   `magnitude` is finite, neither is NaN and |low|, |high| <= magnitude.
struct Interval {
  mlir::Value low, high;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  double magnitude = std::numeric_limits<double>::infinity();
  bool isExact = false; ///< low and high are the value itself, NaN included

  /// The value is the same on the whole rectangle, and `low` is that value.
  bool isPoint() const {
    return isExact || (low == high && !llvm::isa<mlir::FloatType>(low.getType()));
  }
  mlir::Type type() const { return low.getType(); }
  /// Low and high, or the one value that both are.
  llvm::SmallVector<mlir::Value, 2> ends() const {
    return isPoint() ? llvm::SmallVector<mlir::Value, 2>{low}
                     : llvm::SmallVector<mlir::Value, 2>{low, high};
  }
};

/// Emits operations at a place, folding constants on the way.
class Emitter {
public:
  Emitter(mlir::OpBuilder &builder, mlir::Location location)
      : builder(builder), location(location) {}

  template <typename OpType, typename... Operands> mlir::Value emit(Operands... operands) {
    return builder.createOrFold<OpType>(location, operands...);
  }
  mlir::Value constant(std::int64_t value);
  mlir::Value constant(double value);
  mlir::Value constant(bool value);

  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value lhs, mlir::Value rhs);
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value lhs, mlir::Value rhs);
  mlir::Value both(mlir::Value lhs, mlir::Value rhs);
  mlir::Value either(mlir::Value lhs, mlir::Value rhs);
  mlir::Value negate(mlir::Value condition);
  mlir::Value select(mlir::Value condition, mlir::Value whenTrue, mlir::Value whenFalse);

  /// `OpType` of each end of `lhs` with each end of `rhs`.
  template <typename OpType>
  llvm::SmallVector<mlir::Value, 8> corners(const Interval &lhs, const Interval &rhs) {
    llvm::SmallVector<mlir::Value, 8> result;
    for (mlir::Value left : lhs.ends())
      for (mlir::Value right : rhs.ends())
        result.push_back(emit<OpType>(left, right));
    return result;
  }

  /// What can be said of any value of `type`.
  Interval anything(mlir::Type type);

private:
  mlir::OpBuilder &builder;
  mlir::Location location;
};

/// Interval arithmetic on i64, with the wrap-around of the language.
class IntIntervals : public Emitter {
public:
  using Emitter::Emitter;
  Interval add(const Interval &lhs, const Interval &rhs);
  Interval subtract(const Interval &lhs, const Interval &rhs);
  Interval multiply(const Interval &lhs, const Interval &rhs);
  Interval floorDivide(const Interval &lhs, const Interval &rhs);
  Interval floorModulo(const Interval &lhs, const Interval &rhs);
  Interval minimum(const Interval &lhs, const Interval &rhs);
  Interval maximum(const Interval &lhs, const Interval &rhs);
  Interval absolute(const Interval &operand);
  Interval fromFloat(const Interval &operand);
  /// The result of the comparison, an i1.
  Interval compare(mlir::arith::CmpIPredicate predicate, const Interval &lhs, const Interval &rhs);
  /// The smallest interval that holds both.
  Interval join(const Interval &lhs, const Interval &rhs);

private:
  using Emitter::compare;
  mlir::Value min(mlir::Value lhs, mlir::Value rhs);
  mlir::Value max(mlir::Value lhs, mlir::Value rhs);
  Interval square(const Interval &operand);
  Interval hull(llvm::ArrayRef<mlir::Value> values);
  Interval unless(mlir::Value overflow, Interval interval);
};

/// Interval arithmetic on f64.
class FloatIntervals : public Emitter {
public:
  using Emitter::Emitter;
  Interval add(const Interval &lhs, const Interval &rhs);
  Interval subtract(const Interval &lhs, const Interval &rhs);
  Interval multiply(const Interval &lhs, const Interval &rhs);
  Interval divide(const Interval &lhs, const Interval &rhs);
  Interval minimum(const Interval &lhs, const Interval &rhs);
  Interval maximum(const Interval &lhs, const Interval &rhs);
  Interval negate(const Interval &operand);
  Interval absolute(const Interval &operand);
  Interval floor(const Interval &operand);
  Interval squareRoot(const Interval &operand);
  Interval exp(const Interval &operand);
  Interval exp2(const Interval &operand);
  Interval log(const Interval &operand);
  Interval log2(const Interval &operand);
  Interval tanh(const Interval &operand);
  /// Sine or cosine: only the range of the result is known.
  Interval wave(const Interval &operand);
  Interval fromInt(const Interval &operand);
  /// The result of the comparison, an i1.
  Interval compare(mlir::arith::CmpFPredicate predicate, const Interval &lhs, const Interval &rhs);
  /// The smallest interval that holds both.
  Interval join(const Interval &lhs, const Interval &rhs);

private:
  using Emitter::compare;
  using Emitter::negate;
  Interval hull(llvm::ArrayRef<mlir::Value> values);
  /// A function that never falls, computed by a library: its rounding is not known exactly.
  template <typename OpType> Interval rising(const Interval &operand);
};

} // namespace gaze::passes

#endif // GAZE_COMPILER_PASSES_INTERVALS_H
