//===- Locations.h - Places in pattern files as MLIR locations -------------------===//
#ifndef GAZE_COMPILER_LOCATIONS_H
#define GAZE_COMPILER_LOCATIONS_H

#include "dsl/Source.h"

#include "mlir/IR/Location.h"
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

} // namespace gaze

#endif // GAZE_COMPILER_LOCATIONS_H
