//===- HighestBlocks.h - The blocks with the highest scores --------------------===//
#ifndef GAZE_RUNTIME_HIGHESTBLOCKS_H
#define GAZE_RUNTIME_HIGHESTBLOCKS_H

#include "runtime/Memory.h"

#include <cstdint>

namespace gaze::runtime {

/// Sets the entries of the `count` highest-scored candidates and clears those of the other
/// blocks, `blocks` in all. Candidates stand in [first, end) alone, and `scores` begins with that
/// of block `first`. Equal scores, 0 and -0 among them: the lower index goes first. NaN is
/// below every number. Test: test/runtime/HighestBlocksTest.cpp
class HighestBlocks {
public:
  void select(const float *scores, const std::uint8_t *candidates, std::int64_t first,
              std::int64_t end, std::int64_t blocks, std::int64_t count, std::uint8_t *entries);

private:
  Vector<std::uint64_t> keys; ///< of the candidates: what is selected first is greatest
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_HIGHESTBLOCKS_H
