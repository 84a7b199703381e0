//===- Ticks.cpp - Round numbers along an axis -------------------------------===//
#include "tools/gaze/Ticks.h"

#include <algorithm>

using namespace gaze::cli;

/// Round numbers are the next multiples of 2, 2.5 and 2, or of 2, of the one before.
static std::int64_t nextRound(std::int64_t step, bool binary) {
  if (binary)
    return step * 2;
  std::int64_t leading = step;
  while (leading >= 10)
    leading /= 10;
  return leading == 2 ? step / 2 * 5 : step * 2;
}

/// Whether the extent is a whole number of eighths that are powers of two, as most
/// lengths of sequences are, rather than a round decimal number.
static bool isBinary(std::int64_t extent) {
  std::int64_t odd = extent;
  while (odd % 2 == 0)
    odd /= 2;
  return odd <= 7 && extent % 100 != 0;
}

std::vector<std::int64_t> gaze::cli::ticks(std::int64_t extent, int most) {
  const bool binary = isBinary(extent);
  std::int64_t step = 1;
  while (extent / step + 1 > std::max(2, most))
    step = nextRound(step, binary);
  std::vector<std::int64_t> result;
  for (std::int64_t tick = 0; tick <= extent; tick += step)
    result.push_back(tick);
  return result;
}

std::string gaze::cli::withCommas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto i = static_cast<std::int64_t>(text.size()) - 3; i > (number < 0 ? 1 : 0); i -= 3)
    text.insert(static_cast<std::size_t>(i), ",");
  return text;
}
