//===- ToKernel.h - From a lowered gaze.kernel to plain data ----------------------===//
#ifndef GAZE_COMPILER_TOKERNEL_H
#define GAZE_COMPILER_TOKERNEL_H

#include "compiler/Kernel.h"
#include "compiler/ir/Gaze.h"

namespace gaze {

/// The Kernel that `kernel` describes, after all passes (compiler/passes/Passes.h).
Kernel toKernel(ir::KernelOp kernel);

} // namespace gaze

#endif // GAZE_COMPILER_TOKERNEL_H
