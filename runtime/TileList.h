//===- TileList.h - The tiles of a row, chunk by chunk -------------------------===//
#ifndef GAZE_RUNTIME_TILELIST_H
#define GAZE_RUNTIME_TILELIST_H

#include "runtime/Plan.h"

#include <cstdint>

namespace gaze::runtime {

/// Tiles in one call of accumulate: the first `full` of `count` are full.
struct Chunk {
  std::int32_t full, count;
};

/// Deals out the tiles of a row in order, in chunks of about equally many keys, at most
/// `chunkTiles` full tiles.
class TileList {
public:
  TileList(const Grid &grid, const Row &row, const Units &units, std::int32_t chunkTiles);

  std::int64_t chunks() const { return ceilDivide(all, largest); }

  /// Goes to a chunk; at first it stands at chunk 0.
  void skipTo(std::int64_t chunk);
  /// The next chunk's tiles, by their first units; it must be `chunk`.
  Chunk take(std::int64_t chunk, std::int32_t *out);

private:
  const Run *run;
  std::int32_t offset = 0;
  const std::int32_t unitsOfTile;
  const std::int64_t fullUnits, all, largest;

  std::int64_t boundary(std::int64_t chunk) const;
  void take(std::int32_t *out, std::int32_t count, std::int32_t step);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_TILELIST_H
