//===- Intervals.cpp - Interval arithmetic, emitted as operations ----------------===//
#include "compiler/passes/Intervals.h"

using namespace mlir;

namespace gaze::passes {

Value Emitter::constant(int64_t value) {
  return arith::ConstantOp::create(builder, location, builder.getI64IntegerAttr(value));
}

Value Emitter::constant(double value) {
  return arith::ConstantOp::create(builder, location, builder.getF64FloatAttr(value));
}

Value Emitter::constant(bool value) {
  return arith::ConstantOp::create(builder, location, builder.getBoolAttr(value));
}

Value Emitter::compare(arith::CmpIPredicate predicate, Value lhs, Value rhs) {
  return emit<arith::CmpIOp>(predicate, lhs, rhs);
}

Value Emitter::compare(arith::CmpFPredicate predicate, Value lhs, Value rhs) {
  return emit<arith::CmpFOp>(predicate, lhs, rhs);
}

Value Emitter::both(Value lhs, Value rhs) { return emit<arith::AndIOp>(lhs, rhs); }
Value Emitter::either(Value lhs, Value rhs) { return emit<arith::OrIOp>(lhs, rhs); }
Value Emitter::negate(Value condition) { return emit<arith::XOrIOp>(condition, constant(true)); }

Value Emitter::select(Value condition, Value whenTrue, Value whenFalse) {
  return emit<arith::SelectOp>(condition, whenTrue, whenFalse);
}

Interval Emitter::anything(Type type) {
  if (type.isInteger(1))
    return {constant(false), constant(true)};
  if (type.isInteger(64))
    return {constant(std::numeric_limits<int64_t>::min()),
            constant(std::numeric_limits<int64_t>::max())};
  Value unknown = arith::ConstantOp::create(
      builder, location, FloatAttr::get(type, std::numeric_limits<double>::quiet_NaN()));
  return {unknown, unknown};
}

} // namespace gaze::passes
