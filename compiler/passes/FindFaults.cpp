//===- FindFaults.cpp - gaze-find-faults -----------------------------------------===//
//
// An index outside of its input is an error where the element counts: not in the
// branch of a `select` that is not taken, not to the right of an `andi` or `ori` that
// the left side decides, and not in a score whose pair is not kept. Each value gets a
// fault of its own, made from those of its operands:
//
//   load i       the fault of i, or else whether i is outside
//   a and b      the fault of a, or else, where a is true, that of b
//   select c     the fault of c, or else that of the branch that c chooses
//   others       that of the first operand that has one
//
// and the pattern that of the scale, else of `keep`, else, where a pair is kept, of the
// score. This is what the interpreter does (dsl/Interpreter.cpp), said with operations,
// so that TileBounds can show for most rectangles that there is none.
//
// Faults are found before there are scores and selected blocks. So an index must not depend
// on the score, and in a condition what does, and each `top_blocks`, may be either: a side
// counts where the rest of the condition leaves it open.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_FINDFAULTSPASS
#include "Passes.h.inc"

namespace {

/// Two i64, the site (from 1, or 0) and the index; null where there is never any.
struct Fault {
  Value site, index;
  explicit operator bool() const { return bool(site); }
};

class FaultFinder {
public:
  explicit FaultFinder(ir::PatternOp pattern) : pattern(pattern), builder(pattern.getContext()) {}

  LogicalResult run() {
    Block &block = pattern.getFaults().emplaceBlock();
    builder.setInsertionPointToStart(&block);
    Value keep;
    Fault ofScale, ofKeep, ofScore;
    if (failed(copy(pattern.getScale(), ofScale)) ||
        failed(copy(pattern.getKeep(), ofKeep, &keep)) || failed(copy(pattern.getScore(), ofScore)))
      return failure();
    if (keep)
      ofScore = guarded(keep, /*when=*/true, ofScore);
    Fault fault = first(ofScale, first(ofKeep, ofScore));
    if (!fault) {
      block.erase();
      return success();
    }
    ir::FaultOp::create(builder, pattern.getLoc(), fault.site, fault.index);
    eraseUnused(block);
    pattern.setSitesAttr(builder.getArrayAttr(sites));
    return success();
  }

private:
  /// Copies what a region computes, and finds the fault of its result.
  LogicalResult copy(Region &region, Fault &fault, Value *result = nullptr) {
    if (region.empty())
      return success();
    for (Operation &op : region.front().without_terminator()) {
      Operation *copied = builder.clone(op, copies);
      Value value = copied->getResult(0);
      if (isa<ir::ScoreOp, ir::TopBlocksOp>(op) ||
          llvm::any_of(copied->getOperands(), [&](Value v) { return ofScore.contains(v); }))
        ofScore.insert(value);
      for (Value operand : copied->getOperands())
        depths[value] = std::max(depths.lookup(value), depths.lookup(operand));
      if (failed(find(copied)))
        return failure();
    }
    Value yielded = copies.lookup(cast<ir::YieldOp>(region.front().back()).getValue());
    fault = faults.lookup(yielded);
    if (result)
      *result = yielded;
    return success();
  }

  LogicalResult find(Operation *op) {
    Fault fault;
    bool isLogic = op->getResult(0).getType().isInteger(1);
    if (auto load = dyn_cast<ir::LoadOp>(op)) {
      if (failed(findOfLoad(load, fault)))
        return failure();
    } else if (isLogic && isa<arith::AndIOp, arith::OrIOp>(op)) {
      Value lhs = op->getOperand(0), rhs = op->getOperand(1);
      fault = first(faults.lookup(lhs), guarded(lhs, isa<arith::AndIOp>(op), faults.lookup(rhs)));
    } else if (isa<arith::SelectOp>(op)) {
      Value condition = op->getOperand(0);
      fault = first(faults.lookup(condition), choose(condition, faults.lookup(op->getOperand(1)),
                                                     faults.lookup(op->getOperand(2))));
    } else {
      for (Value operand : op->getOperands())
        fault = first(fault, faults.lookup(operand));
    }
    if (fault)
      faults[op->getResult(0)] = fault;
    return success();
  }

  /// What a load costs in the tile bounds grows with its axes, and what loads in the
  /// indices of loads cost in Halide with their depth.
  LogicalResult count(ir::LoadOp load) {
    constexpr int mostDepth = 8;
    constexpr int64_t mostZones = 128;
    int depth = 1;
    for (Value index : load.getIndices())
      depth = std::max(depth, depths.lookup(index) + 1);
    depths[load] = depth;
    zones += int64_t(1) << load.getIndices().size();
    if (depth > mostDepth)
      return emitError(load.getLoc())
             << "elements of inputs are indices of inputs more than " << mostDepth << " deep here";
    if (zones > mostZones)
      return emitError(load.getLoc())
             << "the pattern reads inputs at too many places: an element counts 2 for an input of "
                "one axis, 4 for one of two and so on, and at most "
             << mostZones << " are possible";
    return success();
  }

