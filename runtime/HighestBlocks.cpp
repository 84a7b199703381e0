//===- HighestBlocks.cpp - The blocks with the highest scores ------------------===//
#include "runtime/HighestBlocks.h"

#include "runtime/SelectionTable.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace gaze::runtime {
namespace {

/// Ascends with the score; 0 for NaN.
std::uint32_t orderOf(float score) {
  if (score != score)
    return 0;
  const float plain = score + 0.0F; // -0 is 0
  std::uint32_t bits = 0;
  std::memcpy(&bits, &plain, sizeof bits);
  return bits >> 31 ? ~bits : bits | 0x80000000U;
}

} // namespace

void HighestBlocks::select(const float *scores, const std::uint8_t *candidates, std::int64_t first,
                           std::int64_t end, std::int64_t blocks, std::int64_t count,
                           std::uint8_t *entries) {
  std::fill_n(entries, blocks, std::uint8_t{0});
  if (count == 0)
    return;
  keys.clear();
  for (std::int64_t block = first; block < end; ++block)
    if (candidates[block])
      keys.push_back(std::uint64_t{orderOf(scores[block - first])} << 32 |
                     (0xffffffffU - static_cast<std::uint32_t>(block)));
  if (count < static_cast<std::int64_t>(keys.size())) {
    std::nth_element(keys.begin(), keys.begin() + count, keys.end(), std::greater<>());
    keys.resize(static_cast<std::size_t>(count));
  }
  for (const std::uint64_t key : keys)
    entries[0xffffffffU - static_cast<std::uint32_t>(key)] = allSelected | someSelected;
}

} // namespace gaze::runtime
