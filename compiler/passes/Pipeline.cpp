//===- Pipeline.cpp - All passes, in their order ---------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

namespace gaze::passes {

void addLoweringPasses(mlir::OpPassManager &manager) {
  // No defs, calls or `where` from here on: every operation is read at the pair itself.
  manager.addPass(createInlinePass());
  // Equal operations are one value from here on, so a divisor is required once; what nobody reads
  // is gone. `and` and `or` keep their sides.
  manager.addPass(createMergeEqualPass());
  // Indices outside of inputs are found by a region of their own from here on; loads are total.
  manager.addPass(createFindFaultsPass());
  // Dividing by zero is refused before the kernel runs. `and` and `or` may change sides after this.
  manager.addPass(createRequireDivisorsPass());
  // What `top_blocks` selects exists: its sizes are as they must be.
  manager.addPass(createRequireSelectionsPass());
  // What `top_blocks` selects is a table to read from here on.
  manager.addPass(createLowerSelectionsPass());

  // Constants are folded, also those that follow from the range of coordinates.
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::arith::createIntRangeOptimizationsPass());
  manager.addPass(mlir::createCSEPass());
  // No comparison or condition is computed twice in other words.
  manager.addPass(createSimplifyBooleansPass());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());

  // Only operations of compiler/Kernel.h from here on: no canonicalization, which knows others.
  manager.addPass(createLowerToKernelPass());
  manager.addPass(createSplitPartsPass());
  manager.addPass(createTileBoundsPass());
  manager.addPass(mlir::createCSEPass());
}

} // namespace gaze::passes
