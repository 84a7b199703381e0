//===- Search.h - Which tiles exist, coarse to fine ----------------------------===//
//
// A rectangle of pairs is given to the kernel's `classify`, which answers from interval
// arithmetic on the pattern (compiler/passes/TileBounds.cpp). What the answer decides
// is dropped or kept whole; the rest is cut, down to single query tiles and units of
// keys. So the cost goes with the border of what is looked for, never with all tiles.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_SEARCH_H
#define GAZE_RUNTIME_SEARCH_H

#include "runtime/Memory.h"
#include "runtime/Plan.h"

#include <array>
#include <cstdint>
#include <functional>

namespace gaze::runtime {

/// The bits of what classify says.
enum Verdict : std::uint8_t { someMayBeKept = 1, allAreKept = 2, allIndicesInside = 4 };

/// What a search does with a rectangle: drops it, lists it as full, or cuts it, and lists
/// it as partial where it cannot be cut.
enum class Answer : std::uint8_t { Drop, Full, Cut };

/// By verdict. Searches for kept pairs, and for indices that may be outside.
using Answers = std::array<Answer, 8>;
extern const Answers answersForTiles, answersForFaults;

/// Heads and batch entries, first and last.
struct Planes {
  std::int64_t firstHead, lastHead, firstBatch, lastBatch;
};

/// One for each (batch entry, head) where both are read, one for all where neither is.
Vector<Planes> planesOf(const gaze_shape &shape, bool readsHead, bool readsBatch);

/// What classify says of all pairs of a plan.
std::uint8_t verdictOfAll(const gaze_plan &plan);

/// Whole tiles as units, for who does not care for less.
Units tileUnits(const gaze_plan &plan);

using ClassifyFunction = decltype(gaze_kernel::classify);

/// Whose bounds are asked, how keys are cut, and what is looked for.
struct Scope {
  const gaze_plan &plan;
  ClassifyFunction classify;
  Units units; ///< `count` is the order's to know
  const Answers &answers;
};

/// What the query tiles [qBegin, qEnd) of `order` list.
Strip searchStrip(const Scope &scope, const Order &order, const Planes &planes, std::int32_t qBegin,
                  std::int32_t qEnd);

inline std::int64_t stripsOf(const Order &order) {
  return ceilDivide(order.queryTiles, stripTiles);
}

/// Searches the strips of all `planes`, each in its order, on all threads and calls
/// take(index of the planes, number of the strip, strip) on one of them.
void searchStrips(const Scope &scope, const Vector<const Order *> &orders,
                  const Vector<Planes> &planes, const Threads &threads,
                  const std::function<void(std::size_t, std::int64_t, const Strip &)> &take);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_SEARCH_H
