//===- gaze-opt.cpp - Runs the passes of Gaze on IR, one by one ------------------===//
//
// What the tests under test/ir and test/passes run. Registration only.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<gaze::ir::GazeDialect, mlir::arith::ArithDialect, mlir::math::MathDialect>();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::arith::registerArithIntRangeOptsPass();
  gaze::passes::registerGazePasses();
  mlir::PassPipelineRegistration<>("gaze-lower", "From a pattern as written to a kernel",
                                   gaze::passes::addLoweringPasses);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Runs the passes of Gaze on IR\n", registry));
}
