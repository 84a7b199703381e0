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

/// What a load reads.
struct Source {
  int64_t rank;
  Type type;
};

static std::optional<Source> findSource(Operation *user, StringRef name) {
  if (InputOp input = findInput(user, name))
    return Source{input.rank(), input.getType()};
  if (Region *inputs = inputsAround(user))
    for (auto selection : inputs->getOps<SelectionOp>())
      if (selection.getInput() == name)
        return Source{4, IntegerType::get(user->getContext(), 1)};
  return std::nullopt;
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

LogicalResult SelectionOp::verifyRegions() {
  Block &block = getSizes().front();
  if (block.getNumArguments() != 0 || block.empty() || !isa<SizesOp>(block.back()) ||
      block.back().getNumOperands() != 3)
    return emitOpError("has a region without arguments that gives three sizes: count, block and "
                       "share");
  for (auto read : getSizes().getOps<CoordinateOp>())
    if (!CoordinateOp::isShape(read.getCoordinate()))
      return read.emitOpError("'")
             << stringifyCoordinate(read.getCoordinate()) << "' cannot be read in a size";
  return success();
}

/// `op` reads the input called `name`, with `values` times as many values as it has axes.
static LogicalResult verifyRead(Operation *op, StringRef name, size_t operands, int64_t values) {
  std::optional<Source> source = findSource(op, name);
  if (!source)
    return op->emitOpError("names no input: '") << name << "'";
  if (static_cast<int64_t>(operands) != values * source->rank)
    return op->emitOpError("must have ")
           << values * source->rank << " operands, for the axes of '" << name << "'";
  if (op->getResult(0).getType() != source->type)
    return op->emitOpError("must have the type of '") << name << "', " << source->type;
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
