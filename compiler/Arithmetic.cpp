//===- Arithmetic.cpp - The operators and functions of the language as operations ===//
#include "compiler/Arithmetic.h"

#include "compiler/ir/Gaze.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace gaze {

Value Arithmetic::constant(TypedAttr value, Location location) {
  return arith::ConstantOp::create(builder, location, value);
}

/// The later of i64, f64, f32; the type itself where both are the same.
Type Arithmetic::widest(Type first, Type second) {
  auto rank = [](Type type) { return type.isF32() ? 2 : type.isF64() ? 1 : 0; };
  return rank(first) < rank(second) ? second : first;
}

Value Arithmetic::convert(Value value, Type type, Location location) {
  if (value.getType() == type)
    return value;
  if (value.getType().isInteger(64))
    return arith::SIToFPOp::create(builder, location, type, value);
  if (type.isF32())
    return arith::TruncFOp::create(builder, location, type, value);
  return arith::ExtFOp::create(builder, location, type, value);
}

Value Arithmetic::unary(dsl::Operator op, Value operand, Location location) {
  if (op == dsl::Operator::Not)
    return arith::XOrIOp::create(builder, location, operand,
                                 constant(builder.getBoolAttr(true), location));
  if (operand.getType().isInteger(64))
    return arith::SubIOp::create(builder, location,
                                 constant(builder.getI64IntegerAttr(0), location), operand);
  return arith::NegFOp::create(builder, location, operand);
}

Value Arithmetic::binary(dsl::Operator op, Value lhs, Value rhs, Location location) {
  Type type = widest(lhs.getType(), rhs.getType());
  lhs = convert(lhs, type, location);
  rhs = convert(rhs, type, location);
  switch (op) {
  case dsl::Operator::Or:
    return arith::OrIOp::create(builder, location, lhs, rhs);
  case dsl::Operator::And:
    return arith::AndIOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Add:
  case dsl::Operator::Subtract:
  case dsl::Operator::Multiply:
  case dsl::Operator::Divide:
  case dsl::Operator::Modulo:
    return type.isInteger(64) ? intArithmetic(op, lhs, rhs, location)
                              : floatArithmetic(op, lhs, rhs, location);
  default:
    return compare(op, lhs, rhs, location);
  }
}

Value Arithmetic::intArithmetic(dsl::Operator op, Value lhs, Value rhs, Location location) {
  switch (op) {
  case dsl::Operator::Add:
    return arith::AddIOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Subtract:
    return arith::SubIOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Multiply:
    return arith::MulIOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Divide:
    return ir::FloorDivOp::create(builder, location, lhs.getType(), lhs, rhs);
  case dsl::Operator::Modulo:
    return ir::FloorModOp::create(builder, location, lhs.getType(), lhs, rhs);
  default:
    llvm_unreachable("not an operator on numbers");
  }
}

Value Arithmetic::floatArithmetic(dsl::Operator op, Value lhs, Value rhs, Location location) {
  switch (op) {
  case dsl::Operator::Add:
    return arith::AddFOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Subtract:
    return arith::SubFOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Multiply:
    return arith::MulFOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Divide:
    return arith::DivFOp::create(builder, location, lhs, rhs);
  case dsl::Operator::Modulo: {
    Value quotient = arith::DivFOp::create(builder, location, lhs, rhs);
    Value whole = math::FloorOp::create(builder, location, quotient);
    Value multiple = arith::MulFOp::create(builder, location, whole, rhs);
    return arith::SubFOp::create(builder, location, lhs, multiple);
  }
  default:
    llvm_unreachable("not an operator on numbers");
  }
}

static arith::CmpIPredicate intPredicate(dsl::Operator op) {
  switch (op) {
  case dsl::Operator::Equal:
    return arith::CmpIPredicate::eq;
  case dsl::Operator::NotEqual:
    return arith::CmpIPredicate::ne;
  case dsl::Operator::Less:
    return arith::CmpIPredicate::slt;
  case dsl::Operator::LessEqual:
    return arith::CmpIPredicate::sle;
  case dsl::Operator::Greater:
    return arith::CmpIPredicate::sgt;
  case dsl::Operator::GreaterEqual:
    return arith::CmpIPredicate::sge;
  default:
    llvm_unreachable("not a comparison");
  }
}

static arith::CmpFPredicate floatPredicate(dsl::Operator op) {
  switch (op) {
  case dsl::Operator::Equal:
    return arith::CmpFPredicate::OEQ;
  case dsl::Operator::NotEqual:
    return arith::CmpFPredicate::UNE;
  case dsl::Operator::Less:
    return arith::CmpFPredicate::OLT;
  case dsl::Operator::LessEqual:
    return arith::CmpFPredicate::OLE;
  case dsl::Operator::Greater:
    return arith::CmpFPredicate::OGT;
  case dsl::Operator::GreaterEqual:
    return arith::CmpFPredicate::OGE;
  default:
    llvm_unreachable("not a comparison");
  }
}

