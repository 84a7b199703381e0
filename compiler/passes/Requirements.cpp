//===- Requirements.cpp - Requirements that follow from what a pattern computes -----===//
#include "compiler/passes/Requirements.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace gaze::passes {

SmallVector<Operation *> slice(ValueRange values,
                               function_ref<OperandRange(Operation *)> operandsOf) {
  llvm::SmallPtrSet<Operation *, 16> found;
  SmallVector<Operation *> work, ordered;
  for (Value value : values)
    work.push_back(value.getDefiningOp());
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (!found.insert(op).second)
      continue;
    for (Value operand : operandsOf(op))
      work.push_back(operand.getDefiningOp());
  }
  for (Operation &op : *values.front().getParentBlock())
    if (found.contains(&op))
      ordered.push_back(&op);
  return ordered;
}

std::optional<SmallVector<Operation *>> sliceOfSize(Value value) {
  auto ops = slice(value, [](Operation *op) { return OperandRange(op->getOperands()); });
  for (Operation *op : ops) {
    auto coordinate = dyn_cast<ir::CoordinateOp>(op);
    if (isa<ir::ScoreOp, ir::LoadOp, ir::TopBlocksOp>(op) ||
        (coordinate && !ir::CoordinateOp::isShape(coordinate.getCoordinate())))
      return std::nullopt;
  }
  return ops;
}

void require(ir::PatternOp pattern, Location location, StringRef message, Value value,
             ArrayRef<Operation *> computation, arith::CmpIPredicate predicate, int64_t bound) {
  OpBuilder builder(pattern.getContext());
  if (pattern.getRequirements().empty())
    pattern.getRequirements().emplaceBlock();
  builder.setInsertionPointToEnd(&pattern.getRequirements().front());
  auto requirement = ir::RequireOp::create(builder, location, message);
  builder.setInsertionPointToStart(&requirement.getCondition().emplaceBlock());
  IRMapping copies;
  for (Operation *op : computation)
    builder.clone(*op, copies);
  Value limit = arith::ConstantOp::create(builder, location, builder.getI64IntegerAttr(bound));
  Value holds = arith::CmpIOp::create(builder, location, predicate, copies.lookup(value), limit);
  ir::YieldOp::create(builder, location, holds);
}

} // namespace gaze::passes
