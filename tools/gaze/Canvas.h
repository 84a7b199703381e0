//===- Canvas.h - What a picture is drawn on ---------------------------------===//
//
// Pictures need rectangles, lines and text. PngCanvas draws them through Cairo,
// SvgCanvas writes them as text. Coordinates are pixels of the PNG, from the left and
// from the top.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_CANVAS_H
#define GAZE_TOOLS_CANVAS_H

#include "tools/gaze/Palette.h"

#include <memory>
#include <string>
#include <vector>

namespace gaze::cli {

struct Rectangle {
  int x, y, width, height;
};

/// How text stands at its point: it begins, is centred or ends there. The point is on
/// the baseline.
enum class Anchor { Start, Middle, End };

struct TextStyle {
  int size = 22;
  Anchor anchor = Anchor::Start;
  bool bold = false;
  bool upwards = false; ///< turned by a quarter, read from below
};

class Canvas {
public:
  virtual ~Canvas() = default;

  /// Surfaces, which may touch but do not overlap: no seams appear between them.
  virtual void fill(const std::vector<Rectangle> &rectangles, Colour colour) = 0;
  /// Lines, as thin rectangles: none gets lost where the picture is shown smaller.
  virtual void rule(const std::vector<Rectangle> &lines, Colour colour) = 0;
  virtual void text(int x, int y, const std::string &text, const TextStyle &style) = 0;
  /// The finished file.
  virtual std::string finish() = 0;
};

/// Kinds of picture file.
enum class PictureFormat { Png, Svg };

/// By the suffix of `path`. Throws a Failure that says what is known.
PictureFormat pictureFormat(const std::string &path);

/// `title` and `description` are for readers who do not see the picture; a PNG has no
/// place for them.
std::unique_ptr<Canvas> makeCanvas(PictureFormat format, int width, int height,
                                   const std::string &title, const std::string &description);

/// A bound on the width of a text of that size, whatever the font: Cairo and a browser
/// choose their own.
int textWidth(const std::string &text, int size);

} // namespace gaze::cli

#endif // GAZE_TOOLS_CANVAS_H
