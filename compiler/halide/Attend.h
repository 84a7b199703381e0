//===- Attend.h - What a kernel computes on a GPU, as Halide Funcs -------------===//
//
// Values only, as in Algorithm.h; ScheduleGpu.cpp decides the loops. The functions are those
// of gaze_gpu_code in gaze/gaze.h, and Attend.cpp explains them.
//
// A block of threads has a tile of queries. Its threads stand in lines and columns: a line has
// some queries, `rows` of them, and among its columns the keys of a tile, or the channels
// of V, are dealt out. All that a thread computes is indexed by its place, and not by
// query and key: so Halide sees that no thread needs what is another's.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_ATTEND_H
#define GAZE_COMPILER_HALIDE_ATTEND_H

#include "compiler/Kernel.h"
#include "compiler/Schedule.h"
#include "compiler/halide/Elements.h"
#include "compiler/halide/Expressions.h"
#include "compiler/halide/RowExpressions.h"

#include <Halide.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gaze {

/// Sizes that are fixed when a kernel is compiled.
struct GpuSizes {
  int headDim;
  int valueDim;
  Schedule schedule;
  ElementUse element;
  GpuBlock block;

  GpuSizes(const Schedule &schedule, int headDim, int valueDim, ElementUse element)
      : headDim(headDim), valueDim(valueDim), schedule(schedule), element(element),
        block(gpuBlock(schedule, valueDim)) {}

  /// Of what a thread's state holds.
  int valueSlot(int row, int channel) const { return row * block.channels + channel; }
  int sumSlot(int row) const { return block.rows * block.channels + row; }
  int highestSlot(int row) const { return sumSlot(row) + block.rows; }
};

/// Where a thread and what it computes stand.
struct ThreadVars {
  Halide::Var tx{"tx"}, ty{"ty"};       ///< column, line
  Halide::Var row{"row"}, key{"key"};   ///< among the queries and keys of a thread
  Halide::Var channel{"channel"};       ///< among its channels
  Halide::Var slot{"slot"};             ///< of its state
  Halide::Var ti{"ti"}, piece{"piece"}; ///< the tile in its list
};

/// The tiles of a piece that are full, or those that are masked.
struct GpuTiles {
  GpuTiles(const std::string &name, const GpuSizes &sizes, const Halide::Expr &count);

  Halide::RDom steps;     ///< (slot of the state, ti)
  Halide::RDom dimension; ///< of Q and K
  Halide::RDom keys;      ///< of a tile

  Halide::Func keyRows;    ///< (di, ki, ti, piece): K in float32
  Halide::Func valueRows;  ///< (di, ki, ti, piece): V in float32, filled up with its last channel
  Halide::Func queryPart;  ///< (di, qi, piece): Q in float32
  Halide::Func keyPart;    ///< (di, key, tx, ti, piece): rows of keyRows
  Halide::Func dot;        ///< (row, key, tx, ty, ti, piece)
  Halide::Func score;      ///< (row, key, tx, ty, ti, piece): in units of log 2; -inf: not kept
  Halide::Func scores;     ///< (row, ty, tx, key, ti, piece): these, for all threads
  Halide::Func highest;    ///< (qi, ti, piece)
  Halide::Func weight;     ///< (row, key, tx, ty, ti, piece): -0: not kept
  Halide::Func weights;    ///< (row, ty, tx, key, ti, piece): these, for all threads
  Halide::Func sums;       ///< (qi, ti, piece): of weights
  Halide::Func weightPart; ///< (row, ki, ty, ti, piece): of weights
  Halide::Func valuePart;  ///< (channel, ki, tx, ti, piece): of valueRows
  Halide::Func product;    ///< (row, channel, tx, ty, ti, piece): weights times V
};

/// The states of pieces.
struct Attend : ThreadVars {
  Attend(const Kernel &kernel, const GpuSizes &sizes);

  std::vector<Halide::Argument> arguments() const;

  /// Elements of an entry of `pieces`, and what stands in them.
  static constexpr int pieceFields = 8;
  enum PieceField { QueryTile, Head, Batch, FirstTile, FullTiles, MaskedTiles };

  GpuSizes sizes;
  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  InputBuffers inputs;
  Halide::ImageParam q, k, v;
  Halide::ImageParam tiles{Halide::Int(32), 1, "tiles"};
  Halide::ImageParam pieces{Halide::Int(32), 2, "pieces"};
  Halide::Param<std::int32_t> firstPiece{"first_piece"};
  /// Of any piece: PieceLoops.h puts those of the block's own in their places.
  Halide::Param<std::int32_t> mostFull{"most_full"}, mostMasked{"most_masked"};
  Halide::Param<std::int64_t> qStart{"q_start"};

  Halide::Var di{"di"}, ki{"ki"}, qi{"qi"};
  GpuTiles fullTiles, maskedTiles;
  Halide::Func state{"state"};    ///< (tx, ty, slot, piece)
  Halide::Func states{"states"};  ///< (element, piece)
  Halide::Var element{"element"}; ///< tx + columns * (ty + lines * slot)

private:
  Halide::Expr field(PieceField which) const;
  void defineTiles(GpuTiles &of, const RowExpressions &rows, const Halide::Expr &first,
                   bool areMasked);
};

/// Rows of what pieces come to.
struct MergedRows {
  explicit MergedRows(const GpuSizes &sizes);

  GpuSizes sizes;
  Halide::ImageParam states{Halide::Float(32), 2, "states"};
  Halide::ImageParam rows{Halide::Int(32), 4, "rows"};
  Halide::Param<std::int32_t> firstPiece{"first_piece"};
  Halide::Var di{"di"}, qi{"qi"}, hi{"hi"}, bi{"bi"};
  Halide::RDom parts;                              ///< pieces of a row
  Halide::Func highest{"highest"}, total{"total"}; ///< (qi, hi, bi)

protected:
  /// Element `slot` of thread (tx, ty) of a piece of the row of tiles that has query qi.
  Halide::Expr stateAt(const Halide::Expr &tx, const Halide::Expr &slot) const;
  /// What a piece is scaled by.
  Halide::Expr factor() const;
  Halide::Expr row; ///< of the thread that has query qi
};

/// The output.
struct FinishPieces : MergedRows {
  explicit FinishPieces(const GpuSizes &sizes);
  std::vector<Halide::Argument> arguments() const;

  Halide::Func values{"values"}; ///< (di, qi, hi, bi)
  Halide::Func out{"out"};       ///< (di, qi, hi, bi)
};

/// The log-sum-exp.
struct LogSumExpOfPieces : MergedRows {
  explicit LogSumExpOfPieces(const GpuSizes &sizes);
  std::vector<Halide::Argument> arguments() const;

  Halide::Func lse{"lse"}; ///< (qi, hi, bi)
};

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_ATTEND_H
