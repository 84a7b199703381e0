//===- Blocks.h - Groups of queries and blocks of keys -------------------------===//
#ifndef GAZE_RUNTIME_BLOCKS_H
#define GAZE_RUNTIME_BLOCKS_H

#include "runtime/Plan.h"

#include <algorithm>
#include <cstdint>

namespace gaze::runtime {

inline std::int64_t floorDivide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// Positions, first and last.
struct Span {
  std::int64_t first, last;
  std::int64_t size() const { return last - first + 1; }
};

/// The groups of queries of a plan: those with the same floor(q / share) that are present.
struct Groups {
  Groups(const gaze_shape &shape, std::int64_t share)
      : share(share), queries{shape.q_start, shape.q_start + shape.seq_q - 1},
        first(floorDivide(queries.first, share)),
        count(floorDivide(queries.last, share) - first + 1) {}

  /// The queries of groups [begin, end), counted from the first one present.
  Span queriesOf(std::int64_t begin, std::int64_t end) const {
    return {begin == 0 ? queries.first : (first + begin) * share,
            end == count ? queries.last : (first + end) * share - 1};
  }

  std::int64_t share;
  Span queries;
  std::int64_t first, count;
};

/// The blocks of keys of a plan, the last one perhaps cut by seq_k.
struct Blocks {
  Blocks(const gaze_shape &shape, std::int64_t block)
      : keys(shape.seq_k), size(std::min(block, keys)), count((keys + size - 1) / size) {}

  Span keysOf(std::int64_t begin, std::int64_t end) const {
    return {begin * size, std::min(end * size, keys) - 1};
  }

  std::int64_t keys, size, count;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_BLOCKS_H
