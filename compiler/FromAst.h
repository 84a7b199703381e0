//===- FromAst.h - From a checked pattern to the gaze dialect --------------------===//
#ifndef GAZE_COMPILER_FROMAST_H
#define GAZE_COMPILER_FROMAST_H

#include "compiler/Locations.h"
#include "dsl/Ast.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace gaze {

/// A module with `gaze.pattern` for `pattern` and a `gaze.def` for each instance
/// of a def that it uses. `program` is checked.
mlir::OwningOpRef<mlir::ModuleOp> translate(mlir::MLIRContext &context, const dsl::Program &program,
                                            const dsl::Pattern &pattern, Locations &locations);

} // namespace gaze

#endif // GAZE_COMPILER_FROMAST_H
