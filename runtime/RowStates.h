//===- RowStates.h - What a part leaves behind for the next one -----------------===//
//
// Between two parts the state of every query goes through memory, query by query
// (save_rows in gaze/gaze.h), for as many heads at a time as a bound allows.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_ROWSTATES_H
#define GAZE_RUNTIME_ROWSTATES_H

#include "runtime/Plan.h"
#include "runtime/Scratch.h"

#include <algorithm>
#include <cstdint>

namespace gaze::runtime {

class RowStates {
public:
  /// Room for `planes` of the plan. Throws std::bad_alloc.
  RowStates(const gaze_plan &plan, std::int64_t planes)
      : rowLength(lengthOf(plan)), rows(plan.shape.seq_q),
        states(allocateFloats(planes * rows * rowLength)) {}

  /// How many planes go at a time on so many threads: they share the caches, and so much memory.
  static std::int64_t planesAtATime(const gaze_plan &plan, int threads) {
    const std::int64_t floats = std::int64_t{threads} << 19;
    return std::clamp<std::int64_t>(floats / (plan.shape.seq_q * lengthOf(plan)), 1, plan.planes());
  }

  /// The next planes, from `plane` on, take the memory of those before.
  void startAt(std::int64_t plane) { firstPlane = plane; }

  float *at(std::int64_t plane, std::int64_t row) {
    return states.get() + ((plane - firstPlane) * rows + row) * rowLength;
  }

  const std::int64_t rowLength;

private:
  const std::int64_t rows;
  std::unique_ptr<float[], FreeFloats> states;
  std::int64_t firstPlane = 0;

  static std::int64_t lengthOf(const gaze_plan &plan) { return plan.kernel->value_dim + 8; }
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_ROWSTATES_H
