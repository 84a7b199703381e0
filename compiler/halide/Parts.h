//===- Parts.h - What kernels in parts have beside accumulate -----------------===//
//
// A part leaves the state of each query behind, and the part that comes after it merges
// it with its own: two tiles of two orders have different queries, so states go through
// memory row by row. Values only, as in Algorithm.h; ScheduleCpu.cpp has the loops.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_PARTS_H
#define GAZE_COMPILER_HALIDE_PARTS_H

#include "compiler/Kernel.h"
#include "compiler/halide/Step.h"

#include <Halide.h>

#include <vector>

namespace gaze {

/// A state to rows: of each query the output times its weight, the highest score, the
/// weight, and what fills them up to a whole number of vectors.
struct SaveRows {
  explicit SaveRows(const KernelSizes &sizes);

  std::vector<Halide::Argument> arguments() const { return {state}; }
  static int rowLength(const KernelSizes &sizes) { return sizes.valueDim + 8; }

  KernelSizes sizes;
  Halide::ImageParam state{Halide::Float(32), 2, "state"};
  Halide::Var qi{"qi"}, di{"di"};
  Halide::Func elements{"elements"}; ///< (qi, di)
  Halide::Func rows{"rows"};         ///< (di, qi)
};

/// A state and such rows, over disjoint keys, to one state.
struct MergeRows {
  explicit MergeRows(const KernelSizes &sizes);

  std::vector<Halide::Argument> arguments() const { return {rows, stateIn}; }

  KernelSizes sizes;
  Halide::ImageParam rows{Halide::Float(32), 2, "rows"};
  Halide::ImageParam stateIn{Halide::Float(32), 2, "state_in"};
  Halide::Var qi{"qi"}, di{"di"};
  Halide::Func rowElements{"row_elements"};    ///< (di, qi)
  Halide::Func elements{"elements"};           ///< (qi, di): the rows, transposed
  Halide::Func highest{"highest"};             ///< (qi)
  Halide::Func ours{"ours"}, theirs{"theirs"}; ///< (qi): what the two are scaled by
  Halide::Func stateOut{"state_out"};          ///< (qi, di)
};

/// What a part's order is made of (gaze_part in gaze/gaze.h).
struct Selects {
  Selects(const Kernel &kernel, const Part &part);

  std::vector<Halide::Argument> arguments() const;

  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  InputBuffers inputs;
  Halide::Param<std::int64_t> head{"head"}, batch{"batch"};
  Halide::Var i{"i"};
  Halide::Func selected{"selected"}; ///< (i)
};

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_PARTS_H
