//===- IntIntervals.cpp - Interval arithmetic on i64 -----------------------------===//
//
// Where the ends of a result could wrap around, a guard is emitted that gives
// the full range instead. The static range [least, greatest] of the operands
// often shows that they cannot (coordinates are below 2^40), and then there is none.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Intervals.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/CheckedArithmetic.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using arith::CmpIPredicate;

namespace gaze::passes {

static constexpr int64_t leastInt = std::numeric_limits<int64_t>::min();
static constexpr int64_t greatestInt = std::numeric_limits<int64_t>::max();

Value IntIntervals::min(Value lhs, Value rhs) { return emit<arith::MinSIOp>(lhs, rhs); }
Value IntIntervals::max(Value lhs, Value rhs) { return emit<arith::MaxSIOp>(lhs, rhs); }

/// The smallest interval that holds all values.
Interval IntIntervals::hull(ArrayRef<Value> values) {
  Interval result{values.front(), values.front()};
  for (Value value : values.drop_front()) {
    result.low = min(result.low, value);
    result.high = max(result.high, value);
  }
  return result;
}

Interval IntIntervals::unless(Value overflow, Interval interval) {
  return {select(overflow, constant(leastInt), interval.low),
          select(overflow, constant(greatestInt), interval.high)};
}

/// Whether `value` has another sign than both operands of the sum that it is.
static Value sumOverflows(Emitter &emitter, Value lhs, Value rhs, Value sum) {
  Value changed = emitter.emit<arith::AndIOp>(emitter.emit<arith::XOrIOp>(lhs, sum),
                                              emitter.emit<arith::XOrIOp>(rhs, sum));
  return emitter.compare(CmpIPredicate::slt, changed, emitter.constant(int64_t(0)));
}

Interval IntIntervals::add(const Interval &lhs, const Interval &rhs) {
  Interval sum{emit<arith::AddIOp>(lhs.low, rhs.low), emit<arith::AddIOp>(lhs.high, rhs.high)};
  std::optional<int64_t> least = llvm::checkedAdd(lhs.least, rhs.least);
  std::optional<int64_t> greatest = llvm::checkedAdd(lhs.greatest, rhs.greatest);
  if (least && greatest)
    return {sum.low, sum.high, *least, *greatest};
  return unless(either(sumOverflows(*this, lhs.low, rhs.low, sum.low),
                       sumOverflows(*this, lhs.high, rhs.high, sum.high)),
                sum);
}

/// Whether lhs and rhs differ in sign, and `difference` has not the sign of lhs.
static Value differenceOverflows(Emitter &emitter, Value lhs, Value rhs, Value difference) {
  Value changed = emitter.emit<arith::AndIOp>(emitter.emit<arith::XOrIOp>(lhs, rhs),
                                              emitter.emit<arith::XOrIOp>(lhs, difference));
  return emitter.compare(CmpIPredicate::slt, changed, emitter.constant(int64_t(0)));
}

Interval IntIntervals::subtract(const Interval &lhs, const Interval &rhs) {
  Interval difference{emit<arith::SubIOp>(lhs.low, rhs.high),
                      emit<arith::SubIOp>(lhs.high, rhs.low)};
  std::optional<int64_t> least = llvm::checkedSub(lhs.least, rhs.greatest);
  std::optional<int64_t> greatest = llvm::checkedSub(lhs.greatest, rhs.least);
  if (least && greatest)
    return {difference.low, difference.high, *least, *greatest};
  return unless(either(differenceOverflows(*this, lhs.low, rhs.high, difference.low),
                       differenceOverflows(*this, lhs.high, rhs.low, difference.high)),
                difference);
}

/// The largest absolute value in the interval, as a float: exact to 2^-53 of itself.
static Value magnitudeOf(Emitter &emitter, const Interval &operand) {
  auto absolute = [&](Value end) {
    return emitter.emit<math::AbsFOp>(
        emitter.emit<arith::SIToFPOp>(Float64Type::get(end.getContext()), end));
  };
  if (operand.isPoint())
    return absolute(operand.low);
  return emitter.emit<arith::MaximumFOp>(absolute(operand.low), absolute(operand.high));
}

/// Whether a product of the two may not fit. The factor below 2^63 is far above
/// the rounding of the three floats and their product.
static Value productOverflows(Emitter &emitter, const Interval &lhs, const Interval &rhs) {
  const double limit = std::ldexp(1.0 - std::ldexp(1.0, -50), 63);
  Value product = emitter.emit<arith::MulFOp>(magnitudeOf(emitter, lhs), magnitudeOf(emitter, rhs));
  return emitter.compare(arith::CmpFPredicate::OGE, product, emitter.constant(limit));
}

/// x * x, where the generic rule would not know that both factors are the same.
Interval IntIntervals::square(const Interval &operand) {
  Value zero = constant(int64_t(0));
  Value nearest = max(operand.low, min(operand.high, zero));
  Value low = emit<arith::MulIOp>(operand.low, operand.low);
  Value high = emit<arith::MulIOp>(operand.high, operand.high);
  return {emit<arith::MulIOp>(nearest, nearest), max(low, high)};
}

Interval IntIntervals::multiply(const Interval &lhs, const Interval &rhs) {
  bool isSquare = lhs.low == rhs.low && lhs.high == rhs.high;
  Interval product = isSquare ? square(lhs) : hull(corners<arith::MulIOp>(lhs, rhs));
  product.least = greatestInt;
  product.greatest = leastInt;
  for (int64_t left : {lhs.least, lhs.greatest})
    for (int64_t right : {rhs.least, rhs.greatest}) {
      std::optional<int64_t> corner = llvm::checkedMul(left, right);
      if (!corner)
        return unless(productOverflows(*this, lhs, rhs), product);
      product.least = std::min(product.least, *corner);
      product.greatest = std::max(product.greatest, *corner);
    }
  return product;
}

/// Quotients lie between those of the ends, on each side of a divisor of 0, and
/// never beyond +-|lhs|; dividing the least int by -1 wraps around.
Interval IntIntervals::floorDivide(const Interval &lhs, const Interval &rhs) {
  Interval quotient = hull(corners<ir::FloorDivOp>(lhs, rhs));
  Value zero = constant(int64_t(0)), minusOne = constant(int64_t(-1));
  Value crossesZero = constant(false);
  if (!rhs.isPoint() && rhs.least <= 0 && rhs.greatest >= 0) {
    crossesZero = both(compare(CmpIPredicate::sle, rhs.low, zero),
                       compare(CmpIPredicate::sge, rhs.high, zero));
    crossesZero = both(crossesZero, compare(CmpIPredicate::ne, rhs.low, rhs.high));
    Value most = max(emit<arith::SubIOp>(zero, lhs.low), lhs.high);
    quotient.low = select(crossesZero, emit<arith::SubIOp>(zero, most), quotient.low);
    quotient.high = select(crossesZero, most, quotient.high);
  }
  if (lhs.least > leastInt) {
    int64_t most = std::max(std::abs(lhs.least), std::abs(lhs.greatest));
    quotient.least = rhs.least > 0 ? std::min<int64_t>(lhs.least, 0) : -most;
    quotient.greatest = rhs.least > 0 ? std::max<int64_t>(lhs.greatest, 0) : most;
    return quotient;
  }
  Value holdsMinusOne = both(compare(CmpIPredicate::sle, rhs.low, minusOne),
                             compare(CmpIPredicate::sge, rhs.high, minusOne));
  Value overflows = both(compare(CmpIPredicate::eq, lhs.low, constant(leastInt)),
                         either(crossesZero, holdsMinusOne));
  return unless(overflows, quotient);
}

/// Within one period of one divisor the modulo rises with lhs; else it takes any
/// value between 0 and the divisor.
Interval IntIntervals::floorModulo(const Interval &lhs, const Interval &rhs) {
  Value onePeriod = both(compare(CmpIPredicate::eq, rhs.low, rhs.high),
                         compare(CmpIPredicate::eq, emit<ir::FloorDivOp>(lhs.low, rhs.low),
                                 emit<ir::FloorDivOp>(lhs.high, rhs.low)));
  Value one = constant(int64_t(1)), minusOne = constant(int64_t(-1));
  Value anyLow = emit<arith::AddIOp>(min(rhs.low, minusOne), one);
  Value anyHigh = emit<arith::SubIOp>(max(rhs.high, one), one);
  Interval result{select(onePeriod, emit<ir::FloorModOp>(lhs.low, rhs.low), anyLow),
                  select(onePeriod, emit<ir::FloorModOp>(lhs.high, rhs.low), anyHigh)};
  result.least = std::min<int64_t>(rhs.least, -1) + 1;
  result.greatest = std::max<int64_t>(rhs.greatest, 1) - 1;
  return result;
}

Interval IntIntervals::minimum(const Interval &lhs, const Interval &rhs) {
  return {min(lhs.low, rhs.low), min(lhs.high, rhs.high), std::min(lhs.least, rhs.least),
          std::min(lhs.greatest, rhs.greatest)};
}

Interval IntIntervals::maximum(const Interval &lhs, const Interval &rhs) {
  return {max(lhs.low, rhs.low), max(lhs.high, rhs.high), std::max(lhs.least, rhs.least),
          std::max(lhs.greatest, rhs.greatest)};
}

Interval IntIntervals::join(const Interval &lhs, const Interval &rhs) {
  return {min(lhs.low, rhs.low), max(lhs.high, rhs.high), std::min(lhs.least, rhs.least),
          std::max(lhs.greatest, rhs.greatest)};
}

Interval IntIntervals::absolute(const Interval &operand) {
  Value zero = constant(int64_t(0));
  Value negated = emit<arith::SubIOp>(zero, operand.high);
  Interval result{max(max(operand.low, negated), zero),
                  max(emit<math::AbsIOp>(operand.low), emit<math::AbsIOp>(operand.high))};
  if (operand.least == leastInt)
    return unless(compare(CmpIPredicate::eq, operand.low, constant(leastInt)), result);
  result.least = 0;
  result.greatest = std::max(std::abs(operand.least), std::abs(operand.greatest));
  return result;
}

Interval IntIntervals::fromFloat(const Interval &operand) {
  Interval result{emit<ir::FloatToIntOp>(constant(int64_t(0)).getType(), operand.low),
                  emit<ir::FloatToIntOp>(constant(int64_t(0)).getType(), operand.high)};
  const double limit = std::ldexp(1.0, 62);
  if (operand.magnitude <= limit) {
    result.greatest = static_cast<int64_t>(operand.magnitude);
    result.least = -result.greatest;
    return result;
  }
  return unless(compare(arith::CmpFPredicate::UNE, operand.low, operand.low), result);
}

Interval IntIntervals::compare(CmpIPredicate predicate, const Interval &lhs, const Interval &rhs) {
  switch (predicate) {
  case CmpIPredicate::slt:
    return {compare(predicate, lhs.high, rhs.low), compare(predicate, lhs.low, rhs.high)};
  case CmpIPredicate::sle:
    return {compare(predicate, lhs.high, rhs.low), compare(predicate, lhs.low, rhs.high)};
  case CmpIPredicate::sgt:
    return compare(CmpIPredicate::slt, rhs, lhs);
  case CmpIPredicate::sge:
    return compare(CmpIPredicate::sle, rhs, lhs);
  case CmpIPredicate::eq:
    return {both(compare(CmpIPredicate::eq, lhs.low, rhs.high),
                 compare(CmpIPredicate::eq, lhs.high, rhs.low)),
            both(compare(CmpIPredicate::sle, lhs.low, rhs.high),
                 compare(CmpIPredicate::sle, rhs.low, lhs.high))};
  case CmpIPredicate::ne: {
    Interval equal = compare(CmpIPredicate::eq, lhs, rhs);
    return {negate(equal.high), negate(equal.low)};
  }
  default:
    return anything(IntegerType::get(lhs.low.getContext(), 1));
  }
}

} // namespace gaze::passes
