//===- FloatIntervals.cpp - Interval arithmetic on f64 ---------------------------===//
//
// Rounding to nearest never changes an order, so the ends of + - * / and sqrt
// need no widening. Two rules keep NaN sound. Ends come from `hull`, whose minimum and maximum
// give NaN when any corner is NaN, so both ends are NaN together. And where
// an operation can give NaN inside of the operands' intervals, a corner must show it:
// inf - inf has two infinite ends; 0 * inf needs the factor nearest to 0
// as one more corner; a divisor interval that touches 0 gives NaN by itself.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Intervals.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using arith::CmpFPredicate;

namespace gaze::passes {

static constexpr double infinity = std::numeric_limits<double>::infinity();

/// A bound for a computed magnitude: rounded up, infinite from where it is no help.
static double above(double magnitude) {
  return magnitude < 1e300 ? magnitude * (1 + 1e-9) : infinity;
}

Interval FloatIntervals::hull(ArrayRef<Value> values) {
  Interval result{values.front(), values.front()};
  for (Value value : values.drop_front()) {
    result.low = emit<arith::MinimumFOp>(result.low, value);
    result.high = emit<arith::MaximumFOp>(result.high, value);
  }
  return result;
}

Interval FloatIntervals::add(const Interval &lhs, const Interval &rhs) {
  double magnitude = above(lhs.magnitude + rhs.magnitude);
  if (magnitude == infinity)
    return hull(corners<arith::AddFOp>(lhs, rhs));
  Interval sum{emit<arith::AddFOp>(lhs.low, rhs.low), emit<arith::AddFOp>(lhs.high, rhs.high)};
  sum.magnitude = magnitude;
  return sum;
}

Interval FloatIntervals::subtract(const Interval &lhs, const Interval &rhs) {
  return add(lhs, negate(rhs));
}

Interval FloatIntervals::multiply(const Interval &lhs, const Interval &rhs) {
  SmallVector<Value, 8> products = corners<arith::MulFOp>(lhs, rhs);
  bool isFinite = lhs.magnitude < infinity && rhs.magnitude < infinity;
  if (!isFinite) {
    auto nearestToZero = [&](const Interval &interval) {
      Value atMostZero = emit<arith::MinimumFOp>(interval.high, constant(0.0));
      Value nearest = emit<arith::MaximumFOp>(interval.low, atMostZero);
      Interval point{nearest, nearest};
      point.isExact = true;
      return point;
    };
    products.append(corners<arith::MulFOp>(nearestToZero(lhs), rhs));
    products.append(corners<arith::MulFOp>(lhs, nearestToZero(rhs)));
  }
  Interval result = hull(products);
  if (isFinite)
    result.magnitude = above(lhs.magnitude * rhs.magnitude);
  return result;
}

Interval FloatIntervals::divide(const Interval &lhs, const Interval &rhs) {
  Interval result = hull(corners<arith::DivFOp>(lhs, rhs));
  Value zero = constant(0.0);
  Value touchesZero =
      both(compare(CmpFPredicate::OLE, rhs.low, zero), compare(CmpFPredicate::OGE, rhs.high, zero));
  Value unknown = constant(std::numeric_limits<double>::quiet_NaN());
  return {select(touchesZero, unknown, result.low), select(touchesZero, unknown, result.high)};
}

Interval FloatIntervals::minimum(const Interval &lhs, const Interval &rhs) {
  Interval result{emit<arith::MinimumFOp>(lhs.low, rhs.low),
                  emit<arith::MinimumFOp>(lhs.high, rhs.high)};
  result.magnitude = std::max(lhs.magnitude, rhs.magnitude);
  return result;
}

Interval FloatIntervals::maximum(const Interval &lhs, const Interval &rhs) {
  Interval result{emit<arith::MaximumFOp>(lhs.low, rhs.low),
                  emit<arith::MaximumFOp>(lhs.high, rhs.high)};
  result.magnitude = std::max(lhs.magnitude, rhs.magnitude);
  return result;
}

Interval FloatIntervals::join(const Interval &lhs, const Interval &rhs) {
  Interval result = hull({lhs.low, lhs.high, rhs.low, rhs.high});
  result.magnitude = std::max(lhs.magnitude, rhs.magnitude);
  return result;
}

Interval FloatIntervals::negate(const Interval &operand) {
  Interval result{emit<arith::NegFOp>(operand.high), emit<arith::NegFOp>(operand.low)};
  result.magnitude = operand.magnitude;
  return result;
}

Interval FloatIntervals::absolute(const Interval &operand) {
  Value negated = emit<arith::NegFOp>(operand.high);
  Value low = emit<arith::MaximumFOp>(emit<arith::MaximumFOp>(operand.low, negated), constant(0.0));
  Value high =
      emit<arith::MaximumFOp>(emit<math::AbsFOp>(operand.low), emit<math::AbsFOp>(operand.high));
  Interval result{low, high};
  result.magnitude = operand.magnitude;
  return result;
}

Interval FloatIntervals::floor(const Interval &operand) {
  Interval result{emit<math::FloorOp>(operand.low), emit<math::FloorOp>(operand.high)};
  result.magnitude = above(operand.magnitude + 1);
  return result;
}

Interval FloatIntervals::squareRoot(const Interval &operand) {
  return hull({emit<math::SqrtOp>(operand.low), emit<math::SqrtOp>(operand.high)});
}

template <typename OpType> Interval FloatIntervals::rising(const Interval &operand) {
  Value low = emit<OpType>(operand.low), high = emit<OpType>(operand.high);
  auto room = [&](Value value) {
    Value relative = emit<arith::MulFOp>(emit<math::AbsFOp>(value), constant(1e-12));
    return emit<arith::AddFOp>(relative, constant(1e-300));
  };
  return hull({emit<arith::SubFOp>(low, room(low)), emit<arith::AddFOp>(high, room(high))});
}

Interval FloatIntervals::exp(const Interval &operand) { return rising<math::ExpOp>(operand); }
Interval FloatIntervals::exp2(const Interval &operand) { return rising<math::Exp2Op>(operand); }
Interval FloatIntervals::log(const Interval &operand) { return rising<math::LogOp>(operand); }
Interval FloatIntervals::log2(const Interval &operand) { return rising<math::Log2Op>(operand); }
Interval FloatIntervals::tanh(const Interval &operand) { return rising<math::TanhOp>(operand); }

Interval FloatIntervals::wave(const Interval &operand) {
  Interval result{constant(-1.0), constant(1.0)};
  if (operand.magnitude < infinity) {
    result.magnitude = 1;
    return result;
  }
  // 0 for finite ends, NaN for others: the sine of an infinity is NaN.
  Value nothing = emit<arith::AddFOp>(emit<arith::MulFOp>(operand.low, constant(0.0)),
                                      emit<arith::MulFOp>(operand.high, constant(0.0)));
  return {emit<arith::AddFOp>(result.low, nothing), emit<arith::AddFOp>(result.high, nothing)};
}

Interval FloatIntervals::fromInt(const Interval &operand) {
  Type type = Float64Type::get(operand.low.getContext());
  Interval result{emit<arith::SIToFPOp>(type, operand.low),
                  emit<arith::SIToFPOp>(type, operand.high)};
  result.magnitude = std::max(std::fabs(static_cast<double>(operand.least)),
                              std::fabs(static_cast<double>(operand.greatest)));
  return result;
}

/// `must` is ordered, so NaN makes it false; `may` is the negation of an ordered
/// comparison, so NaN makes it true.
Interval FloatIntervals::compare(CmpFPredicate predicate, const Interval &lhs,
                                 const Interval &rhs) {
  auto may = [&](CmpFPredicate opposite, Value left, Value right) {
    return negate(compare(opposite, left, right));
  };
  switch (predicate) {
  case CmpFPredicate::OLT:
    return {compare(CmpFPredicate::OLT, lhs.high, rhs.low),
            may(CmpFPredicate::OGE, lhs.low, rhs.high)};
  case CmpFPredicate::OLE:
    return {compare(CmpFPredicate::OLE, lhs.high, rhs.low),
            may(CmpFPredicate::OGT, lhs.low, rhs.high)};
  case CmpFPredicate::OGT:
    return compare(CmpFPredicate::OLT, rhs, lhs);
  case CmpFPredicate::OGE:
    return compare(CmpFPredicate::OLE, rhs, lhs);
  case CmpFPredicate::OEQ:
    return {both(compare(CmpFPredicate::OEQ, lhs.low, rhs.high),
                 compare(CmpFPredicate::OEQ, lhs.high, rhs.low)),
            both(may(CmpFPredicate::OGT, lhs.low, rhs.high),
                 may(CmpFPredicate::OGT, rhs.low, lhs.high))};
  case CmpFPredicate::UNE: {
    Interval equal = compare(CmpFPredicate::OEQ, lhs, rhs);
    return {negate(equal.high), negate(equal.low)};
  }
  default:
    return anything(IntegerType::get(lhs.low.getContext(), 1));
  }
}

} // namespace gaze::passes
