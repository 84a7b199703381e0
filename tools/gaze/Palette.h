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

/// Some are kept: up to an eighth, up to two eighths, ... and all.
inline constexpr int shades = 8;
extern const std::array<Colour, shades> partial;
} // namespace palette

/// The colour of `pairs` pairs: what most of them are where all are kept, a shade of
/// the density where some are.
Colour colourOf(const Cell &cell, std::int64_t pairs);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PALETTE_H
