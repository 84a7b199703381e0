//===- TileBounds.cpp - gaze-tile-bounds -----------------------------------------===//
//
// What can be said of `keep` on a rectangle of pairs, from the ends of the
// rectangle alone? Every value of `keep` becomes an Interval: two values, low
// and high, that enclose it wherever in the rectangle it is read. A tile is
// skipped when `keep` may not be true on it, and needs no mask when it must be.
//
// - q, k, head and batch are their ends. What reads none of them is the same on
//   the whole rectangle, a point: computed once, by its own operation, exactly.
// - Ints are bounded by their ends (IntIntervals.cpp), floats likewise, with NaN for
//   ends that nothing is known of (FloatIntervals.cpp).
// - Bools are three-valued: low means must be true, high means may be. So `and`
//   and `or` work on both ends by themselves, and `not` swaps them.
// - `chance` is a hash, so it is known where all of its arguments are, and
//   otherwise only for a probability that is never or always enough.
// - An element of an input lies between the least and the greatest in the box of its
//   indices, for which the runtime keeps a table (runtime/Inputs.h).
// - What has no rule can be anything.
//
// Each rule must hold for all inputs: wrap-around, zero divisors, infinities,
// NaN. Each should be exact where low equals high, so that small tiles get exact
// answers. test/passes/TileBoundsTest.cpp checks both against brute force.
//
// There is no relation between values: in `x - x` the two may differ. The
// passes before this one have simplified what matters of that.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Intervals.h"
#include "compiler/passes/KernelOperations.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/IRMapping.h"

#include <cmath>

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_TILEBOUNDSPASS
#include "Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Bools
//===----------------------------------------------------------------------===//

Interval exclusiveOr(Emitter &emitter, const Interval &lhs, const Interval &rhs) {
  auto differ = [&](Value left, Value right) { // left true, right false
    return emitter.both(left, emitter.negate(right));
  };
  return {emitter.either(differ(lhs.low, rhs.high), differ(rhs.low, lhs.high)),
          emitter.either(differ(lhs.high, rhs.low), differ(rhs.high, lhs.low))};
}

Interval selectBool(Emitter &emitter, const Interval &condition, const Interval &whenTrue,
                    const Interval &whenFalse) {
  Value mayBeFalse = emitter.negate(condition.low), mustBeFalse = emitter.negate(condition.high);
  Value must = emitter.either(emitter.both(condition.low, whenTrue.low),
                              emitter.both(mustBeFalse, whenFalse.low));
  must = emitter.either(must, emitter.both(whenTrue.low, whenFalse.low));
  return {must, emitter.either(emitter.both(condition.high, whenTrue.high),
                               emitter.both(mayBeFalse, whenFalse.high))};
}

//===----------------------------------------------------------------------===//
// Operation by operation
//===----------------------------------------------------------------------===//

class Bounds {
public:
  /// Those of a kernel or of a part, into its region 'bounds'.
  Bounds(Region &bounds) : region(bounds), builder(bounds.getContext()) {}

  /// `faults` may be null.
  void derive(Region &kept, Region *faults) {
    makeArguments();
    bound(kept);
    auto yield = cast<ir::YieldOp>(kept.front().getTerminator());
    const Interval keep = intervals.at(yield.getValue());
    Value inside;
    if (faults) {
      bound(*faults);
      inside = mustBeZero(cast<ir::FaultOp>(faults->front().getTerminator()).getSite());
    }
    ir::VerdictOp::create(builder, yield.getLoc(), keep.high, keep.low, inside);
  }

private:
  void bound(Region &from) {
    for (Operation &op : from.front().without_terminator())
      intervals[op.getResult(0)] = interval(&op);
  }

  Value mustBeZero(Value value) {
    IntIntervals ints(builder, value.getLoc());
    Value zero = ints.constant(int64_t(0));
    return ints.compare(arith::CmpIPredicate::eq, intervals.at(value), {zero, zero, 0, 0}).low;
  }

  void makeArguments() {
    Block &block = region.emplaceBlock();
    builder.setInsertionPointToStart(&block);
    for (int end = 0; end < 8; ++end)
      block.addArgument(builder.getI64Type(), region.getLoc());
  }

  Interval interval(Operation *op) {
    auto coordinate = dyn_cast<ir::CoordinateOp>(op);
    if (coordinate && !ir::CoordinateOp::isShape(coordinate.getCoordinate())) {
      unsigned index = 2 * static_cast<unsigned>(coordinate.getCoordinate());
      Block &block = region.front();
      return {block.getArgument(index), block.getArgument(index + 1), -ir::CoordinateOp::maximum,
              ir::CoordinateOp::maximum};
    }
    SmallVector<Interval, 3> operands;
    for (Value operand : op->getOperands())
      operands.push_back(intervals.at(operand));
    if (llvm::all_of(operands, [](const Interval &operand) { return operand.isPoint(); }))
      return point(op);
    return nonPoint(op, operands);
  }

