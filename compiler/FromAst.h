//===- FromAst.h - From a checked pattern to the gaze dialect --------------------===//
#ifndef GAZE_COMPILER_FROMAST_H
#define GAZE_COMPILER_FROMAST_H

#include "dsl/Ast.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/DenseMap.h"

namespace gaze {

/// Places in pattern files as MLIR locations (file, line and column of the first
/// character), and back.
class Locations {
public:
  Locations(mlir::MLIRContext *context, const dsl::SourceSet &sources)
      : context(context), sources(sources) {}

  mlir::Location of(dsl::Span span);
  /// The span that `location` came from; of a location inside of calls, that of
  /// the outermost call. An invalid span where there is none.
  dsl::Span spanOf(mlir::Location location) const;

private:
  mlir::MLIRContext *context;
  const dsl::SourceSet &sources;
  llvm::DenseMap<mlir::Attribute, dsl::Span> spans;
};

/// The place that an operation was written at, seen from the pattern: behind all
/// calls that were inlined around it.
mlir::Location outermostCaller(mlir::Location location);

/// A module with `gaze.pattern` for `pattern` and a `gaze.def` for each instance
/// of a def that it uses. `program` is checked.
mlir::OwningOpRef<mlir::ModuleOp> translate(mlir::MLIRContext &context, const dsl::Program &program,
                                            const dsl::Pattern &pattern, Locations &locations);

} // namespace gaze

#endif // GAZE_COMPILER_FROMAST_H
