//===- Merge.cpp - States over disjoint keys make one --------------------------===//
//
// A row's state over some keys is its output times its weight, o, its highest score, m,
// in units of log 2, and its weight, l, both relative to 2^m. Over two disjoint sets of
// keys together it is
//
//   m = max(m1, m2)   o = o1 2^(m1 - m) + o2 2^(m2 - m)   l = l1 2^(m1 - m) + l2 2^(m2 - m)
//
// which is what accumulate does with each step. A state that has kept no key has the
// factor 0, not 2^(-inf + inf); nothing is left out for that, so that NaN stays NaN.
//
//===----------------------------------------------------------------------===//
#include "runtime/Merge.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gaze::runtime {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

float factor(float highest, float common) {
  return highest == -infinity ? 0.0f : std::exp2(highest - common);
}

} // namespace

void clearState(float *state, const StateLayout &layout) {
  std::fill_n(state, layout.size(), 0.0f);
  for (std::int64_t row = 0; row < layout.rows; ++row)
    state[row * layout.rowStride + layout.valueDim * layout.elementStride] = -infinity;
}

void mergeState(float *into, const float *from, const StateLayout &layout) {
  const std::int64_t highestSlot = layout.valueDim * layout.elementStride;
  for (std::int64_t row = 0; row < layout.rows; ++row) {
    float *const a = into + row * layout.rowStride;
    const float *const b = from + row * layout.rowStride;
    const float highest = std::max(a[highestSlot], b[highestSlot]);
    const float ours = factor(a[highestSlot], highest), theirs = factor(b[highestSlot], highest);
    for (std::int64_t i = 0; i < layout.valueDim + 2; ++i) {
      const std::int64_t element = i * layout.elementStride;
      a[element] = a[element] * ours + b[element] * theirs;
    }
    a[highestSlot] = highest;
  }
}

} // namespace gaze::runtime
