//===- Plan.h - Which tiles exist ----------------------------------------------===//
//
// A plan is data: for every row of query tiles the runs of key tiles that it has to
// look at. Tests: test/runtime/PlanTest.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_PLAN_H
#define GAZE_RUNTIME_PLAN_H

#include "gaze/gaze.h"
#include "runtime/Inputs.h"
#include "runtime/Memory.h"
#include "runtime/Order.h"
#include "runtime/Threads.h"

#include <cstdint>
#include <memory>

namespace gaze::runtime {

class DevicePlan;
struct Options;

/// How a search cuts the keys: into units, a few of which make a full tile.
struct Units {
  std::int32_t keys;   ///< of a unit
  std::int32_t ofTile; ///< units of a full tile
  std::int32_t count;  ///< units of all keys, the last one perhaps cut by seq_k
};

/// Units of keys [begin, end).
struct Run {
  std::int32_t begin;
  std::int32_t end;
};

/// One row of query tiles: its runs are full runs first, then partial ones, each
/// kind in the order of keys. A full run is a whole number of full tiles, and a
/// partial tile is a unit.
struct Row {
  std::int32_t queryTile = 0;
  std::int32_t fullTiles = 0;    ///< in full runs
  std::int32_t partialTiles = 0; ///< in partial runs
  std::int32_t fullRuns = 0;
  std::int64_t firstRun = 0; ///< index into Strip::runs
  std::int64_t endRun = 0;
};

/// What a row takes, in half units: a masked pair takes about half as long again.
inline std::int64_t costOf(const Row &row, const Units &units) {
  return 2 * std::int64_t{row.fullTiles} * units.ofTile + 3 * std::int64_t{row.partialTiles};
}

/// Query tiles are searched, and kept, in strips of so many: this bounds the memory of a
/// search and lets threads share it.
constexpr std::int32_t stripTiles = 64;

/// The rows of some query tiles, in order.
struct Strip {
  Vector<Row> rows;
  Vector<Run> runs;
  std::int64_t rectangles = 0; ///< that the search asked for
};

/// The rows of one (head, batch entry), or of all where the mask reads neither.
struct Grid {
  Order order;
  Vector<Strip> strips;
  Vector<std::int32_t> longestFirst; ///< query tiles, about the costliest first
  /// The first ones are cut into pieces: how many there are up to each.
  Vector<std::int32_t> pieceEnds;

  const Row &row(std::int32_t queryTile) const {
    return strips[queryTile / stripTiles].rows[queryTile % stripTiles];
  }
  const Run *runsOf(const Row &row) const {
    return strips[row.queryTile / stripTiles].runs.data() + row.firstRun;
  }
};

/// The sizes of a top_blocks, and what it scores blocks by.
struct Selection {
  gaze_select_by by;
  std::int64_t count, block, share;
};

/// Some of the pairs of a pattern, in one order of computation; results of disjoint parts
/// merge (Parts.h).
struct Part {
  const gaze_part *code = nullptr; ///< null: the whole pattern, in tiles
  Vector<Grid> grids;              ///< [batch or 1][heads or 1]; of selected blocks one
  Vector<std::int64_t> itemEnds;   ///< by grid: work items up to its end (Items.h)
  Vector<std::int64_t> pieceEnds;  ///< alike, pieces of rows that have several

  bool isOfSelectedBlocks() const { return code && code->order == GAZE_ORDER_SELECTED; }
};

} // namespace gaze::runtime

struct gaze_plan {
  const gaze_kernel *kernel = nullptr;
  gaze_shape shape = {};
  gaze::runtime::Vector<std::int64_t> uniforms;        ///< as gaze_kernel describes them
  std::shared_ptr<const gaze::runtime::Inputs> inputs; ///< shared by plans of the same problem
  std::int32_t queryTiles = 0;
  gaze::runtime::Units units = {};                  ///< of edge_k keys
  gaze::runtime::Vector<gaze::runtime::Part> parts; ///< in the order in which they run
  /// Whether accumulate_rows computes a query tile, for so many heads at once.
  bool fewRows = false;
  std::int64_t headsOfItem = 1;
  /// Each top_blocks, and the bools of the inputs with the tables of what they have
  /// selected; none before Q and K are known.
  gaze::runtime::Vector<gaze::runtime::Selection> selections = {};
  gaze::runtime::Vector<std::uint8_t> selectedBools = {};
  /// Null: the CPU computes. A plan that must select has none on the device.
  std::shared_ptr<gaze_device> device = {};
  std::shared_ptr<const gaze::runtime::DevicePlan> onDevice = {};
  gaze::runtime::Memory memory = {}; ///< that it was made in

  bool mustSelect() const { return !selections.empty() && selectedBools.empty(); }
  const gaze::runtime::Vector<std::uint8_t> &bools() const {
    return selectedBools.empty() ? inputs->bools : selectedBools;
  }

  bool isInParts() const { return parts[0].code != nullptr; }

  /// What is computed with one grid: heads, or groups of them, of all batch entries.
  std::int64_t planes() const { return shape.batch * planesOfBatch(); }
  std::int64_t planesOfBatch() const { return shape.kv_heads * planesOfGroup(); }
  /// Of the heads that share K and V.
  std::int64_t planesOfGroup() const {
    return gaze::runtime::ceilDivide(shape.heads / shape.kv_heads, headsOfItem);
  }

  const gaze::runtime::Grid &grid(const gaze::runtime::Part &part, std::int64_t head,
                                  std::int64_t batch) const {
    const std::int64_t heads = kernel->reads_head ? shape.heads : 1;
    return part.grids[(kernel->reads_batch ? batch : 0) * heads + (kernel->reads_head ? head : 0)];
  }
};

namespace gaze::runtime {

/// By the shape alone, as all that decides the bits: sets fewRows and headsOfItem.
void chooseKernel(gaze_plan &plan);

/// Query tiles or units that a sequence takes.
inline std::int32_t tilesOf(std::int64_t sequence, std::int32_t tile) {
  return static_cast<std::int32_t>(ceilDivide(sequence, tile));
}

/// Lists the tiles of a plan that selects nothing, or has selected, and moves them to its device.
void makeParts(gaze_plan &plan, const Threads &threads);

/// A plan that has no parts yet, for who looks for tiles himself (Search.h). Throws a
/// Failure for all that gaze_plan_create refuses.
Owned<gaze_plan> preparePlan(const gaze_kernel *kernel, const gaze_shape *shape,
                             const gaze_value *values, std::int32_t valueCount,
                             const gaze_input_tensor *inputs, std::int32_t inputCount,
                             const Options &options);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_PLAN_H