  LogicalResult findOfLoad(ir::LoadOp load, Fault &fault) {
    Location location = load.getLoc();
    if (failed(count(load)))
      return failure();
    for (auto [axis, index] : llvm::enumerate(load.getIndices())) {
      if (ofScore.contains(index))
        return emitError(location) << "an index of the input '" << load.getInput()
                                   << "' depends on the score; indices are checked before there "
                                      "are scores";
      sites.push_back(ir::SiteAttr::get(builder.getContext(), load.getInput(),
                                        static_cast<int64_t>(axis), LocationAttr(location)));
      Value size = ir::InputSizeOp::create(builder, location, builder.getI64Type(), load.getInput(),
                                           static_cast<int64_t>(axis));
      Value isBefore = arith::CmpIOp::create(builder, location, arith::CmpIPredicate::slt, index,
                                             number(0, location));
      Value isBehind =
          arith::CmpIOp::create(builder, location, arith::CmpIPredicate::sge, index, size);
      Value isOutside = arith::OrIOp::create(builder, location, isBefore, isBehind);
      Value site = arith::SelectOp::create(builder, location, isOutside,
                                           number(static_cast<int64_t>(sites.size()), location),
                                           number(0, location));
      fault = first(fault, first(faults.lookup(index), {site, index}));
    }
    return success();
  }

  /// `fault`, or else `other`.
  Fault first(const Fault &fault, const Fault &other) {
    if (!fault || !other)
      return fault ? fault : other;
    Location location = other.site.getLoc();
    Value isThere = arith::CmpIOp::create(builder, location, arith::CmpIPredicate::ne, fault.site,
                                          number(0, location));
    return {arith::SelectOp::create(builder, location, isThere, fault.site, other.site),
            arith::SelectOp::create(builder, location, isThere, fault.index, other.index)};
  }

  /// `fault` where `condition` is `when`.
  Fault guarded(Value condition, bool when, const Fault &fault) {
    return when ? choose(condition, fault, {}) : choose(condition, {}, fault);
  }

  Fault choose(Value condition, const Fault &whenTrue, const Fault &whenFalse) {
    if (!whenTrue && !whenFalse)
      return {};
    if (ofScore.contains(condition))
      return first(onlyWhere(mayBe(condition, true), whenTrue),
                   onlyWhere(mayBe(condition, false), whenFalse));
    Location location = (whenTrue ? whenTrue : whenFalse).site.getLoc();
    Value zero = number(0, location);
    auto select = [&](Value yes, Value no) -> Value {
      return arith::SelectOp::create(builder, location, condition, yes ? yes : zero,
                                     no ? no : zero);
    };
    return {select(whenTrue.site, whenFalse.site), select(whenTrue.index, whenFalse.index)};
  }

  /// Whether `condition` can be `when`, whatever is not known yet; null where it always can.
  Value mayBe(Value condition, bool when) {
    if (!ofScore.contains(condition))
      return when ? condition : negated(condition);
    llvm::DenseMap<Value, Value> &found = when ? whereTrue : whereFalse;
    auto known = found.find(condition);
    if (known != found.end())
      return known->second;
    Value result = findWhetherItMayBe(condition.getDefiningOp(), when);
    found[condition] = result;
    return result;
  }

  Value findWhetherItMayBe(Operation *op, bool when) {
    auto areBoth = [&](unsigned i, bool is, unsigned j, bool other) {
      Value first = mayBe(op->getOperand(i), is);
      return both(first, mayBe(op->getOperand(j), other));
    };
    if (isa<arith::AndIOp, arith::OrIOp>(op)) {
      if (isa<arith::AndIOp>(op) == when)
        return areBoth(0, when, 1, when);
      Value first = mayBe(op->getOperand(0), when);
      return either(first, mayBe(op->getOperand(1), when));
    }
    if (isa<arith::SelectOp>(op)) {
      Value first = areBoth(0, true, 1, when);
      return either(first, areBoth(0, false, 2, when));
    }
    if (isa<arith::XOrIOp>(op) && matchPattern(op->getOperand(1), m_One())) // not
      return mayBe(op->getOperand(0), !when);
    if (isa<arith::XOrIOp>(op)) {
      Value first = areBoth(0, true, 1, !when);
      return either(first, areBoth(0, false, 1, when));
    }
    return {};
  }

  /// Null stands for true.
  Value both(Value a, Value b) {
    return a && b ? arith::AndIOp::create(builder, a.getLoc(), a, b) : a ? a : b;
  }
  Value either(Value a, Value b) {
    return a && b ? arith::OrIOp::create(builder, a.getLoc(), a, b) : Value();
  }

  Value negated(Value condition) {
    Value yes = arith::ConstantOp::create(builder, condition.getLoc(), builder.getBoolAttr(true));
    return arith::XOrIOp::create(builder, condition.getLoc(), condition, yes);
  }

  /// `fault` where `condition`, which may be null, holds.
  Fault onlyWhere(Value condition, const Fault &fault) {
    return condition && fault ? choose(condition, fault, {}) : fault;
  }

  Value number(int64_t value, Location location) {
    return arith::ConstantOp::create(builder, location, builder.getI64IntegerAttr(value));
  }

  static void eraseUnused(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  ir::PatternOp pattern;
  OpBuilder builder;
  IRMapping copies;
  llvm::DenseMap<Value, Fault> faults;
  llvm::DenseSet<Value> ofScore; ///< values that depend on the score or on a selection
  llvm::DenseMap<Value, Value> whereTrue, whereFalse; ///< that `mayBe` has found
  llvm::DenseMap<Value, int> depths;                  ///< loads within indices of loads
  int64_t zones = 0;                                  ///< that the loads look up
  SmallVector<Attribute> sites;
};

bool hasLoads(ir::PatternOp pattern) {
  return llvm::any_of(pattern->getRegions(),
                      [](Region &region) { return !region.getOps<ir::LoadOp>().empty(); });
}

struct FindFaultsPass : impl::FindFaultsPassBase<FindFaultsPass> {
  void runOnOperation() override {
    for (auto pattern : getOperation().getOps<ir::PatternOp>())
      if (pattern.getFaults().empty() && hasLoads(pattern) && failed(FaultFinder(pattern).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace gaze::passes
