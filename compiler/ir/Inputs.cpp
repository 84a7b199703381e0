//===- Inputs.cpp - Tensors that are given at run time ----------------------------===//
#include "compiler/ir/Gaze.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace gaze::ir {

/// The region of inputs around `op`; null in a def.
static Region *inputsAround(Operation *op) {
  for (Operation *parent = op->getParentOp(); parent; parent = parent->getParentOp()) {
    if (auto pattern = dyn_cast<PatternOp>(parent))
      return &pattern.getInputs();
    if (auto kernel = dyn_cast<KernelOp>(parent))
      return &kernel.getInputs();
  }
  return nullptr;
}

InputOp findInput(Operation *user, StringRef name) {
  if (Region *inputs = inputsAround(user))
    for (auto input : inputs->getOps<InputOp>())
      if (input.getInput() == name)
        return input;
  return {};
}

int64_t InputOp::rank() { return getSizes().front().getTerminator()->getNumOperands(); }

LogicalResult InputOp::verifyRegions() {
  Block &block = getSizes().front();
  if (block.getNumArguments() != 0 || block.empty() || !isa<SizesOp>(block.back()))
    return emitOpError("has a region without arguments that ends with gaze.sizes");
  if (rank() == 0)
    return emitOpError("must have an axis");
  for (auto read : getSizes().getOps<CoordinateOp>())
    if (!CoordinateOp::isShape(read.getCoordinate()) && read.getCoordinate() != Coordinate::Batch)
      return read.emitOpError("'")
             << stringifyCoordinate(read.getCoordinate()) << "' cannot be read in a size";
  return success();
}

/// `op` reads the input called `name`, with `values` times as many values as it has axes.
static LogicalResult verifyRead(Operation *op, StringRef name, size_t operands, int64_t values) {
  InputOp input = findInput(op, name);
  if (!input)
    return op->emitOpError("names no input: '") << name << "'";
  if (static_cast<int64_t>(operands) != values * input.rank())
    return op->emitOpError("must have ")
           << values * input.rank() << " operands, for the axes of '" << name << "'";
  if (op->getResult(0).getType() != input.getType())
    return op->emitOpError("must have the type of '") << name << "', " << input.getType();
  return success();
}

LogicalResult LoadOp::verify() { return verifyRead(*this, getInput(), getIndices().size(), 1); }
LogicalResult LeastLoadOp::verify() { return verifyRead(*this, getInput(), getEnds().size(), 2); }
LogicalResult GreatestLoadOp::verify() {
  return verifyRead(*this, getInput(), getEnds().size(), 2);
}

LogicalResult InputSizeOp::verify() {
  InputOp input = findInput(*this, getInput());
  if (!input)
    return emitOpError("names no input: '") << getInput() << "'";
  int64_t axis = getAxisAttr().getInt();
  if (axis < 0 || axis >= input.rank())
    return emitOpError("names no axis of '") << getInput() << "'";
  return success();
}

void InputSizeOp::inferResultRanges(ArrayRef<ConstantIntRanges>, SetIntRangeFn setResultRange) {
  setResultRange(getResult(), ConstantIntRanges::fromSigned(
                                  APInt(64, 0), APInt(64, uint64_t(CoordinateOp::maximum))));
}

} // namespace gaze::ir