Value Arithmetic::compare(dsl::Operator op, Value lhs, Value rhs, Location location) {
  if (lhs.getType().isInteger(1)) {
    Value differ = arith::XOrIOp::create(builder, location, lhs, rhs);
    return op == dsl::Operator::NotEqual ? differ : unary(dsl::Operator::Not, differ, location);
  }
  if (lhs.getType().isInteger(64))
    return arith::CmpIOp::create(builder, location, intPredicate(op), lhs, rhs);
  return arith::CmpFOp::create(builder, location, floatPredicate(op), lhs, rhs);
}

Value Arithmetic::choose(Value condition, Value whenTrue, Value whenFalse, Location location) {
  Type type = widest(whenTrue.getType(), whenFalse.getType());
  whenTrue = convert(whenTrue, type, location);
  whenFalse = convert(whenFalse, type, location);
  return arith::SelectOp::create(builder, location, condition, whenTrue, whenFalse);
}

Value Arithmetic::absolute(Value operand, Location location) {
  if (operand.getType().isInteger(64))
    return math::AbsIOp::create(builder, location, operand);
  return math::AbsFOp::create(builder, location, operand);
}

Value Arithmetic::floorToInt(Value operand, Location location) {
  if (operand.getType().isInteger(64))
    return operand;
  Value whole = math::FloorOp::create(builder, location, operand);
  return ir::FloatToIntOp::create(builder, location, builder.getI64Type(), whole);
}

Value Arithmetic::extremum(bool isMaximum, ArrayRef<Value> operands, Location location) {
  Value result = operands.front();
  for (Value operand : operands.drop_front()) {
    Type type = widest(result.getType(), operand.getType());
    Value lhs = convert(result, type, location), rhs = convert(operand, type, location);
    if (type.isInteger(64))
      result = isMaximum ? Value(arith::MaxSIOp::create(builder, location, lhs, rhs))
                         : arith::MinSIOp::create(builder, location, lhs, rhs);
    else
      result = isMaximum ? Value(arith::MaximumFOp::create(builder, location, lhs, rhs))
                         : arith::MinimumFOp::create(builder, location, lhs, rhs);
  }
  return result;
}

Value Arithmetic::chance(ArrayRef<Value> operands, Location location) {
  Value probability = convert(operands[0], builder.getF64Type(), location);
  return ir::ChanceOp::create(builder, location, builder.getI1Type(), probability, operands[1],
                              operands.drop_front(2));
}

Value Arithmetic::builtin(dsl::Builtin builtin, ArrayRef<Value> operands, Location location) {
  // The functions of floats alone take an int as a float.
  auto ofFloat = [&](auto create) -> Value {
    Type type = widest(operands[0].getType(), builder.getF64Type());
    return create(convert(operands[0], type, location));
  };
  switch (builtin) {
  case dsl::Builtin::Abs:
    return absolute(operands[0], location);
  case dsl::Builtin::Min:
    return extremum(/*isMaximum=*/false, operands, location);
  case dsl::Builtin::Max:
    return extremum(/*isMaximum=*/true, operands, location);
  case dsl::Builtin::Clamp: {
    Value notBelow = extremum(/*isMaximum=*/true, {operands[0], operands[1]}, location);
    return extremum(/*isMaximum=*/false, {notBelow, operands[2]}, location);
  }
  case dsl::Builtin::Floor:
    return floorToInt(operands[0], location);
  case dsl::Builtin::Chance:
    return chance(operands, location);
#define FUNCTION_OF_FLOATS(NAME, OPERATION)                                                        \
  case dsl::Builtin::NAME:                                                                         \
    return ofFloat([&](Value x) { return math::OPERATION::create(builder, location, x); })
    FUNCTION_OF_FLOATS(Sqrt, SqrtOp);
    FUNCTION_OF_FLOATS(Exp, ExpOp);
    FUNCTION_OF_FLOATS(Exp2, Exp2Op);
    FUNCTION_OF_FLOATS(Log, LogOp);
    FUNCTION_OF_FLOATS(Log2, Log2Op);
    FUNCTION_OF_FLOATS(Tanh, TanhOp);
    FUNCTION_OF_FLOATS(Sin, SinOp);
    FUNCTION_OF_FLOATS(Cos, CosOp);
#undef FUNCTION_OF_FLOATS
  }
  llvm_unreachable("all functions are handled");
}

} // namespace gaze
