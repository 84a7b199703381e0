//===- FrontEnd.cpp - From a checked program to a Kernel ----------------------------===//
#include "compiler/FrontEnd.h"

#include "compiler/FromAst.h"
#include "compiler/ToKernel.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;

namespace gaze {

namespace {

/// One pattern on its way through MLIR.
class Lowering {
public:
  Lowering(const dsl::Program &program, const dsl::Pattern &pattern)
      : context(MLIRContext::Threading::DISABLED), locations(&context, program.sources) {
    context.loadDialect<ir::GazeDialect, arith::ArithDialect, math::MathDialect>();
    module = translate(context, program, pattern, locations);
  }

  /// Runs all passes; false with a diagnostic.
  bool run(dsl::Diagnostics &diagnostics) {
    size_t before = diagnostics.list().size();
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        diagnostics.error(locations.spanOf(diagnostic.getLocation()), diagnostic.str());
      return success();
    });
    PassManager manager(&context);
    passes::addLoweringPasses(manager);
    if (succeeded(manager.run(*module)))
      return true;
    if (diagnostics.list().size() == before)
      diagnostics.error({}, "internal error: a pass failed without saying why; please report the "
                            "pattern");
    return false;
  }

  std::string text() {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module->print(stream);
    stream << '\n';
    return text;
  }

  Kernel kernel() { return toKernel(*module->getOps<ir::KernelOp>().begin()); }

private:
  MLIRContext context;
  Locations locations;
  OwningOpRef<ModuleOp> module;
};

} // namespace

std::string emitDialect(const dsl::Program &program, const dsl::Pattern &pattern) {
  return Lowering(program, pattern).text();
}

std::optional<std::string> emitKernelIR(const dsl::Program &program, const dsl::Pattern &pattern,
                                        dsl::Diagnostics &diagnostics) {
  Lowering lowering(program, pattern);
  if (!lowering.run(diagnostics))
    return std::nullopt;
  return lowering.text();
}

std::optional<LoweredKernel> lowerToKernel(const dsl::Program &program, const dsl::Pattern &pattern,
                                           dsl::Diagnostics &diagnostics) {
  Lowering lowering(program, pattern);
  if (!lowering.run(diagnostics))
    return std::nullopt;
  return LoweredKernel{lowering.kernel(), lowering.text()};
}

} // namespace gaze
