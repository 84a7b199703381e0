//===- Ir.cpp - Any text as IR, through all passes --------------------------------===//
//
// What is no IR, or breaks a rule of the dialect, is refused by the reader or the verifier;
// everything else goes through the pipeline of gaze-opt --gaze-lower, which verifies
// after each pass, and into a Kernel.
//
//===----------------------------------------------------------------------===//
#include "compiler/ToKernel.h"
#include "compiler/passes/Passes.h"
#include "test/fuzz/Target.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

using namespace gaze;

int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<ir::GazeDialect, mlir::arith::ArithDialect, mlir::math::MathDialect>();
  bool isExplained = false;
  const mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    isExplained |= diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
    return mlir::success();
  });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(test::textOf(bytes, size), &context);
  if (module) {
    mlir::PassManager manager(&context);
    passes::addLoweringPasses(manager);
    if (mlir::succeeded(manager.run(*module))) {
      for (const ir::KernelOp kernel : module->getOps<ir::KernelOp>())
        toKernel(kernel);
      return 0;
    }
  }
  if (!isExplained)
    test::broken("IR that is refused has an error");
  return 0;
}
