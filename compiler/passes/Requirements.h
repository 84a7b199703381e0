//===- Requirements.h - Requirements that follow from what a pattern computes -------===//
//
// A value that reads no more than parameters and shape is known before anything runs. What
// must hold of it becomes a `gaze.require`, with a copy of what computes it.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_PASSES_REQUIREMENTS_H
#define GAZE_COMPILER_PASSES_REQUIREMENTS_H

#include "compiler/passes/Passes.h"

#include <optional>

namespace gaze::passes {

/// Everything that `values` of one block are computed from, themselves included, in the order of
/// the block; `operandsOf` says which operands of an operation count.
llvm::SmallVector<mlir::Operation *>
slice(mlir::ValueRange values,
      llvm::function_ref<mlir::OperandRange(mlir::Operation *)> operandsOf);

/// What computes `value`, where that reads no more than parameters and shape.
std::optional<llvm::SmallVector<mlir::Operation *>> sliceOfSize(mlir::Value value);

/// Adds to `pattern` the requirement that `value`, which `computation` computes, is as `predicate`
/// says beside `bound`.
void require(ir::PatternOp pattern, mlir::Location location, llvm::StringRef message,
             mlir::Value value, llvm::ArrayRef<mlir::Operation *> computation,
             mlir::arith::CmpIPredicate predicate, int64_t bound);

} // namespace gaze::passes

#endif // GAZE_COMPILER_PASSES_REQUIREMENTS_H
