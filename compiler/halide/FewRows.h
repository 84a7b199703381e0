//===- FewRows.h - Attention of few rows over many keys, as Halide Funcs ------===//
//
// Values only, as in Algorithm.h. The functions are accumulate_rows and finish_rows
// of gaze_kernel in gaze/gaze.h; FewRows.cpp explains them.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_FEWROWS_H
#define GAZE_COMPILER_HALIDE_FEWROWS_H

#include "compiler/Kernel.h"
#include "compiler/halide/RowExpressions.h"
#include "compiler/halide/Step.h"

#include <Halide.h>

#include <string>
#include <vector>

namespace gaze {

/// The tiles of a step that have one width, for few rows: dot (ki, ri, ti), scores and
/// weights alike, product (di, rj, rb, bi, ti).
struct RowTiles : StepTiles {
  RowTiles(const std::string &name, int width, Halide::Expr first, const Halide::Expr &count,
           int lanes);

  Halide::RDom vectors;      ///< (vector of keys within its tile, ti)
  Halide::RDom blocks;       ///< (block of keys within its tile, ti)
  Halide::RDom blockKeys;    ///< of a block
  Halide::Func keyVectors;   ///< (li, vi, ki, ti): K, widened
  Halide::Func laneSums;     ///< (li, ki, ri, ti): what a dot product is the sum of
  Halide::Func valueVectors; ///< (li, vi, ki, ti): V, widened
};

/// One step of online softmax over a list of key tiles, for the same queries of some
/// heads that share K and V.
struct AccumulateRows : Step {
  /// Dot products are made of `lanes` sums each, which divides both head dimensions and
  /// the keys of all tiles. V is weighted for `rowBlock` rows at once.
  AccumulateRows(const Kernel &kernel, const KernelSizes &sizes, int lanes, int rowBlock);

  int lanes, rowBlock;

  /// The row, a row within its block and the block; the element of a row, the lane and
  /// the vector that it is in; the block of keys within a tile.
  Halide::Var ri{"ri"}, rj{"rj"}, rb{"rb"}, di{"di"}, li{"li"}, bi{"bi"}, vi{"vi"};

  Halide::RDom step;    ///< vectors of a row of Q and K
  Halide::RDom lane;    ///< of a vector of sums
  Halide::RDom channel; ///< of V
  RowTiles fullTiles, partialTiles;

  Halide::Func queryOf{"query_of"}, headOf{"head_of"}; ///< (ri)
  std::vector<Halide::Func> rowValues;                 ///< (ri): what a row loads from inputs
  Halide::Func factor{"factor"};                       ///< (ri): what a dot product is scaled by
  Halide::Func queries{"queries"};                     ///< (di, ri): Q in float32
  Halide::Func laneHighest{"lane_highest"};            ///< (li, ri)
  Halide::Func highest{"highest"};                     ///< (ri): of these scores
  Halide::Func reference{"reference"};    ///< (ri): what is subtracted from these scores
  Halide::Func laneSum{"lane_sum"};       ///< (li, ri)
  Halide::Func sum{"sum"};                ///< (ri): of these weights
  Halide::Func values{"values"};          ///< (di, rj, rb): weights times V
  Halide::Func newHighest{"new_highest"}; ///< (ri)
  Halide::Func oldFactor{"old_factor"};   ///< (ri): what the state is scaled by
  Halide::Func newFactor{"new_factor"};   ///< (ri): what these tiles are scaled by
  Halide::Func stateOut{"state_out"};     ///< (value_dim + 2, ri)
};

/// A state to rows of the output and their log-sum-exp.
struct FinishRows {
  explicit FinishRows(const KernelSizes &sizes);

  std::vector<Halide::Argument> arguments() const;

  KernelSizes sizes;
  Halide::ImageParam state{Halide::Float(32), 2, "state"};
  Halide::Var di{"di"}, ri{"ri"};
  Halide::Func out{"out"}; ///< (di, ri)
  Halide::Func lse{"lse"}; ///< (ri)
};

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_FEWROWS_H
