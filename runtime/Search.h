//===- Search.h - Rectangles of tiles, coarse to fine --------------------------===//
//
// A rectangle of tiles is given to the kernel's `classify`, which answers from interval
// arithmetic on the pattern (compiler/passes/TileBounds.cpp). What the answer decides
// is dropped or listed whole; the rest is cut in halves or quarters, down to single
// tiles or units of their keys. So the cost goes with the border of what is looked for, never with
// all tiles.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_SEARCH_H
#define GAZE_RUNTIME_SEARCH_H

#include "runtime/Plan.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace gaze::runtime {

/// The bits of what classify says.
enum Verdict : std::uint8_t { someMayBeKept = 1, allAreKept = 2, allIndicesInside = 4 };

/// Query tiles [qBegin, qEnd) and units of keys [kBegin, kEnd).
struct Rectangle {
  std::int32_t qBegin, qEnd, kBegin, kEnd;

  bool isSmallest() const { return qEnd - qBegin == 1 && kEnd - kBegin == 1; }
};

/// Heads and batch entries, first and last.
struct Planes {
  std::int64_t firstHead, lastHead, firstBatch, lastBatch;
};

/// Whole tiles as units, for who does not care for less.
Units tileUnits(const gaze_plan &plan);

/// Asks `decide` for `root` and, as long as it answers true and there is more than one
/// unit of one query tile, for the parts of it.
void searchRectangles(const gaze_plan &plan, const Units &units, const Planes &planes,
                      const Rectangle &root,
                      const std::function<bool(const Rectangle &, std::uint8_t)> &decide);

/// Query tiles are searched in strips of so many, which bounds the memory of a search
/// and lets threads share it.
constexpr std::int32_t stripTiles = 64;

inline std::int64_t stripsOf(const gaze_plan &plan) {
  return (plan.queryTiles + stripTiles - 1) / stripTiles;
}

/// Calls visit(i, plane, qBegin, qEnd) on all threads, for each strip of each of `planes`;
/// i = plane * stripsOf(plan) + the number of the strip.
void forEachStrip(
    const gaze_plan &plan, std::int64_t planes, int threads,
    const std::function<void(std::int64_t, std::int64_t, std::int32_t, std::int32_t)> &visit);

/// Rows in order; runs are joined where they touch.
struct Strip {
  std::vector<Row> rows;
  std::vector<Run> runs;
  std::int64_t rectangles = 0; ///< that the search asked for
};

/// The tiles of the query tiles [qBegin, qEnd), of a head and batch entry (any, where
/// the mask does not read them).
Strip searchTiles(const gaze_plan &plan, const Units &units, std::int64_t head, std::int64_t batch,
                  std::int32_t qBegin, std::int32_t qEnd);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_SEARCH_H
