//===- FrontEnd.h - From a checked program to a Kernel ------------------------===//
//
// AST -> gaze dialect -> passes -> Kernel. The only way into MLIR for the rest of
// the compiler; this header names no MLIR type. gaze-opt runs the same passes one
// by one.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_FRONTEND_H
#define GAZE_COMPILER_FRONTEND_H

#include "compiler/Kernel.h"
#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"

#include <optional>
#include <string>

namespace gaze {

/// The gaze dialect as the AST translates to it, before any pass: what
/// `gaze emit --stage gaze` prints. Round-trips through gaze-opt.
std::string emitDialect(const dsl::Program &program, const dsl::Pattern &pattern);

/// The kernel IR, after all passes: what `gaze emit --stage kernel` prints.
std::optional<std::string> emitKernelIR(const dsl::Program &program, const dsl::Pattern &pattern,
                                        dsl::Diagnostics &diagnostics);

/// A Kernel and the kernel IR that it was read from.
struct LoweredKernel {
  Kernel kernel;
  std::string text; ///< everything in the kernel follows from it, but for places in the source
};

/// Runs all passes. Nothing is returned only with a diagnostic, such as an
/// expansion past the limit on operations.
std::optional<LoweredKernel> lowerToKernel(const dsl::Program &program, const dsl::Pattern &pattern,
                                           dsl::Diagnostics &diagnostics);

} // namespace gaze

#endif // GAZE_COMPILER_FRONTEND_H
