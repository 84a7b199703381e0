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

/// Deals out the tiles of a piece of a row in order, in chunks of about equally many
/// keys, `chunkTiles` full tiles at most.
class TileList {
public:
  TileList(const Grid &grid, const Row &row, const Units &units, std::int32_t chunkTiles,
           std::int64_t piece = 0, std::int64_t pieces = 1);

  std::int64_t chunks() const { return (end - begin + largest - 1) / largest; }

  /// The next chunk's tiles, by their first units.
  Chunk take(std::int64_t chunk, std::int32_t *out);

private:
  const Run *run;
  std::int32_t offset = 0;
  const std::int32_t unitsOfTile;
  const std::int64_t fullUnits, largest;
  const std::int64_t begin, end; ///< units of the row

  std::int64_t boundary(std::int64_t unit) const;
  void skip(std::int64_t count);
  void take(std::int32_t *out, std::int32_t count, std::int32_t step);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_TILELIST_H
