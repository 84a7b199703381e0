//===- Draw.h - A mask at the terminal ---------------------------------------===//
#ifndef GAZE_TOOLS_DRAW_H
#define GAZE_TOOLS_DRAW_H

#include "gaze/gaze.h"
#include "tools/gaze/Grid.h"

#include <string>

namespace gaze::cli {

/// Cells for `drawMask` whose picture is at most `width` characters wide and about as
/// high as it should be, with letters twice as high as wide.
Axes terminalAxes(const gaze_shape &shape, int width);

/// Queries down, keys to the right; a character tells which share of its pairs is
/// kept: none, up to a third, up to two thirds, less than all, all.
std::string drawMask(const Grid &grid);

} // namespace gaze::cli

#endif // GAZE_TOOLS_DRAW_H
