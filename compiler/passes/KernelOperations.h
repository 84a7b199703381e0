//===- KernelOperations.h - Which operations a kernel may hold -------------------===//
#ifndef GAZE_COMPILER_PASSES_KERNELOPERATIONS_H
#define GAZE_COMPILER_PASSES_KERNELOPERATIONS_H

#include "compiler/Kernel.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace gaze::passes {

/// The operation of compiler/Kernel.h that means the same as `op`, operand for
/// operand; nothing where there is none.
std::optional<gaze::Op> kernelOperation(mlir::Operation *op);

} // namespace gaze::passes

#endif // GAZE_COMPILER_PASSES_KERNELOPERATIONS_H
