//===- Selection.h - How blocks of keys are scored, as Halide Funcs ------------===//
//
// What `top_blocks` needs of Q and K. Values only, as in Algorithm.h; the functions are
// block_means, block_extremes, mean_scores and extreme_scores of gaze_kernel in
// gaze/gaze.h. ScheduleSelection.cpp says how they are computed.
//
// A summary has the blocks innermost, so that they are in the lanes of a score: every block
// goes through the same instructions, its products added by channel in order, and blocks
// that are equal have equal scores, bit by bit, wherever they stand.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_SELECTION_H
#define GAZE_COMPILER_HALIDE_SELECTION_H

#include "compiler/Kernel.h"
#include "compiler/halide/Elements.h"
#include "compiler/halide/Expressions.h"

#include <Halide.h>

#include <string>
#include <vector>

namespace gaze {

/// Blocks of rows of Q or K, each of `keys` rows, `block` rows apart.
struct BlockRows {
  BlockRows(int headDim, const ElementUse &element);

  std::vector<Halide::Argument> arguments() const { return {rows, keys, block}; }
  /// Element `di` of row `r` of block `bi`, in float32.
  Halide::Expr value() const;

  int headDim;
  ElementUse element;
  Halide::ImageParam rows;
  Halide::Param<std::int32_t> keys{"keys"}, block{"block"};
  Halide::Var bi{"bi"}, di{"di"};
  Halide::RDom r; ///< of a block
};

/// The mean row of each block.
struct BlockMeans : BlockRows {
  BlockMeans(int headDim, const ElementUse &element);

  Halide::Func sums{"sums"};   ///< (di, bi)
  Halide::Func means{"means"}; ///< (bi, di)
};

/// The bounds of each block by channel: NaN where an element is.
struct BlockExtremes : BlockRows {
  BlockExtremes(int headDim, const ElementUse &element);

  Halide::Var ci{"ci"};
  Halide::Func greatest{"greatest"}, least{"least"}; ///< (di, bi)
  Halide::Func extremes{"extremes"};                 ///< (bi, ci): the greatest, then the least
};

/// The scores of blocks for groups of queries.
struct BlockScores {
  /// By their means, or by their bounds: of each channel the one that gives more.
  BlockScores(int headDim, bool byExtremes);

  std::vector<Halide::Argument> arguments() const { return {queries, summaries}; }

  Halide::ImageParam queries{Halide::Float(32), 2, "queries"};     ///< (gi, channel): their means
  Halide::ImageParam summaries{Halide::Float(32), 2, "summaries"}; ///< (bi, channel)
  Halide::Var bi{"bi"}, gi{"gi"};
  Halide::RDom channel;
  Halide::Func dot{"dot"};
  Halide::Func scores{"scores"}; ///< (bi, gi)
};

/// Count, block and share of all selections.
struct SelectionSizes {
  explicit SelectionSizes(const Kernel &kernel);

  std::vector<Halide::Argument> arguments() const { return {uniforms}; }

  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  Halide::Var i{"i"};
  Halide::Func sizes{"sizes"}; ///< (i)
};

void scheduleForCpu(BlockMeans &means, int lanes);
void scheduleForCpu(BlockExtremes &extremes, int lanes);
void scheduleForCpu(BlockScores &scores, int lanes);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_SELECTION_H
