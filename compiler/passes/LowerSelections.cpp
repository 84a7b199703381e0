//===- LowerSelections.cpp - gaze-lower-selections --------------------------------===//
//
// What a `top_blocks` selects is known once Q and K are. To a kernel it is a table of
// bools that the runtime makes, and reading it is a load like others:
//
//   top_blocks(count, block, share)  =  selected[batch, head, q / share, k / block]
//
// The indices count groups and blocks from position 0; where the groups of a table begin is
// the runtime's affair (runtime/SelectionTable.h). Which blocks may be selected follows from
// `candidates`, a copy of `keep` that takes every `top_blocks` as true.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Requirements.h"

#include "mlir/IR/IRMapping.h"

#include <string>
#include <tuple>

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_LOWERSELECTIONSPASS
#include "Passes.h.inc"

namespace {

void replaceByTrue(Region &region) {
  for (auto op : llvm::make_early_inc_range(region.getOps<ir::TopBlocksOp>())) {
    OpBuilder builder(op);
    Value yes = arith::ConstantOp::create(builder, op.getLoc(), builder.getBoolAttr(true));
    op.replaceAllUsesWith(yes);
    op.erase();
  }
}

class Lowering {
public:
  explicit Lowering(ir::PatternOp pattern) : pattern(pattern), builder(pattern.getContext()) {}

  LogicalResult run() {
    pattern.getKeep().cloneInto(&pattern.getCandidates(), mapping);
    replaceByTrue(pattern.getCandidates());
    for (auto op : llvm::make_early_inc_range(pattern.getKeep().getOps<ir::TopBlocksOp>()))
      if (failed(lower(op)))
        return failure();
    return success();
  }

private:
  using Selection = std::tuple<Value, Value, Value, ir::SelectBy>;

  ir::PatternOp pattern;
  OpBuilder builder;
  IRMapping mapping;
  SmallVector<Selection> selections;

  LogicalResult lower(ir::TopBlocksOp op) {
    const Selection selection{op.getCount(), op.getBlock(), op.getShare(), op.getBy()};
    auto found = llvm::find(selections, selection);
    std::string name = "top_blocks." + std::to_string(found - selections.begin());
    if (found == selections.end()) {
      selections.push_back(selection);
      if (failed(declare(op, name)))
        return failure();
    }
    builder.setInsertionPoint(op);
    Location location = op.getLoc();
    auto at = [&](ir::Coordinate coordinate) -> Value {
      return ir::CoordinateOp::create(builder, location, builder.getI64Type(), coordinate);
    };
    Value group = ir::FloorDivOp::create(builder, location, at(ir::Coordinate::Q), op.getShare());
    Value block = ir::FloorDivOp::create(builder, location, at(ir::Coordinate::K), op.getBlock());
    Value selected = ir::LoadOp::create(
        builder, location, builder.getI1Type(), name,
        ValueRange{at(ir::Coordinate::Batch), at(ir::Coordinate::Head), group, block});
    op.replaceAllUsesWith(selected);
    op.erase();
    return success();
  }

  /// Adds the table, with a copy of what computes its sizes, behind the inputs.
  LogicalResult declare(ir::TopBlocksOp op, StringRef name) {
    if (pattern.getInputs().empty())
      pattern.getInputs().emplaceBlock();
    builder.setInsertionPointToEnd(&pattern.getInputs().front());
    auto table = ir::SelectionOp::create(builder, op.getLoc(), name, op.getBy());
    builder.setInsertionPointToStart(&table.getSizes().emplaceBlock());
    IRMapping copies;
    SmallVector<Value> sizes;
    for (Value size : {op.getCount(), op.getBlock(), op.getShare()}) {
      auto computation = sliceOfSize(size);
      if (!computation)
        return op.emitOpError("must have sizes that depend on parameters and shape alone");
      for (Operation *each : *computation)
        if (!copies.contains(each->getResult(0)))
          builder.clone(*each, copies);
      sizes.push_back(copies.lookup(size));
    }
    ir::SizesOp::create(builder, op.getLoc(), sizes);
    return success();
  }
};

struct LowerSelectionsPass : impl::LowerSelectionsPassBase<LowerSelectionsPass> {
  void runOnOperation() override {
    for (auto pattern : getOperation().getOps<ir::PatternOp>()) {
      replaceByTrue(pattern.getFaults());
      if (pattern.getKeep().getOps<ir::TopBlocksOp>().empty())
        continue;
      if (failed(Lowering(pattern).run()))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace gaze::passes
