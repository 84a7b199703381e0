//===- SvgCanvas.h - A picture as SVG ----------------------------------------===//
#ifndef GAZE_TOOLS_SVGCANVAS_H
#define GAZE_TOOLS_SVGCANVAS_H

#include "tools/gaze/Canvas.h"

namespace gaze::cli {

/// All rectangles of one call are one <path>; text stays text. Shown at half a CSS
/// pixel for a pixel of the PNG.
class SvgCanvas : public Canvas {
public:
  SvgCanvas(int width, int height, const std::string &title, const std::string &description);

  void fill(const std::vector<Rectangle> &rectangles, Colour colour) override;
  void rule(const std::vector<Rectangle> &lines, Colour colour) override;
  void text(int x, int y, const std::string &text, const TextStyle &style) override;
  std::string finish() override;

private:
  std::string svg;

  void path(const std::vector<Rectangle> &rectangles, Colour colour, const std::string &rendering);
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_SVGCANVAS_H
