//===- Palette.h - The colours of a mask -------------------------------------===//
//
// Full tiles are dark blue, pairs of partial tiles orange. The two differ for every
// kind of colour vision, and everything that is told apart by colour also differs in
// luminance, so that a print in grey tells the same: test/tools/PaletteTest.cpp
// simulates both.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_PALETTE_H
#define GAZE_TOOLS_PALETTE_H

#include "tools/gaze/Grid.h"

#include <array>
#include <cstdint>

namespace gaze::cli {

struct Colour {
  std::uint8_t red, green, blue;

  bool operator==(const Colour &other) const {
    return red == other.red && green == other.green && blue == other.blue;
  }
};

namespace palette {
inline constexpr Colour empty{255, 255, 255};   ///< in an empty tile
inline constexpr Colour dropped{236, 234, 229}; ///< in a partial tile, none kept
inline constexpr Colour full{11, 64, 116};      ///< in full tiles, all kept
inline constexpr Colour text{32, 33, 36};
inline constexpr Colour line{150, 158, 166}; ///< the grid of tiles
inline constexpr Colour paper{255, 255, 255};

/// Where some pairs are kept: the more, the darker.
inline constexpr int shades = 8;
extern const std::array<Colour, shades> partial;

/// Parts of a tile keep anything up to all of their pairs; of many tiles a long sequence
/// keeps a few in a thousand, and what differs there is the order of magnitude.
enum class Ramp { Linear, Logarithmic };
/// The largest density of a shade: eighths, or half powers of ten up to 1, the lightest
/// shade having everything up to 0.03 %.
double upTo(int shade, Ramp ramp);
} // namespace palette

/// The colour of `pairs` pairs: what most of them are where all are kept, a shade of
/// the density where some are.
Colour colourOf(const Cell &cell, std::int64_t pairs, palette::Ramp ramp = palette::Ramp::Linear);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PALETTE_H
