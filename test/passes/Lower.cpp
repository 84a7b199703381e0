//===- Lower.cpp - IR as text, through passes, to Kernels ------------------------===//
#include "Lower.h"

#include "compiler/ToKernel.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

#include <stdexcept>

namespace gaze::test {

static void addPasses(mlir::PassManager &manager, const std::string &pipeline) {
  if (pipeline.empty())
    return passes::addLoweringPasses(manager);
  static const bool registered = (passes::registerGazePasses(), mlir::registerCSEPass(), true);
  if (!registered || failed(mlir::parsePassPipeline(pipeline, manager)))
    throw std::runtime_error("no such pipeline: " + pipeline);
}

static mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text,
                                               mlir::MLIRContext &context) {
  context.loadDialect<ir::GazeDialect, mlir::arith::ArithDialect, mlir::math::MathDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    throw std::runtime_error("not a module:\n" + text);
  return module;
}

std::string reprint(const std::string &text) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string printed;
  llvm::raw_string_ostream stream(printed);
  parse(text, context)->print(stream);
  stream << '\n';
  return printed;
}

std::vector<Kernel> lower(const std::string &text, const std::string &pipeline) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::OwningOpRef<mlir::ModuleOp> module = parse(text, context);
  mlir::PassManager manager(&context);
  addPasses(manager, pipeline);
  if (failed(manager.run(*module)))
    throw std::runtime_error("the passes refuse:\n" + text);
  std::vector<Kernel> kernels;
  for (auto kernel : module->getOps<ir::KernelOp>())
    kernels.push_back(toKernel(kernel));
  return kernels;
}

} // namespace gaze::test