  /// The operation itself, on operands that are the same on the whole rectangle.
  Interval point(Operation *op) {
    IRMapping operands;
    for (Value operand : op->getOperands())
      operands.map(operand, intervals.at(operand).low);
    Value value = builder.clone(*op, operands)->getResult(0);
    Interval result{value, value};
    result.isExact = true;
    if (isa<ir::CoordinateOp, ir::InputSizeOp>(op)) {
      result.least = 0;
      result.greatest = ir::CoordinateOp::maximum;
    }
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      if (auto integer = dyn_cast<IntegerAttr>(constant.getValue()); integer && !isBool(op))
        result.least = result.greatest = integer.getInt();
      if (auto real = dyn_cast<FloatAttr>(constant.getValue()); real && real.getValue().isFinite())
        result.magnitude = std::fabs(real.getValueAsDouble());
    }
    return result;
  }

  static bool isBool(Operation *op) { return op->getResult(0).getType().isInteger(1); }

  Interval nonPoint(Operation *op, ArrayRef<Interval> operands) {
    Emitter emitter(builder, op->getLoc());
    Type type = op->getResult(0).getType();
    if (isa<ir::ChanceOp>(op))
      return chance(op, operands);
    if (isa<arith::SelectOp>(op))
      return select(op, operands);
    if (auto load = dyn_cast<ir::LoadOp>(op))
      return element(load, operands);
    if (type.isInteger(1))
      return boolean(op, operands);
    if (type.isInteger(64))
      return integer(op, operands);
    if (type.isF64() && !llvm::any_of(op->getOperandTypes(), [](Type t) { return t.isF32(); }))
      return real(op, operands);
    return emitter.anything(type);
  }

  Interval boolean(Operation *op, ArrayRef<Interval> operands) {
    Emitter emitter(builder, op->getLoc());
    if (auto compare = dyn_cast<arith::CmpIOp>(op))
      return IntIntervals(builder, op->getLoc())
          .compare(compare.getPredicate(), operands[0], operands[1]);
    if (auto compare = dyn_cast<arith::CmpFOp>(op); compare && operands[0].type().isF64())
      return FloatIntervals(builder, op->getLoc())
          .compare(compare.getPredicate(), operands[0], operands[1]);
    if (isa<arith::AndIOp>(op))
      return {emitter.both(operands[0].low, operands[1].low),
              emitter.both(operands[0].high, operands[1].high)};
    if (isa<arith::OrIOp>(op))
      return {emitter.either(operands[0].low, operands[1].low),
              emitter.either(operands[0].high, operands[1].high)};
    if (isa<arith::XOrIOp>(op))
      return exclusiveOr(emitter, operands[0], operands[1]);
    return emitter.anything(builder.getI1Type());
  }

  Interval integer(Operation *op, ArrayRef<Interval> operands) {
    IntIntervals ints(builder, op->getLoc());
    switch (*kernelOperation(op)) {
    case gaze::Op::Add:
      return ints.add(operands[0], operands[1]);
    case gaze::Op::Subtract:
      return ints.subtract(operands[0], operands[1]);
    case gaze::Op::Multiply:
      return ints.multiply(operands[0], operands[1]);
    case gaze::Op::FloorDivide:
      return ints.floorDivide(operands[0], operands[1]);
    case gaze::Op::FloorModulo:
      return ints.floorModulo(operands[0], operands[1]);
    case gaze::Op::Minimum:
      return ints.minimum(operands[0], operands[1]);
    case gaze::Op::Maximum:
      return ints.maximum(operands[0], operands[1]);
    case gaze::Op::Absolute:
      return ints.absolute(operands[0]);
    case gaze::Op::FloatToInt:
      if (operands[0].type().isF64())
        return ints.fromFloat(operands[0]);
      return ints.anything(builder.getI64Type());
    default:
      return ints.anything(builder.getI64Type());
    }
  }

  Interval real(Operation *op, ArrayRef<Interval> operands) {
    FloatIntervals floats(builder, op->getLoc());
    switch (*kernelOperation(op)) {
    case gaze::Op::Add:
      return floats.add(operands[0], operands[1]);
    case gaze::Op::Subtract:
      return floats.subtract(operands[0], operands[1]);
    case gaze::Op::Multiply:
      return floats.multiply(operands[0], operands[1]);
    case gaze::Op::Divide:
      return floats.divide(operands[0], operands[1]);
    case gaze::Op::Minimum:
      return floats.minimum(operands[0], operands[1]);
    case gaze::Op::Maximum:
      return floats.maximum(operands[0], operands[1]);
    case gaze::Op::Negate:
      return floats.negate(operands[0]);
    case gaze::Op::Absolute:
      return floats.absolute(operands[0]);
    case gaze::Op::Floor:
      return floats.floor(operands[0]);
    case gaze::Op::SquareRoot:
      return floats.squareRoot(operands[0]);
    case gaze::Op::Exp:
      return floats.exp(operands[0]);
    case gaze::Op::Exp2:
      return floats.exp2(operands[0]);
    case gaze::Op::Log:
      return floats.log(operands[0]);
    case gaze::Op::Log2:
      return floats.log2(operands[0]);
    case gaze::Op::Tanh:
      return floats.tanh(operands[0]);
    case gaze::Op::Sin:
    case gaze::Op::Cos:
      return floats.wave(operands[0]);
    case gaze::Op::IntToFloat:
      return floats.fromInt(operands[0]);
    default:
      return floats.anything(builder.getF64Type());
    }
  }

  /// The least and the greatest element in the box of the indices.
  Interval element(ir::LoadOp load, ArrayRef<Interval> indices) {
    SmallVector<Value> ends;
    for (const Interval &index : indices)
      ends.append({index.low, index.high});
    Location location = load.getLoc();
    return {ir::LeastLoadOp::create(builder, location, load.getType(), load.getInput(), ends),
            ir::GreatestLoadOp::create(builder, location, load.getType(), load.getInput(), ends)};
  }

  /// One branch where the condition is known, else both.
  Interval select(Operation *op, ArrayRef<Interval> operands) {
    Emitter emitter(builder, op->getLoc());
    const Interval &condition = operands[0], &whenTrue = operands[1], &whenFalse = operands[2];
    Type type = whenTrue.type();
    if (type.isInteger(1))
      return selectBool(emitter, condition, whenTrue, whenFalse);
    if (!type.isInteger(64) && !type.isF64())
      return emitter.anything(type);
    Interval result = type.isInteger(64)
                          ? IntIntervals(builder, op->getLoc()).join(whenTrue, whenFalse)
                          : FloatIntervals(builder, op->getLoc()).join(whenTrue, whenFalse);
    auto narrow = [&](Value joined, Value ifTrue, Value ifFalse) {
      Value notTrue = emitter.select(condition.high, joined, ifFalse);
      return emitter.select(condition.low, ifTrue, notTrue);
    };
    result.low = narrow(result.low, whenTrue.low, whenFalse.low);
    result.high = narrow(result.high, whenTrue.high, whenFalse.high);
    return result;
  }

  Interval chance(Operation *op, ArrayRef<Interval> operands) {
    Emitter emitter(builder, op->getLoc());
    Value isKnown = emitter.constant(true);
    IRMapping lows;
    for (auto [operand, interval] : llvm::zip(op->getOperands(), operands)) {
      lows.map(operand, interval.low);
      if (interval.isPoint())
        continue;
      Value same = interval.type().isF64()
                       ? emitter.compare(arith::CmpFPredicate::OEQ, interval.low, interval.high)
                       : emitter.compare(arith::CmpIPredicate::eq, interval.low, interval.high);
      isKnown = emitter.both(isKnown, same);
    }
    Value known = builder.clone(*op, lows)->getResult(0);
    Value always =
        emitter.compare(arith::CmpFPredicate::OGE, operands[0].low, emitter.constant(1.0));
    Value never =
        emitter.compare(arith::CmpFPredicate::OLE, operands[0].high, emitter.constant(0.0));
    Value must = emitter.either(always, emitter.both(isKnown, known));
    Value mayIfKnown = emitter.either(emitter.negate(isKnown), known);
    return {must, emitter.both(mayIfKnown, emitter.negate(never))};
  }

  Region &region;
  OpBuilder builder;
  llvm::DenseMap<Value, Interval> intervals;
};

struct TileBoundsPass : impl::TileBoundsPassBase<TileBoundsPass> {
  void runOnOperation() override {
    for (auto kernel : getOperation().getOps<ir::KernelOp>()) {
      if (kernel.getBounds().empty())
        Bounds(kernel.getBounds())
            .derive(kernel.getKeep(), kernel.getFaults().empty() ? nullptr : &kernel.getFaults());
      if (!kernel.getCandidates().empty() && kernel.getCandidateBounds().empty())
        Bounds(kernel.getCandidateBounds()).derive(kernel.getCandidates(), nullptr);
      for (auto part : kernel.getParts().getOps<ir::PartOp>())
        if (part.getBounds().empty())
          Bounds(part.getBounds()).derive(part.getKeep(), nullptr);
    }
  }
};

} // namespace
} // namespace gaze::passes
