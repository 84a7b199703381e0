//===- Passes.td - From a pattern as written to a kernel -------------------------===//
//
// In the order of the pipeline (Passes.h, addLoweringPasses). Each pass is one
// file, and has a test of the same name in test/passes.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_PASSES_PASSES_TD
#define GAZE_COMPILER_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

def InlinePass : Pass<"gaze-inline", "::mlir::ModuleOp"> {
  let summary = "Replace calls and `where` by what they read";
  let description = [{
    Afterwards the module holds no `gaze.def`, `gaze.call` or `gaze.where`, and
    coordinates are those of the pair itself. Defs can double in size at each
    level, so the pass counts while it expands and stops with an error at the
    call that is too large.
  }];
  let options = [
    Option<"maximumOperations", "max-operations", "int64_t", "100000",
           "Operations that one module may expand to">,
    Option<"maximumDepth", "max-depth", "int64_t", "1000", "Calls inside of calls">
  ];
  let dependentDialects = ["::gaze::ir::GazeDialect"];
}

def MergeEqualPass : Pass<"gaze-merge-equal", "::mlir::ModuleOp"> {
  let summary = "Compute once what is computed twice, and nothing that is not read";
  let description = [{
    Operations of a region that are equal, operands in their order included, become the first of
    them. MLIR's own pass does the same whatever the order of the operands of `andi` and `ori`, but
    until faults and divisors are found the left side guards the right one.
  }];
}

def FindFaultsPass : Pass<"gaze-find-faults", "::mlir::ModuleOp"> {
  let summary = "Say for a pair which index is outside of its input";
  let description = [{
    Adds the `faults` region and the `sites` to patterns that read inputs. Runs on inlined
    patterns, before anything reorders `andi` and `ori`, which guard what stands to their right.
  }];
  let dependentDialects = ["::gaze::ir::GazeDialect", "::mlir::arith::ArithDialect"];
}

def RequireDivisorsPass : Pass<"gaze-require-divisors", "::mlir::ModuleOp"> {
  let summary = "Refuse parameters and shapes for which the pattern divides by zero";
  let description = [{
    Integer division is total here (it gives 0), but a reader of Python expects an error. Where a
    division is evaluated in any case (not in a branch of `select`, not on the right of `andi` and
    `ori`; for a size of `top_blocks` wherever that is) and its divisor reads only parameters and shape, the pass adds the requirement that
    the divisor is not 0. Runs on inlined patterns, before anything reorders `andi` and `ori`.
  }];
  let dependentDialects = ["::gaze::ir::GazeDialect", "::mlir::arith::ArithDialect"];
}

def RequireSelectionsPass : Pass<"gaze-require-selections", "::mlir::ModuleOp"> {
  let summary = "Refuse sizes that `gaze.top_blocks` cannot do with";
  let description = [{
    Adds the requirements that `count` is at least 0 and `block` and `share` are at least 1,
    wherever `keep` holds a `gaze.top_blocks`: what is selected is found before any pair is looked
    at, so nothing guards it. Runs on inlined patterns.
  }];
  let dependentDialects = ["::gaze::ir::GazeDialect", "::mlir::arith::ArithDialect"];
}

def LowerSelectionsPass : Pass<"gaze-lower-selections", "::mlir::ModuleOp"> {
  let summary = "Turn `top_blocks` into tables that the runtime makes";
  let description = [{
    Afterwards no `gaze.top_blocks` is left: `keep` reads a `gaze.selection` instead, and
    `candidates` is `keep` with each of them taken as true.
  }];
  let dependentDialects = ["::gaze::ir::GazeDialect", "::mlir::arith::ArithDialect"];
}

def SimplifyBooleansPass : Pass<"gaze-simplify-booleans", "::mlir::ModuleOp"> {
  let summary = "Simplify `and`, `or` and `not` over comparisons";
  let description = [{
    Duplicates, complements and absorption in chains of `andi` and `ori`;
    comparisons of the same two operands become one; `not` goes towards the leaves where they take
    it. Floats keep their NaNs: not (a < b) is not a >= b.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def LowerToKernelPass : Pass<"gaze-lower-to-kernel", "::mlir::ModuleOp"> {
  let summary = "Turn patterns into kernels";
  let description = [{
    Afterwards only operations that map one to one onto compiler/Kernel.h are
    left, `keep` is there, and the kernel says what it reads.
  }];
  let dependentDialects = ["::gaze::ir::GazeDialect", "::mlir::arith::ArithDialect"];
}

def SplitPartsPass : Pass<"gaze-split-parts", "::mlir::ModuleOp"> {
  let summary = "Take kernels apart into parts that suit different orders of computation";
  let description = [{
    Adds the `parts` of kernels whose `keep` has terms with an order of their own: congruences
    of q and k, and columns of keys. Others are left whole.
  }];
  let dependentDialects = ["::gaze::ir::GazeDialect", "::mlir::arith::ArithDialect"];
}

def TileBoundsPass : Pass<"gaze-tile-bounds", "::mlir::ModuleOp"> {
  let summary = "Derive what `keep` says about a whole rectangle of pairs";
  let description = [{
    Adds the `bounds` region to kernels: `keep` and `faults` in interval arithmetic, written
    with ordinary operations. Sound for every operation; TileBounds.cpp says how.
  }];
  let dependentDialects = ["::gaze::ir::GazeDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

#endif // GAZE_COMPILER_PASSES_PASSES_TD
