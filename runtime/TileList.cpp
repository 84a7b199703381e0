//===- TileList.cpp - The tiles of a row, chunk by chunk -----------------------===//
#include "runtime/TileList.h"

#include <algorithm>

namespace gaze::runtime {

TileList::TileList(const Grid &grid, const Row &row, const Units &units, std::int32_t chunkTiles)
    : run(grid.runsOf(row)), unitsOfTile(units.ofTile),
      fullUnits(std::int64_t{row.fullTiles} * units.ofTile), all(fullUnits + row.partialTiles),
      largest(std::int64_t{chunkTiles} * units.ofTile) {}

void TileList::skipTo(std::int64_t chunk) {
  std::int64_t units = boundary(chunk);
  for (; units > 0 && units >= run->end - run->begin; ++run)
    units -= run->end - run->begin;
  offset = static_cast<std::int32_t>(units);
}

Chunk TileList::take(std::int64_t chunk, std::int32_t *out) {
  const std::int64_t begin = boundary(chunk), end = boundary(chunk + 1);
  const std::int64_t full = std::min(end, fullUnits) - std::min(begin, fullUnits);
  const auto fullTiles = static_cast<std::int32_t>(full / unitsOfTile);
  const auto partialTiles = static_cast<std::int32_t>(end - begin - full);
  take(out, fullTiles, unitsOfTile);
  take(out + fullTiles, partialTiles, 1);
  return {fullTiles, fullTiles + partialTiles};
}

/// Full tiles are not cut: a boundary within one moves to its end. As `largest` is a
/// multiple of their units, no chunk exceeds it for that.
std::int64_t TileList::boundary(std::int64_t chunk) const {
  const std::int64_t unit = chunk == 0 ? 0 : all * chunk / chunks();
  return unit < fullUnits ? (unit + unitsOfTile - 1) / unitsOfTile * unitsOfTile : unit;
}

void TileList::take(std::int32_t *out, std::int32_t count, std::int32_t step) {
  for (std::int32_t i = 0; i < count; ++i, offset += step) {
    if (run->begin + offset == run->end) {
      ++run;
      offset = 0;
    }
    out[i] = run->begin + offset;
  }
}

} // namespace gaze::runtime
