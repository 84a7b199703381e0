//===- Gaze.cpp - The gaze dialect: attributes, registration, constants ----------===//
#include "compiler/ir/Gaze.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include "GazeDialect.cpp.inc"
#include "GazeEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "GazeAttributes.cpp.inc"

namespace gaze::ir {

void GazeDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "GazeAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "GazeOps.cpp.inc"
      >();
}

mlir::Operation *GazeDialect::materializeConstant(mlir::OpBuilder &builder, mlir::Attribute value,
                                                  mlir::Type type, mlir::Location location) {
  return mlir::arith::ConstantOp::materialize(builder, value, type, location);
}

llvm::LogicalResult ParameterAttr::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                          llvm::StringRef name, mlir::Type type,
                                          mlir::TypedAttr defaultValue) {
  if (!type.isSignlessInteger(64) && !type.isSignlessInteger(1) && !type.isF64())
    return emitError() << "parameter '" << name << "' must be i64, f64 or i1, not " << type;
  if (defaultValue && defaultValue.getType() != type)
    return emitError() << "the default of parameter '" << name << "' must be of type " << type;
  return mlir::success();
}

} // namespace gaze::ir
