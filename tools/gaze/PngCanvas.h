//===- PngCanvas.h - A picture as PNG ----------------------------------------===//
#ifndef GAZE_TOOLS_PNGCANVAS_H
#define GAZE_TOOLS_PNGCANVAS_H

#include "tools/gaze/Canvas.h"

typedef struct _cairo cairo_t;                 // NOLINT(bugprone-reserved-identifier): Cairo's own
typedef struct _cairo_surface cairo_surface_t; // NOLINT(bugprone-reserved-identifier)

namespace gaze::cli {

/// Drawn by Cairo, which takes text from the fonts of this machine, and encoded by
/// libpng.
class PngCanvas : public Canvas {
public:
  PngCanvas(int width, int height);
  ~PngCanvas() override;
  PngCanvas(const PngCanvas &) = delete;
  PngCanvas &operator=(const PngCanvas &) = delete;

  void fill(const std::vector<Rectangle> &rectangles, Colour colour) override;
  void rule(const std::vector<Rectangle> &lines, Colour colour) override { fill(lines, colour); }
  void text(int x, int y, const std::string &text, const TextStyle &style) override;
  std::string finish() override;

private:
  cairo_surface_t *surface;
  cairo_t *cairo;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_PNGCANVAS_H
