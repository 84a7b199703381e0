//===- Names.cpp - Coordinates, parameters and the score -------------------------===//
#include "compiler/ir/Gaze.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace gaze::ir {

Type coordinateType(MLIRContext *context, Coordinate coordinate) {
  Builder builder(context);
  return coordinate == Coordinate::Score ? Type(builder.getF32Type()) : builder.getI64Type();
}

ParameterAttr findParameter(ArrayAttr parameters, StringRef name) {
  for (ParameterAttr parameter : parameters.getAsRange<ParameterAttr>())
    if (parameter.getName() == name)
      return parameter;
  return {};
}

//===----------------------------------------------------------------------===//
// gaze.coordinate
//===----------------------------------------------------------------------===//

bool CoordinateOp::isShape(Coordinate coordinate) {
  return coordinate == Coordinate::SeqQ || coordinate == Coordinate::SeqK ||
         coordinate == Coordinate::Heads || coordinate == Coordinate::HeadDim;
}

LogicalResult CoordinateOp::verify() {
  if (getCoordinate() == Coordinate::Score)
    return emitOpError("is for ints; use gaze.score");
  return success();
}

void CoordinateOp::getAsmResultNames(function_ref<void(Value, StringRef)> setName) {
  setName(getResult(), stringifyCoordinate(getCoordinate()));
}

/// In a def or a `where` a coordinate can have any value.
void CoordinateOp::inferResultRanges(ArrayRef<ConstantIntRanges>, SetIntRangeFn setResultRange) {
  if (isa<DefOp, WhereOp>((*this)->getParentOp()))
    return setResultRange(getResult(), ConstantIntRanges::maxRange(64));
  int64_t minimum = isShape(getCoordinate()) ? 0 : -maximum;
  setResultRange(getResult(), ConstantIntRanges::fromSigned(
                                  APInt(64, static_cast<uint64_t>(minimum), /*isSigned=*/true),
                                  APInt(64, static_cast<uint64_t>(maximum))));
}

//===----------------------------------------------------------------------===//
// gaze.score
//===----------------------------------------------------------------------===//

void ScoreOp::getAsmResultNames(function_ref<void(Value, StringRef)> setName) {
  setName(getResult(), "score");
}

//===----------------------------------------------------------------------===//
// gaze.parameter
//===----------------------------------------------------------------------===//

/// The parameters of the pattern or kernel that holds `op`; null in a def.
static ArrayAttr parametersAround(Operation *op) {
  for (Operation *parent = op->getParentOp(); parent; parent = parent->getParentOp()) {
    if (auto pattern = dyn_cast<PatternOp>(parent))
      return pattern.getParameters();
    if (auto kernel = dyn_cast<KernelOp>(parent))
      return kernel.getParameters();
  }
  return {};
}

LogicalResult ParameterOp::verify() {
  ArrayAttr parameters = parametersAround(*this);
  if (!parameters)
    return emitOpError("must be in a pattern or a kernel: a def has arguments instead");
  ParameterAttr parameter = findParameter(parameters, getParameter());
  if (!parameter)
    return emitOpError("names no parameter: '") << getParameter() << "'";
  if (parameter.getType() != getType())
    return emitOpError("must have the type of parameter '")
           << getParameter() << "', " << parameter.getType();
  return success();
}

void ParameterOp::getAsmResultNames(function_ref<void(Value, StringRef)> setName) {
  setName(getResult(), getParameter());
}

} // namespace gaze::ir
