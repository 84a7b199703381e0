//===- PngCanvas.cpp - A picture as PNG --------------------------------------===//
#include "tools/gaze/PngCanvas.h"

#include <cairo.h>
#include <cmath>
#include <stdexcept>

using namespace gaze::cli;

static void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_NO_MEMORY)
    throw std::bad_alloc();
  if (status != CAIRO_STATUS_SUCCESS)
    throw std::runtime_error(std::string("Cairo cannot draw: ") + cairo_status_to_string(status));
}

static void setColour(cairo_t *cairo, Colour colour) {
  cairo_set_source_rgb(cairo, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0);
}

PngCanvas::PngCanvas(int width, int height)
    : surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
      cairo(cairo_create(surface)) {
  // Rectangles lie on pixels: without this their sides would cost time and stay the same.
  cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
}

PngCanvas::~PngCanvas() {
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
}

void PngCanvas::fill(const std::vector<Rectangle> &rectangles, Colour colour) {
  setColour(cairo, colour);
  for (const Rectangle &r : rectangles) {
    cairo_rectangle(cairo, r.x, r.y, r.width, r.height);
    cairo_fill(cairo);
  }
}

void PngCanvas::text(int x, int y, const std::string &text, const TextStyle &style) {
  cairo_save(cairo);
  cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, style.size);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, text.c_str(), &extents);
  const double share = style.anchor == Anchor::Start ? 0 : style.anchor == Anchor::Middle ? 0.5 : 1;
  cairo_translate(cairo, x, y);
  if (style.upwards)
    cairo_rotate(cairo, -M_PI / 2);
  cairo_move_to(cairo, -share * extents.x_advance, 0);
  setColour(cairo, palette::text);
  cairo_show_text(cairo, text.c_str());
  cairo_restore(cairo);
}

std::string PngCanvas::finish() {
  std::string file;
  const auto append = [](void *closure, const unsigned char *data, unsigned int size) {
    static_cast<std::string *>(closure)->append(reinterpret_cast<const char *>(data), size);
    return CAIRO_STATUS_SUCCESS;
  };
  check(cairo_status(cairo));
  check(cairo_surface_write_to_png_stream(surface, append, &file));
  return file;
}
