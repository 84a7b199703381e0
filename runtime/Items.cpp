//===- Items.cpp - The work items of a run, in their order ---------------------===//
#include "runtime/Items.h"

#include <algorithm>

namespace gaze::runtime {
namespace {

std::int64_t piecesOf(const Grid &grid) {
  return grid.pieceEnds.empty() ? 0 : grid.pieceEnds.back();
}

std::int64_t itemsOf(const Grid &grid) {
  return piecesOf(grid) +
         static_cast<std::int64_t>(grid.longestFirst.size() - grid.pieceEnds.size());
}

/// What stands in front of entry `i` of ascending ends.
template <typename Ends> std::int64_t beginOf(const Ends &ends, std::size_t i) {
  return i == 0 ? 0 : ends[i - 1];
}

template <typename Ends> std::size_t findIn(const Ends &ends, std::int64_t value) {
  return static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), value) - ends.begin());
}

/// Sets row, piece, pieces and firstPiece, which then counts within the grid.
void findRow(Item &item, std::int64_t position) {
  const Grid &grid = *item.grid;
  const std::size_t cut = grid.pieceEnds.size();
  const std::size_t place = position < piecesOf(grid)
                                ? findIn(grid.pieceEnds, position)
                                : cut + static_cast<std::size_t>(position - piecesOf(grid));
  item.row = &grid.row(grid.longestFirst[place]);
  item.piece = 0;
  item.pieces = 1;
  item.firstPiece = 0;
  if (place < cut) {
    item.firstPiece = beginOf(grid.pieceEnds, place);
    item.piece = position - item.firstPiece;
    item.pieces = grid.pieceEnds[place] - item.firstPiece;
  }
}

std::int64_t repeatsOf(const gaze_plan &plan) {
  return plan.kernel->reads_batch ? 1 : plan.shape.batch;
}

std::int64_t planesOfGrids(const gaze_plan &plan, const Part &part) {
  return plan.planes() / repeatsOf(plan) / static_cast<std::int64_t>(part.grids.size());
}

} // namespace

void countItems(const gaze_plan &plan, Part &part) {
  const std::int64_t planes = planesOfGrids(plan, part);
  std::int64_t items = 0, pieces = 0;
  for (const Grid &grid : part.grids) {
    part.itemEnds.push_back(items += planes * itemsOf(grid));
    part.pieceEnds.push_back(pieces += planes * piecesOf(grid));
  }
}

Items::Items(const gaze_plan &plan, const Part &part)
    : plan(plan), part(part), repeats(repeatsOf(plan)), planesOfGrid(planesOfGrids(plan, part)) {}

std::int64_t Items::countBefore(std::int64_t plane) const {
  const auto grids = static_cast<std::int64_t>(part.grids.size());
  const std::int64_t inRepeat = plane % (grids * planesOfGrid);
  const auto grid = static_cast<std::size_t>(inRepeat / planesOfGrid);
  return plane / (grids * planesOfGrid) * part.itemEnds.back() + beginOf(part.itemEnds, grid) +
         inRepeat % planesOfGrid * itemsOf(part.grids[grid]);
}

void Items::setHeads(Item &item, std::int64_t plane) const {
  const std::int64_t group = plan.shape.heads / plan.shape.kv_heads;
  const std::int64_t first = plane % plan.planesOfGroup() * plan.headsOfItem;
  item.head = plane / plan.planesOfGroup() * group + first;
  item.heads = std::min(plan.headsOfItem, group - first);
}

Item Items::at(std::int64_t number) const {
  const std::int64_t repeat = number / part.itemEnds.back(),
                     inRepeat = number % part.itemEnds.back();
  const std::size_t gridIndex = findIn(part.itemEnds, inRepeat);
  Item item = {};
  item.grid = &part.grids[gridIndex];
  const std::int64_t inGrid = inRepeat - beginOf(part.itemEnds, gridIndex);
  const std::int64_t planeOfGrid = inGrid / itemsOf(*item.grid);
  findRow(item, inGrid % itemsOf(*item.grid));
  item.firstPiece += repeat * part.pieceEnds.back() + beginOf(part.pieceEnds, gridIndex) +
                     planeOfGrid * piecesOf(*item.grid);

  const auto grids = static_cast<std::int64_t>(part.grids.size());
  const auto grid = repeat * grids + static_cast<std::int64_t>(gridIndex);
  const std::int64_t plane = grid * planesOfGrid + planeOfGrid;
  item.batch = plane / plan.planesOfBatch();
  setHeads(item, plane % plan.planesOfBatch());
  return item;
}

} // namespace gaze::runtime
