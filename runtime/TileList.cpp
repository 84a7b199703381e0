//===- TileList.cpp - The tiles of a row, chunk by chunk -----------------------===//
#include "runtime/TileList.h"

#include <algorithm>

namespace gaze::runtime {

TileList::TileList(const Grid &grid, const Row &row, const Units &units, std::int32_t chunkTiles,
                   std::int64_t piece, std::int64_t pieces)
    : run(grid.runs.data() + row.firstRun), unitsOfTile(units.ofTile),
      fullUnits(std::int64_t{row.fullTiles} * units.ofTile),
      largest(std::int64_t{chunkTiles} * units.ofTile),
      begin(boundary((fullUnits + row.partialTiles) * piece / pieces)),
      end(boundary((fullUnits + row.partialTiles) * (piece + 1) / pieces)) {
  skip(begin);
}

Chunk TileList::take(std::int64_t chunk, std::int32_t *out) {
  const std::int64_t all = end - begin, count = chunks();
  const std::int64_t first = boundary(begin + all * chunk / count);
  const std::int64_t last = boundary(begin + all * (chunk + 1) / count);
  const std::int64_t full = std::min(last, fullUnits) - std::min(first, fullUnits);
  const auto fullTiles = static_cast<std::int32_t>(full / unitsOfTile);
  const auto partialTiles = static_cast<std::int32_t>(last - first - full);
  take(out, fullTiles, unitsOfTile);
  take(out + fullTiles, partialTiles, 1);
  return {fullTiles, fullTiles + partialTiles};
}

/// Full tiles are not cut: a boundary within one moves to its end. As `largest` is a
/// multiple of their units, no chunk exceeds it for that.
std::int64_t TileList::boundary(std::int64_t unit) const {
  return unit < fullUnits ? (unit + unitsOfTile - 1) / unitsOfTile * unitsOfTile : unit;
}

void TileList::skip(std::int64_t count) {
  for (; count > 0 && count >= run->end - run->begin; ++run)
    count -= run->end - run->begin;
  offset = static_cast<std::int32_t>(count);
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
