//===- MaskSource.h - Whom to ask what a mask keeps --------------------------===//
#ifndef GAZE_TOOLS_MASKSOURCE_H
#define GAZE_TOOLS_MASKSOURCE_H

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gaze::cli {

/// Masks differ by head and batch entry, if at all.
struct Plane {
  std::int64_t head = 0, batch = 0;

  bool operator==(const Plane &other) const { return head == other.head && batch == other.batch; }
};

/// Neighbouring tiles of one row of tiles: the keys [begin, end). Tiles that are in
/// no run are empty.
struct TileRun {
  std::int64_t begin, end;
  bool full; ///< every pair is kept; else the mask decides
};

/// The masks of one pattern, shape and parameter values. Its functions may be called
/// from many threads at once.
class MaskSource {
public:
  virtual ~MaskSource() = default;

  std::int64_t seqQ = 1, seqK = 1;
  std::int64_t qStart = 0; ///< where query 0 stands among the keys
  std::int64_t tileQ = 1, tileK = 1;

  std::int64_t tileRows() const { return (seqQ + tileQ - 1) / tileQ; }
  std::int64_t tileColumns() const { return (seqK + tileK - 1) / tileK; }
  std::int64_t queryBegin(std::int64_t tileRow) const { return tileRow * tileQ; }
  std::int64_t queryEnd(std::int64_t tileRow) const {
    return std::min(seqQ, (tileRow + 1) * tileQ);
  }

  /// Sets the runs of the rows of tiles [begin, end) in `rows`, each in the order of
  /// keys. Returns how many rectangles the search looked at.
  virtual std::int64_t list(Plane plane, std::int64_t begin, std::int64_t end,
                            std::vector<std::vector<TileRun>> &rows) const = 0;

  /// Sets keep [queries, keys] of so many queries and keys behind `query` and `key`:
  /// 1 where the pair is kept, else 0.
  virtual void keep(Plane plane, std::int64_t query, std::int64_t queries, std::int64_t key,
                    std::int64_t keys, std::uint8_t *keep) const = 0;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_MASKSOURCE_H
