//===- Tally.h - Counts of some rows of tiles --------------------------------===//
#ifndef GAZE_TOOLS_TALLY_H
#define GAZE_TOOLS_TALLY_H

#include "tools/gaze/Grid.h"
#include "tools/gaze/MaskSource.h"
#include "tools/gaze/Survey.h"

#include <cstdint>
#include <vector>

namespace gaze::cli {

/// Counts the queries [queryBegin, queryEnd) in tables of its own, as long as it is
/// the only one that a thread works on.
class Tally {
public:
  /// `like` is the grid that the counts are for, or null.
  Tally(const MaskSource &source, Plane plane, const Grid *like, std::int64_t queryBegin,
        std::int64_t queryEnd);

  /// Counts the pairs of some queries of one row of tiles, whose runs are given; each
  /// pair stands for `weight` pairs.
  void addQueries(std::int64_t begin, std::int64_t end, const std::vector<TileRun> &runs,
                  std::int64_t weight);
  /// Counts the tiles of a row of tiles, which stands for `weight` of them.
  void addTiles(const std::vector<TileRun> &runs, std::int64_t weight);

  /// Adds everything to the whole.
  void addTo(Census &census, Grid *grid) const;

  std::int64_t keptPairs() const { return counts.keptPairs; }

private:
  void addFull(std::int64_t begin, std::int64_t end, const TileRun &run, std::int64_t weight);
  void addPartial(std::int64_t begin, std::int64_t end, const TileRun &run, std::int64_t weight);
  void addKept(std::int64_t query, std::int64_t key, const std::uint8_t *keep, std::int64_t keys,
               std::int64_t weight);
  void note(std::int64_t query, std::uint64_t what);

  const MaskSource &source;
  const Plane plane;
  const Grid *like;
  std::int64_t firstRow = 0;             ///< of the grid
  std::vector<std::int64_t> queriesSeen; ///< [rows]
  std::vector<Cell> cells;               ///< [rows, columns]
  std::vector<std::uint8_t> keep;
  Census counts;
};

/// The finaliser of SplitMix64: a hash of 64 bits.
std::uint64_t mixed(std::uint64_t bits);

} // namespace gaze::cli

#endif // GAZE_TOOLS_TALLY_H
