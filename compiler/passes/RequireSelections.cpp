//===- RequireSelections.cpp - gaze-require-selections ----------------------------===//
#include "compiler/passes/Requirements.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_REQUIRESELECTIONSPASS
#include "Passes.h.inc"

namespace {

bool isAtLeast(Value size, int64_t least) {
  APInt value;
  return matchPattern(size, m_ConstantInt(&value)) && value.getSExtValue() >= least;
}

struct RequireSelectionsPass : impl::RequireSelectionsPassBase<RequireSelectionsPass> {
  void runOnOperation() override {
    for (auto pattern : getOperation().getOps<ir::PatternOp>()) {
      required.clear();
      for (auto op : pattern.getKeep().getOps<ir::TopBlocksOp>())
        if (failed(requireSizes(pattern, op)))
          return signalPassFailure();
    }
  }

  LogicalResult requireSizes(ir::PatternOp pattern, ir::TopBlocksOp op) {
    if (failed(requireSize(pattern, op, op.getCount(), 0, "a 'count' of at least 0")) ||
        failed(requireSize(pattern, op, op.getBlock(), 1, "a 'block' of at least 1 key")))
      return failure();
    if (op.getShare() == op.getBlock())
      return success();
    return requireSize(pattern, op, op.getShare(), 1, "a 'share' of at least 1 query");
  }

  LogicalResult requireSize(ir::PatternOp pattern, ir::TopBlocksOp op, Value size, int64_t least,
                            StringRef need) {
    auto computation = sliceOfSize(size);
    if (!computation)
      return op.emitOpError("must have sizes that depend on parameters and shape alone");
    if (!isAtLeast(size, least) && required.insert({size, least}).second)
      require(pattern, op.getLoc(), ("'top_blocks' needs " + need).str(), size, *computation,
              arith::CmpIPredicate::sge, least);
    return success();
  }

  llvm::DenseSet<std::pair<Value, int64_t>> required; ///< sizes, with what they are at least
};

} // namespace
} // namespace gaze::passes
