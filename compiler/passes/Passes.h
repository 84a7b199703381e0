//===- Passes.h - From a pattern as written to a kernel --------------------------===//
//
// Declared in Passes.td, which says what each pass does.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_PASSES_PASSES_H
#define GAZE_COMPILER_PASSES_PASSES_H

#include "compiler/ir/Gaze.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace gaze::passes {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "Passes.h.inc"

/// The whole way from a module with one `gaze.pattern` to one with one
/// `gaze.kernel`: `gaze-opt --gaze-lower`.
void addLoweringPasses(mlir::OpPassManager &manager);

} // namespace gaze::passes

#endif // GAZE_COMPILER_PASSES_PASSES_H
