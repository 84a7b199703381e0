//===- Picture.h - A mask as a picture file ----------------------------------===//
//
// One panel for each group of heads with the same mask: queries down, keys to the
// right, ticks on both, and the tiles told apart by the colours of Palette.h. Cells
// are whole pixels, so that nothing is blurred. Test: test/tools/picture.test.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_PICTURE_H
#define GAZE_TOOLS_PICTURE_H

#include "gaze/gaze.h"
#include "tools/gaze/Canvas.h"
#include "tools/gaze/Grid.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gaze::cli {

struct Panel {
  std::string label; ///< "heads 0-1", or empty
  Grid grid;
};

struct Picture {
  std::string title;
  std::vector<std::string> captions; ///< below the title, a line each
  std::vector<Panel> panels;         ///< at least one, at most mostPanels, of one shape
  std::int64_t tileQ = 1, tileK = 1;
};

/// More would be too small to read.
inline constexpr int mostPanels = 9;

/// The cells of a picture: they are parts of a tile or whole numbers of tiles, so that
/// each has one kind as long as it can. `panels` is a bound on the number of panels.
Axes pictureAxes(const gaze_shape &shape, std::int64_t tileQ, std::int64_t tileK, int panels);

/// The picture's file.
std::string drawPicture(Picture picture, PictureFormat format);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PICTURE_H
