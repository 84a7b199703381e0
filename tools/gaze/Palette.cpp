//===- Palette.cpp - The colours of a mask -----------------------------------===//
#include "tools/gaze/Palette.h"

#include <cmath>

using namespace gaze::cli;

namespace {

constexpr Colour lightest{245, 196, 105};
constexpr Colour darkest{191, 92, 0};

/// So many of the steps from the lightest to the darkest, rounded to nearest.
constexpr std::uint8_t between(std::uint8_t low, std::uint8_t high, int steps) {
  constexpr int all = palette::shades - 1;
  return static_cast<std::uint8_t>((2 * (low * all + (high - low) * steps) + all) / (2 * all));
}

constexpr std::array<Colour, palette::shades> makeShades() {
  std::array<Colour, palette::shades> result{};
  for (int i = 0; i < palette::shades; ++i) {
    result[i] = {between(lightest.red, darkest.red, i), between(lightest.green, darkest.green, i),
                 between(lightest.blue, darkest.blue, i)};
  }
  return result;
}

} // namespace

constexpr std::array<Colour, palette::shades> palette::partial = makeShades();

double palette::upTo(int shade, Ramp ramp) {
  const int below = shades - 1 - shade;
  return ramp == Ramp::Linear ? 1 - static_cast<double>(below) / shades
                              : std::pow(10, -below / 2.0);
}

Colour gaze::cli::colourOf(const Cell &cell, std::int64_t pairs, palette::Ramp ramp) {
  if (cell.kept == 0)
    return cell.computed == 0 ? palette::empty : palette::dropped;
  if (cell.kept == pairs && 2 * cell.full >= pairs)
    return palette::full;
  const double density = static_cast<double>(cell.kept) / static_cast<double>(pairs);
  int shade = 0;
  while (shade + 1 < palette::shades && density > palette::upTo(shade, ramp))
    ++shade;
  return palette::partial[shade];
}
