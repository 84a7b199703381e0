//===- Merge.h - States over disjoint keys make one ----------------------------===//
#ifndef GAZE_RUNTIME_MERGE_H
#define GAZE_RUNTIME_MERGE_H

#include <cstdint>

namespace gaze::runtime {

/// Where the elements of a state stand, for gaze/gaze.h knows two orders.
struct StateLayout {
  std::int64_t rows;
  std::int64_t valueDim;
  std::int64_t rowStride;     ///< from a row to the next
  std::int64_t elementStride; ///< from an element of a row to the next

  std::int64_t size() const { return rows * (valueDim + 2); }
};

/// The state before any key: 0, -inf, 0.
void clearState(float *state, const StateLayout &layout);

/// Adds state `from` to `into`; Merge.cpp has the formula.
void mergeState(float *into, const float *from, const StateLayout &layout);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_MERGE_H
