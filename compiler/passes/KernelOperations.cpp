//===- KernelOperations.cpp - Which operations a kernel may hold -----------------===//
#include "compiler/passes/KernelOperations.h"

#include "compiler/ir/Gaze.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

namespace arith = mlir::arith;
namespace math = mlir::math;

namespace gaze::passes {

static std::optional<gaze::Op> comparison(arith::CmpIOp op) {
  if (!op.getLhs().getType().isInteger(64))
    return std::nullopt;
  switch (op.getPredicate()) {
  case arith::CmpIPredicate::eq:
    return gaze::Op::Equal;
  case arith::CmpIPredicate::ne:
    return gaze::Op::NotEqual;
  case arith::CmpIPredicate::slt:
    return gaze::Op::Less;
  case arith::CmpIPredicate::sle:
    return gaze::Op::LessEqual;
  case arith::CmpIPredicate::sgt:
    return gaze::Op::Greater;
  case arith::CmpIPredicate::sge:
    return gaze::Op::GreaterEqual;
  default:
    return std::nullopt;
  }
}

static std::optional<gaze::Op> comparison(arith::CmpFOp op) {
  switch (op.getPredicate()) {
  case arith::CmpFPredicate::OEQ:
    return gaze::Op::Equal;
  case arith::CmpFPredicate::UNE:
    return gaze::Op::NotEqual;
  case arith::CmpFPredicate::OLT:
    return gaze::Op::Less;
  case arith::CmpFPredicate::OLE:
    return gaze::Op::LessEqual;
  case arith::CmpFPredicate::OGT:
    return gaze::Op::Greater;
  case arith::CmpFPredicate::OGE:
    return gaze::Op::GreaterEqual;
  default:
    return std::nullopt;
  }
}

static bool isKernelType(mlir::Type type) {
  return type.isSignlessInteger(1) || type.isSignlessInteger(64) || type.isF32() || type.isF64();
}

std::optional<gaze::Op> kernelOperation(mlir::Operation *op) {
  if (op->getNumResults() != 1 || !isKernelType(op->getResult(0).getType()) ||
      !llvm::all_of(op->getOperandTypes(), isKernelType))
    return std::nullopt;
  using Result = std::optional<gaze::Op>;
  return llvm::TypeSwitch<mlir::Operation *, Result>(op)
      .Case([](arith::ConstantOp) { return gaze::Op::Constant; })
      .Case([](ir::CoordinateOp) { return gaze::Op::Coordinate; })
      .Case([](ir::ParameterOp) { return gaze::Op::Parameter; })
      .Case([](ir::ScoreOp) { return gaze::Op::Score; })
      .Case([](ir::LoadOp) { return gaze::Op::Load; })
      .Case([](ir::LeastLoadOp) { return gaze::Op::LeastLoad; })
      .Case([](ir::GreatestLoadOp) { return gaze::Op::GreatestLoad; })
      .Case([](ir::InputSizeOp) { return gaze::Op::InputSize; })
      .Case<arith::AddIOp, arith::AddFOp>([](auto) { return gaze::Op::Add; })
      .Case<arith::SubIOp, arith::SubFOp>([](auto) { return gaze::Op::Subtract; })
      .Case<arith::MulIOp, arith::MulFOp>([](auto) { return gaze::Op::Multiply; })
      .Case([](arith::DivFOp) { return gaze::Op::Divide; })
      .Case([](ir::FloorDivOp) { return gaze::Op::FloorDivide; })
      .Case([](ir::FloorModOp) { return gaze::Op::FloorModulo; })
      .Case<arith::MinSIOp, arith::MinimumFOp>([](auto) { return gaze::Op::Minimum; })
      .Case<arith::MaxSIOp, arith::MaximumFOp>([](auto) { return gaze::Op::Maximum; })
      .Case([](arith::NegFOp) { return gaze::Op::Negate; })
      .Case<math::AbsIOp, math::AbsFOp>([](auto) { return gaze::Op::Absolute; })
      .Case<arith::CmpIOp, arith::CmpFOp>([](auto compare) { return comparison(compare); })
      .Case([](arith::AndIOp) { return gaze::Op::And; })
      .Case([](arith::OrIOp) { return gaze::Op::Or; })
      .Case([](arith::XOrIOp) { return gaze::Op::Xor; })
      .Case([](arith::SelectOp) { return gaze::Op::Select; })
      .Case([](math::FloorOp) { return gaze::Op::Floor; })
      .Case([](math::SqrtOp) { return gaze::Op::SquareRoot; })
      .Case([](math::ExpOp) { return gaze::Op::Exp; })
      .Case([](math::Exp2Op) { return gaze::Op::Exp2; })
      .Case([](math::LogOp) { return gaze::Op::Log; })
      .Case([](math::Log2Op) { return gaze::Op::Log2; })
      .Case([](math::TanhOp) { return gaze::Op::Tanh; })
      .Case([](math::SinOp) { return gaze::Op::Sin; })
      .Case([](math::CosOp) { return gaze::Op::Cos; })
      .Case([](arith::SIToFPOp cast) {
        return cast.getIn().getType().isInteger(64) ? Result(gaze::Op::IntToFloat) : std::nullopt;
      })
      .Case([](ir::FloatToIntOp) { return gaze::Op::FloatToInt; })
      .Case([](arith::TruncFOp) { return gaze::Op::Narrow; })
      .Case([](arith::ExtFOp) { return gaze::Op::Widen; })
      .Case([](ir::ChanceOp) { return gaze::Op::Chance; })
      .Default(Result());
}

} // namespace gaze::passes
