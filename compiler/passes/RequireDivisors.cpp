//===- RequireDivisors.cpp - gaze-require-divisors -------------------------------===//
#include "compiler/passes/Requirements.h"

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

/// Whether a value that `ops` compute is no constant: that is an error of the text.
bool readsAny(ArrayRef<Operation *> ops) {
  return llvm::any_of(ops,
                      [](Operation *op) { return isa<ir::CoordinateOp, ir::ParameterOp>(op); });
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
    SmallVector<Value> evaluated{cast<ir::YieldOp>(block.getTerminator()).getValue()};
    for (auto op : block.getOps<ir::TopBlocksOp>()) // what is selected is found first
      llvm::append_range(evaluated, op->getOperands());
    for (Operation *op : slice(evaluated, unconditionalOperands)) {
      if (!isa<ir::FloorDivOp, ir::FloorModOp>(op) || !required.insert(op->getOperand(1)).second)
        continue;
      Value divisor = op->getOperand(1);
      if (auto computation = sliceOfSize(divisor); computation && readsAny(*computation))
        require(pattern, op->getLoc(), "division by zero: the divisor is 0 here", divisor,
                *computation, arith::CmpIPredicate::ne, 0);
    }
  }
};

} // namespace
} // namespace gaze::passes
