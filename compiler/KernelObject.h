//===- KernelObject.h - A kernel as one object file ---------------------------------===//
#ifndef GAZE_COMPILER_KERNELOBJECT_H
#define GAZE_COMPILER_KERNELOBJECT_H

#include "compiler/Kernel.h"
#include "compiler/halide/Emit.h"

#include <string>
#include <vector>

namespace gaze {

/// The object that `gaze compile` writes and the JIT loads: the functions of all
/// `variants` (object/KernelTable.h), which differ in their prefixes, and `symbol`, the
/// gaze_kernel. Throws CompileError.
std::string kernelObject(const Kernel &kernel, const std::string &symbol,
                         const std::vector<EmitOptions> &variants);

/// One of them as text: assembly, LLVM's or Halide's; of a kernel for a GPU, of the functions that
/// run there, whose assembly is PTX or OpenCL C. Throws CompileError.
std::string kernelText(const Kernel &kernel, const EmitOptions &options, Output output);

} // namespace gaze

#endif // GAZE_COMPILER_KERNELOBJECT_H
