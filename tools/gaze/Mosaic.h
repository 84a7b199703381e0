//===- Mosaic.h - The coloured rectangles of a grid --------------------------===//
#ifndef GAZE_TOOLS_MOSAIC_H
#define GAZE_TOOLS_MOSAIC_H

#include "tools/gaze/Palette.h"

#include <cstdint>
#include <vector>

namespace gaze::cli {

/// Cells [rowBegin, rowEnd) x [columnBegin, columnEnd).
struct Patch {
  std::int64_t rowBegin, rowEnd, columnBegin, columnEnd;
};

/// All cells of one colour, as patches that do not overlap.
struct ColouredPatches {
  Colour colour;
  std::vector<Patch> patches;
};

/// The cells that are not the colour of empty tiles. Neighbours in a row are one
/// patch, and so are equal patches of neighbouring rows.
std::vector<ColouredPatches> mosaic(const Grid &grid, palette::Ramp ramp = palette::Ramp::Linear);

} // namespace gaze::cli

#endif // GAZE_TOOLS_MOSAIC_H
