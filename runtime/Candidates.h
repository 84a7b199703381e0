//===- Candidates.h - Which blocks may be selected -----------------------------===//
//
// A block is a candidate of a group where every query of the group may see all of its keys
// when each top_blocks is taken as true. Exact: what the bounds of rectangles, coarse to
// fine, leave open is tried pair by pair.
//
// Test: test/numeric/SelectingTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_CANDIDATES_H
#define GAZE_RUNTIME_CANDIDATES_H

#include "runtime/Memory.h"
#include "runtime/Plan.h"

#include <cstdint>

namespace gaze::runtime {

class Candidates {
public:
  /// Finds them on all threads.
  Candidates(const gaze_plan &plan, const Selection &selection, const Threads &threads);

  /// A byte for each block: 1 where it is a candidate.
  const std::uint8_t *of(std::int64_t batch, std::int64_t head, std::int64_t group) const {
    const std::int64_t plane = (readsBatch ? batch : 0) * heads + (readsHead ? head : 0);
    return bytes.data() + (plane * groups + group) * blocks;
  }

private:
  bool readsHead, readsBatch;
  std::int64_t heads; ///< that differ
  std::int64_t groups, blocks;
  Vector<std::uint8_t> bytes; ///< [batch or 1, heads or 1, groups, blocks]
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_CANDIDATES_H
