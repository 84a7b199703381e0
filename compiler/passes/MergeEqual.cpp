//===- MergeEqual.cpp - gaze-merge-equal ------------------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_MERGEEQUALPASS
#include "Passes.h.inc"

namespace {

/// By what operations do, and with which operands in which order.
struct ByOperands : llvm::DenseMapInfo<Operation *> {
  static unsigned getHashValue(const Operation *op) {
    return OperationEquivalence::computeHash(
        const_cast<Operation *>(op), OperationEquivalence::directHashValue,
        OperationEquivalence::ignoreHashValue, OperationEquivalence::IgnoreLocations);
  }
  static bool isEqual(const Operation *a, const Operation *b) {
    if (a == b || a == getEmptyKey() || a == getTombstoneKey() || b == getEmptyKey() ||
        b == getTombstoneKey())
      return a == b;
    auto *first = const_cast<Operation *>(a), *second = const_cast<Operation *>(b);
    // To MLIR, operands of a commutative operation have no order.
    return llvm::equal(first->getOperands(), second->getOperands()) &&
           OperationEquivalence::isEquivalentTo(first, second,
                                                OperationEquivalence::IgnoreLocations);
  }
};

void mergeEqual(Block &block) {
  llvm::DenseSet<Operation *, ByOperands> kept;
  for (Operation &op : llvm::make_early_inc_range(block.without_terminator())) {
    auto [same, isNew] = kept.insert(&op);
    if (isNew)
      continue;
    op.replaceAllUsesWith(*same);
    op.erase();
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

struct MergeEqualPass : impl::MergeEqualPassBase<MergeEqualPass> {
  void runOnOperation() override {
    for (auto pattern : getOperation().getOps<ir::PatternOp>())
      for (Region *region : {&pattern.getKeep(), &pattern.getScale(), &pattern.getScore()})
        if (!region->empty())
          mergeEqual(region->front());
  }
};

} // namespace
} // namespace gaze::passes
