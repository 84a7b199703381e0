//===- LowerToKernel.cpp - gaze-lower-to-kernel ----------------------------------===//
//
// Canonicalization likes a few operations that kernels do not have: extensions
// of i1 and comparisons of i1 with each other. They are said with `select` and
// logic here, and everything else must already be an operation of Kernel.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/KernelOperations.h"
#include "compiler/passes/Passes.h"

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_LOWERTOKERNELPASS
#include "Passes.h.inc"

namespace {

/// A constant of type `type`, i64 or a float.
Value number(OpBuilder &builder, Location location, Type type, int64_t value) {
  TypedAttr attribute = type.isInteger() ? TypedAttr(builder.getIntegerAttr(type, value))
                                         : builder.getFloatAttr(type, static_cast<double>(value));
  return arith::ConstantOp::create(builder, location, attribute);
}

/// An i1 as a number: `whenTrue` or 0.
Value widenBool(OpBuilder &builder, Operation *op, int64_t whenTrue) {
  Type type = op->getResult(0).getType();
  return arith::SelectOp::create(builder, op->getLoc(), op->getOperand(0),
                                 number(builder, op->getLoc(), type, whenTrue),
                                 number(builder, op->getLoc(), type, 0));
}

/// A comparison of bools as logic. Signed, true is -1 and so less than false.
Value compareBools(OpBuilder &builder, arith::CmpIOp op) {
  Location location = op.getLoc();
  Value lhs = op.getLhs(), rhs = op.getRhs();
  Value yes = arith::ConstantOp::create(builder, location, builder.getBoolAttr(true));
  auto negate = [&](Value value) -> Value {
    return arith::XOrIOp::create(builder, location, value, yes);
  };
  auto onlyFirst = [&](Value first, Value second) -> Value {
    return arith::AndIOp::create(builder, location, first, negate(second));
  };
  switch (op.getPredicate()) {
  case arith::CmpIPredicate::ne:
    return arith::XOrIOp::create(builder, location, lhs, rhs);
  case arith::CmpIPredicate::eq:
    return negate(arith::XOrIOp::create(builder, location, lhs, rhs));
  case arith::CmpIPredicate::slt:
  case arith::CmpIPredicate::ugt:
    return onlyFirst(lhs, rhs);
  case arith::CmpIPredicate::sgt:
  case arith::CmpIPredicate::ult:
    return onlyFirst(rhs, lhs);
  case arith::CmpIPredicate::sle:
  case arith::CmpIPredicate::uge:
    return negate(onlyFirst(rhs, lhs));
  case arith::CmpIPredicate::sge:
  case arith::CmpIPredicate::ule:
    return negate(onlyFirst(lhs, rhs));
  }
  llvm_unreachable("all predicates are handled");
}

/// What says the same as `op` with operations of Kernel.h, or null.
Value sayWithKernelOperations(Operation *op) {
  OpBuilder builder(op);
  if (op->getNumOperands() == 0 || !op->getOperand(0).getType().isInteger(1))
    return {};
  if (isa<arith::ExtUIOp, arith::UIToFPOp>(op))
    return widenBool(builder, op, 1);
  if (isa<arith::ExtSIOp, arith::SIToFPOp>(op))
    return widenBool(builder, op, -1);
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return compareBools(builder, compare);
  return {};
}

LogicalResult legalize(Region &region) {
  if (region.empty())
    return success();
  for (Operation &op : llvm::make_early_inc_range(region.front())) {
    if (op.hasTrait<OpTrait::IsTerminator>())
      continue;
    if (isa<ir::RequireOp, ir::InputOp, ir::SelectionOp>(op)) {
      if (failed(legalize(op.getRegion(0))))
        return failure();
      continue;
    }
    if (kernelOperation(&op))
      continue;
    Value value = sayWithKernelOperations(&op);
    if (!value)
      return op.emitError("kernels have no operation '") << op.getName() << "' of these types";
    op.getResult(0).replaceAllUsesWith(value);
    op.erase();
  }
  return success();
}

bool reads(Region &region, ir::Coordinate coordinate) {
  return llvm::any_of(region.getOps<ir::CoordinateOp>(),
                      [&](ir::CoordinateOp op) { return op.getCoordinate() == coordinate; });
}

bool yieldsTrue(Region &region) {
  auto constant =
      cast<ir::YieldOp>(region.front().back()).getValue().getDefiningOp<arith::ConstantOp>();
  return constant && cast<BoolAttr>(constant.getValue()).getValue();
}

void fillWithTrue(Region &region, Location location) {
  auto builder = OpBuilder::atBlockBegin(&region.emplaceBlock());
  Value yes = arith::ConstantOp::create(builder, location, builder.getBoolAttr(true));
  ir::YieldOp::create(builder, location, yes);
}

LogicalResult lower(ir::PatternOp pattern) {
  OpBuilder builder(pattern);
  auto kernel = ir::KernelOp::create(builder, pattern.getLoc(), pattern.getSymNameAttr(),
                                     pattern.getParametersAttr(), ArrayAttr(), UnitAttr(),
                                     UnitAttr(), UnitAttr());
  kernel.setSitesAttr(pattern.getSitesAttr());
  kernel.getInputs().takeBody(pattern.getInputs());
  kernel.getFaults().takeBody(pattern.getFaults());
  kernel.getRequirements().takeBody(pattern.getRequirements());
  kernel.getKeep().takeBody(pattern.getKeep());
  kernel.getCandidates().takeBody(pattern.getCandidates());
  kernel.getScale().takeBody(pattern.getScale());
  kernel.getScore().takeBody(pattern.getScore());
  if (kernel.getKeep().empty())
    fillWithTrue(kernel.getKeep(), pattern.getLoc());
  pattern.erase();

  for (Region &region : kernel->getRegions())
    if (failed(legalize(region)))
      return failure();
  kernel.setKeepsEverything(yieldsTrue(kernel.getKeep()));
  kernel.setReadsHead(reads(kernel.getKeep(), ir::Coordinate::Head));
  kernel.setReadsBatch(reads(kernel.getKeep(), ir::Coordinate::Batch));
  return success();
}

struct LowerToKernelPass : impl::LowerToKernelPassBase<LowerToKernelPass> {
  void runOnOperation() override {
    for (auto pattern : llvm::make_early_inc_range(getOperation().getOps<ir::PatternOp>()))
      if (failed(lower(pattern)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace gaze::passes
