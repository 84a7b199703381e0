//===- RequireDivisors.cpp - gaze-require-divisors -------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_REQUIREDIVISORSPASS
#include "Passes.h.inc"

namespace {

/// The operands of `op` that are evaluated whenever `op` is.
OperandRange unconditionalOperands(Operation *op) {
  bool isLogic = isa<arith::AndIOp, arith::OrIOp>(op) && op->getResult(0).getType().isInteger(1);
  return isLogic || isa<arith::SelectOp>(op) ? op->getOperands().take_front(1) : op->getOperands();
}

/// Everything that `value` is computed from, itself included, in the order of the block.
SmallVector<Operation *> slice(Value value, function_ref<OperandRange(Operation *)> operandsOf) {
  llvm::SmallPtrSet<Operation *, 16> found;
  SmallVector<Operation *> work{value.getDefiningOp()}, ordered;
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (!found.insert(op).second)
      continue;
    for (Value operand : operandsOf(op))
      work.push_back(operand.getDefiningOp());
  }
  for (Operation &op : *value.getParentBlock())
    if (found.contains(&op))
      ordered.push_back(&op);
  return ordered;
}

/// What computes `divisor`, where that reads no more than parameters and shape, and reads any.
std::optional<SmallVector<Operation *>> sliceOfRequirable(Value divisor) {
  auto ops = slice(divisor, [](Operation *op) { return OperandRange(op->getOperands()); });
  bool readsAny = false;
  for (Operation *op : ops) {
    auto coordinate = dyn_cast<ir::CoordinateOp>(op);
    if (isa<ir::ScoreOp, ir::LoadOp>(op) ||
        (coordinate && !ir::CoordinateOp::isShape(coordinate.getCoordinate())))
      return std::nullopt;
    readsAny |= coordinate || isa<ir::ParameterOp>(op);
  }
  if (!readsAny)
    return std::nullopt;
  return ops;
}

struct RequireDivisorsPass : impl::RequireDivisorsPassBase<RequireDivisorsPass> {
  void runOnOperation() override {
    for (auto pattern : getOperation().getOps<ir::PatternOp>())
      for (Region *region : {&pattern.getKeep(), &pattern.getScale(), &pattern.getScore()})
        if (!region->empty())
          requireDivisors(pattern, region->front());
  }

  void requireDivisors(ir::PatternOp pattern, Block &block) {
    llvm::SmallPtrSet<Value, 4> required;
    Value result = cast<ir::YieldOp>(block.getTerminator()).getValue();
    for (Operation *op : slice(result, unconditionalOperands)) {
      if (!isa<ir::FloorDivOp, ir::FloorModOp>(op) || !required.insert(op->getOperand(1)).second)
        continue;
      if (auto computation = sliceOfRequirable(op->getOperand(1)))
        require(pattern, op->getLoc(), op->getOperand(1), *computation);
    }
  }

  /// Adds the requirement `divisor != 0`, with a copy of what computes the divisor.
  static void require(ir::PatternOp pattern, Location location, Value divisor,
                      ArrayRef<Operation *> computation) {
    OpBuilder builder(pattern.getContext());
    if (pattern.getRequirements().empty())
      pattern.getRequirements().emplaceBlock();
    builder.setInsertionPointToEnd(&pattern.getRequirements().front());
    auto requirement =
        ir::RequireOp::create(builder, location, "division by zero: the divisor is 0 here");
    builder.setInsertionPointToStart(&requirement.getCondition().emplaceBlock());
    IRMapping copies;
    for (Operation *op : computation)
      builder.clone(*op, copies);
    Value zero = arith::ConstantOp::create(builder, location, builder.getI64IntegerAttr(0));
    Value holds = arith::CmpIOp::create(builder, location, arith::CmpIPredicate::ne,
                                        copies.lookup(divisor), zero);
    ir::YieldOp::create(builder, location, holds);
  }
};

} // namespace
} // namespace gaze::passes
