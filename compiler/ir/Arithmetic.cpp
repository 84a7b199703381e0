//===- Arithmetic.cpp - Folding of ints that floor, and of chance ----------------===//
#include "compiler/ir/Gaze.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/APSInt.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace gaze::ir {

/// Rounds towards minus infinity. LLVM's division would trap for 0 and overflow for -1.
static int64_t floorDivide(int64_t lhs, int64_t rhs) {
  if (rhs == 0)
    return 0;
  if (rhs == -1)
    return static_cast<int64_t>(-static_cast<uint64_t>(lhs));
  int64_t quotient = lhs / rhs;
  return lhs % rhs != 0 && (lhs < 0) != (rhs < 0) ? quotient - 1 : quotient;
}

static int64_t floorModulo(int64_t lhs, int64_t rhs) {
  if (rhs == 0 || rhs == -1)
    return 0;
  int64_t remainder = lhs % rhs;
  return remainder != 0 && (lhs < 0) != (rhs < 0) ? remainder + rhs : remainder;
}

static IntegerAttr i64Attr(MLIRContext *context, int64_t value) {
  return Builder(context).getI64IntegerAttr(value);
}

static std::optional<int64_t> constantInt(Attribute attribute) {
  if (auto integer = dyn_cast_or_null<IntegerAttr>(attribute))
    return integer.getInt();
  return std::nullopt;
}

OpFoldResult FloorDivOp::fold(FoldAdaptor adaptor) {
  std::optional<int64_t> lhs = constantInt(adaptor.getLhs()), rhs = constantInt(adaptor.getRhs());
  if (rhs == 1)
    return getLhs();
  if (lhs == 0 || rhs == 0)
    return i64Attr(getContext(), 0);
  if (lhs && rhs)
    return i64Attr(getContext(), floorDivide(*lhs, *rhs));
  return {};
}

OpFoldResult FloorModOp::fold(FoldAdaptor adaptor) {
  std::optional<int64_t> lhs = constantInt(adaptor.getLhs()), rhs = constantInt(adaptor.getRhs());
  if (lhs == 0 || rhs == 0 || rhs == 1 || rhs == -1 || getLhs() == getRhs())
    return i64Attr(getContext(), 0);
  if (lhs && rhs)
    return i64Attr(getContext(), floorModulo(*lhs, *rhs));
  return {};
}

OpFoldResult FloatToIntOp::fold(FoldAdaptor adaptor) {
  auto operand = dyn_cast_or_null<FloatAttr>(adaptor.getOperand());
  if (!operand)
    return {};
  // APFloat saturates as the operation does, but for NaN.
  APSInt result(64, /*isUnsigned=*/false);
  bool isExact;
  if (operand.getValue().isNaN())
    return i64Attr(getContext(), 0);
  operand.getValue().convertToInteger(result, APFloat::rmTowardZero, &isExact);
  return i64Attr(getContext(), result.getSExtValue());
}

OpFoldResult ChanceOp::fold(FoldAdaptor adaptor) {
  auto probability = dyn_cast_or_null<FloatAttr>(adaptor.getProbability());
  if (!probability)
    return {};
  double p = probability.getValueAsDouble();
  if (p >= 1)
    return BoolAttr::get(getContext(), true);
  if (p <= 0 || std::isnan(p))
    return BoolAttr::get(getContext(), false);
  return {};
}

} // namespace gaze::ir
