//===- Items.h - The work items of a run, in their order -----------------------===//
//
// An item is a row of a plan, or a piece of one, for one head and batch entry, or for
// all heads that share K and V. Items go head by head, because the rows of a head share
// K and V in the cache, and within a head the longest first, so that the threads end
// together; in an order of many classes, class by class (Plan.cpp).
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_ITEMS_H
#define GAZE_RUNTIME_ITEMS_H

#include "runtime/Memory.h"
#include "runtime/Plan.h"

#include <cstdint>

namespace gaze::runtime {

struct Item {
  std::int64_t batch;
  std::int64_t head;  ///< the first
  std::int64_t heads; ///< so many
  const Grid *grid;
  const Row *row;
  std::int64_t piece, pieces;
  std::int64_t firstPiece; ///< the number of the row's first piece among all of the run
};

/// Sets itemEnds and pieceEnds of a part, whose rows are there and cut.
void countItems(const gaze_plan &plan, Part &part);

class Items {
public:
  /// Looks at the part, and holds nothing of its own.
  Items(const gaze_plan &plan, const Part &part);

  std::int64_t count() const { return repeats * part.itemEnds.back(); }
  /// Those of the planes before one.
  std::int64_t countBefore(std::int64_t plane) const;
  /// The pieces of all rows that have several.
  std::int64_t pieceCount() const { return repeats * part.pieceEnds.back(); }
  Item at(std::int64_t item) const;

private:
  const gaze_plan &plan;
  const Part &part;
  std::int64_t repeats;      ///< of the grids, one behind the other: batch entries
  std::int64_t planesOfGrid; ///< planes that share a grid, within a repeat

  void setHeads(Item &item, std::int64_t plane) const;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_ITEMS_H
