//===- Inline.cpp - gaze-inline --------------------------------------------------===//
//
// Copies each region of a pattern into a new block and, on the way, walks into
// what calls and `where` name instead of copying them. What changes on the way
// in is held by two things: the mapping of a body's own values, new for each
// visit, and the environment, the values that coordinates have there, which is
// what a def sees of the place that calls it.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/IR/IRMapping.h"

#include <array>

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_INLINEPASS
#include "Passes.h.inc"

namespace {

/// The values of coordinates that a `where` around has replaced; null for the others.
using Environment = std::array<Value, ir::getMaxEnumValForCoordinate() + 1>;

struct Limits {
  int64_t operations;
  int64_t depth;
};

class Expander {
public:
  Expander(ModuleOp module, Limits limits)
      : symbols(module), limits(limits), builder(module.getContext()) {}

  /// Replaces the block of `region` by its expansion.
  LogicalResult expand(Region &region) {
    if (region.empty())
      return success();
    Block *source = &region.front();
    builder.setInsertionPointToStart(&region.emplaceBlock());
    outermostCall.reset();
    IRMapping values;
    if (failed(emit(*source, values, {}, std::nullopt, 0)))
      return failure();
    builder.clone(*source->getTerminator(), values);
    source->erase();
    return success();
  }

private:
  /// Emits what `block` computes, and returns the value that it yields, or null after an error.
  Value body(Block &block, IRMapping values, const Environment &environment,
             std::optional<Location> caller, int64_t depth) {
    if (failed(emit(block, values, environment, caller, depth)))
      return {};
    return values.lookup(cast<ir::YieldOp>(block.getTerminator()).getValue());
  }

  /// Emits what `block` computes and maps its values.
  LogicalResult emit(Block &block, IRMapping &values, const Environment &environment,
                     std::optional<Location> caller, int64_t depth) {
    for (Operation &op : block.without_terminator()) {
      if (++count > limits.operations)
        return tooLarge(op, "expands to more than " + Twine(limits.operations) + " operations");
      if (depth > limits.depth)
        return tooLarge(op, "nests more than " + Twine(limits.depth) + " calls");
      bool isOutermost = isa<ir::CallOp>(op) && !outermostCall;
      if (isOutermost)
        outermostCall = op.getLoc();
      Value result = operation(op, values, environment, caller, depth);
      if (!result)
        return failure();
      values.map(op.getResult(0), result);
      if (isOutermost)
        outermostCall.reset();
    }
    return success();
  }

  Value operation(Operation &op, IRMapping &values, const Environment &environment,
                  std::optional<Location> caller, int64_t depth) {
    Location location = caller ? Location(CallSiteLoc::get(op.getLoc(), *caller)) : op.getLoc();
    if (auto call = dyn_cast<ir::CallOp>(op)) {
      auto def = symbols.lookup<ir::DefOp>(call.getCallee());
      return body(def.getBody().front(), bind(def.getBody(), call.getInputs(), values), environment,
                  location, depth + 1);
    }
    if (auto where = dyn_cast<ir::WhereOp>(op)) {
      Environment inner = environment;
      for (auto [name, value] :
           llvm::zip(where.getCoordinates().getAsRange<ir::CoordinateAttr>(), where.getValues()))
        inner[static_cast<size_t>(name.getValue())] = values.lookup(value);
      return body(where.getBody().front(), bind(where.getBody(), where.getGiven(), values), inner,
                  caller, depth + 1);
    }
    if (auto read = dyn_cast<ir::CoordinateOp>(op))
      if (Value value = environment[static_cast<size_t>(read.getCoordinate())])
        return value;
    if (isa<ir::ScoreOp>(op))
      if (Value value = environment[static_cast<size_t>(ir::Coordinate::Score)])
        return value;
    if (isa<ir::TopBlocksOp>(op) && isAtAnotherPair(environment)) {
      op.emitOpError("cannot be read with another q, k, head or batch");
      return {};
    }
    Operation *copy = builder.clone(op, values);
    copy->setLoc(location);
    return copy->getResult(0);
  }

  static bool isAtAnotherPair(const Environment &environment) {
    for (auto coordinate :
         {ir::Coordinate::Q, ir::Coordinate::K, ir::Coordinate::Head, ir::Coordinate::Batch})
      if (environment[static_cast<size_t>(coordinate)])
        return true;
    return false;
  }

  /// The arguments of `region`, mapped to what `operands` are outside.
  static IRMapping bind(Region &region, ValueRange operands, const IRMapping &values) {
    IRMapping inner;
    for (auto [argument, operand] : llvm::zip(region.getArguments(), operands))
      inner.map(argument, values.lookup(operand));
    return inner;
  }

  LogicalResult tooLarge(Operation &op, const Twine &what) {
    return emitError(outermostCall.value_or(op.getLoc())) << "what stands here " << what.str();
  }

  SymbolTable symbols;
  Limits limits;
  OpBuilder builder;
  int64_t count = 0;
  std::optional<Location> outermostCall;
};

struct InlinePass : impl::InlinePassBase<InlinePass> {
  using InlinePassBase::InlinePassBase;

  void runOnOperation() override {
    Expander expander(getOperation(), {maximumOperations, maximumDepth});
    for (auto pattern : getOperation().getOps<ir::PatternOp>()) {
      for (auto input : pattern.getInputs().getOps<ir::InputOp>())
        if (failed(expander.expand(input.getSizes())))
          return signalPassFailure();
      for (auto require : pattern.getRequirements().getOps<ir::RequireOp>())
        if (failed(expander.expand(require.getCondition())))
          return signalPassFailure();
      for (Region *region : {&pattern.getKeep(), &pattern.getScale(), &pattern.getScore()})
        if (failed(expander.expand(*region)))
          return signalPassFailure();
    }
    for (auto def : llvm::make_early_inc_range(getOperation().getOps<ir::DefOp>()))
      def.erase();
  }
};

} // namespace
} // namespace gaze::passes
