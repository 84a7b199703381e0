//===- Palette.cpp - The colours of a mask -----------------------------------===//
#include "tools/gaze/Palette.h"

#include <algorithm>
#include <cmath>

using namespace gaze::cli;

namespace {

constexpr Colour lightest{245, 196, 105};
constexpr Colour darkest{191, 92, 0};

constexpr std::uint8_t between(std::uint8_t low, std::uint8_t high, double share) {
  return static_cast<std::uint8_t>(low + (high - low) * share + 0.5);
}

constexpr std::array<Colour, palette::shades> makeShades() {
  std::array<Colour, palette::shades> result{};
  for (int i = 0; i < palette::shades; ++i) {
    const double share = static_cast<double>(i) / (palette::shades - 1);
    result[i] = {between(lightest.red, darkest.red, share),
                 between(lightest.green, darkest.green, share),
                 between(lightest.blue, darkest.blue, share)};
  }
  return result;
}

} // namespace

constexpr std::array<Colour, palette::shades> palette::partial = makeShades();

Colour gaze::cli::colourOf(const Cell &cell, std::int64_t pairs) {
  if (cell.kept == 0)
    return cell.computed == 0 ? palette::empty : palette::dropped;
  if (cell.kept == pairs && 2 * cell.full >= pairs)
    return palette::full;
  const double density = static_cast<double>(cell.kept) / static_cast<double>(pairs);
  const int shade = static_cast<int>(std::ceil(density * palette::shades)) - 1;
  return palette::partial[std::clamp(shade, 0, palette::shades - 1)];
}
