//===- Gaze.h - The gaze dialect in C++ ------------------------------------------===//
//
// Declared in Gaze.td and GazeOps.td, which say what everything means.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_IR_GAZE_H
#define GAZE_COMPILER_IR_GAZE_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferIntRangeInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "GazeDialect.h.inc"
#include "GazeEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "GazeAttributes.h.inc"

#define GET_OP_CLASSES
#include "GazeOps.h.inc"

namespace gaze::ir {

/// The type of a coordinate: i64, and f32 for the score.
mlir::Type coordinateType(mlir::MLIRContext *context, Coordinate coordinate);

/// Whether `coordinate` says which pair it is: q, k, head or batch.
bool isOfPair(Coordinate coordinate);

/// The parameter called `name`, or null.
ParameterAttr findParameter(mlir::ArrayAttr parameters, llvm::StringRef name);

/// The input called `name` of the pattern or kernel around `user`, or null.
InputOp findInput(mlir::Operation *user, llvm::StringRef name);

/// Whether the value of `def` depends on `gaze.score` at the place of the call.
bool readsScore(DefOp def);

} // namespace gaze::ir

#endif // GAZE_COMPILER_IR_GAZE_H
