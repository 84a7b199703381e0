//===- Summaries.h - What is known of the blocks of a KV cache -----------------===//
//
// A summary holds, for each kv head and batch entry, float [channels, blocks]: the mean of a
// block's keys, their bounds, or the first one. There is room for more blocks, in whole
// register blocks of the scoring kernels; as a cache grows the room doubles.
//
// Test: test/numeric/CacheTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_SUMMARIES_H
#define GAZE_RUNTIME_SUMMARIES_H

#include "runtime/Memory.h"
#include "runtime/Plan.h"

#include <cstdint>

namespace gaze::runtime {

/// Scores are made for multiples of so many blocks, and of so many groups.
constexpr std::int64_t blocksTogether = 32, groupsTogether = 4;

inline std::int64_t roundedUp(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// Of the blocks of one size.
struct Summary {
  gaze_select_by by = GAZE_SELECT_MEAN;
  std::int64_t block = 0;
  std::int64_t channels = 0; ///< head_dim, or twice that
  std::int64_t capacity = 0; ///< blocks that there is room for
  Vector<float> values;      ///< [batch, kv_heads, channels, capacity]

  const float *of(std::int64_t plane) const { return values.data() + plane * channels * capacity; }
};

} // namespace gaze::runtime

struct gaze_summaries {
  /// Of no keys yet.
  gaze_summaries(const gaze_kernel *kernel, std::int64_t batch, std::int64_t kvHeads)
      : kernel(kernel), batch(batch), kvHeads(kvHeads) {}

  const gaze_kernel *kernel;
  std::int64_t batch, kvHeads;
  std::int64_t keys = 0; ///< that they cover
  /// False while the last block may hold keys behind them: after they were cut back, or
  /// where an update failed.
  bool isExact = true;
  gaze::runtime::Vector<gaze::runtime::Summary> each; ///< by top_blocks of the kernel
  gaze::runtime::Memory memory = {};                  ///< that they were made in

  /// Covers all keys of the plan; what covers the first ones already stays.
  void update(const gaze_plan &plan, const gaze_tensor &k, const gaze::runtime::Threads &threads);
  /// Throws a Failure where they are not those of the plan's cache.
  void checkFit(const gaze_plan &plan) const;
  /// Nor of its `needed` keys.
  void checkFit(const gaze_plan &plan, std::int64_t needed) const;

private:
  bool hasBlocksOf(const gaze_plan &plan) const;
  void restart(const gaze_plan &plan);
  void reserve(gaze::runtime::Summary &summary, std::int64_t blocks) const;
  void summarize(gaze::runtime::Summary &summary, const gaze_plan &plan, const gaze_tensor &k,
                 const gaze::runtime::Threads &threads) const;
};

#endif // GAZE_RUNTIME_SUMMARIES_H
