//===- SvgCanvas.cpp - A picture as SVG --------------------------------------===//
//
// SVG 1.1, which every browser, Inkscape and LaTeX's converters read.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/SvgCanvas.h"

#include <cstdio>

using namespace gaze::cli;

static std::string escaped(const std::string &text) {
  std::string result;
  for (const char character : text) {
    switch (character) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += character;
    }
  }
  return result;
}

static std::string hex(Colour colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return text;
}

/// `name="value"`, with a blank before it.
static std::string attribute(const char *name, const std::string &value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}

SvgCanvas::SvgCanvas(int width, int height, const std::string &title,
                     const std::string &description) {
  svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"" +
        attribute("width", std::to_string(width / 2)) +
        attribute("height", std::to_string(height / 2)) +
        attribute("viewBox", "0 0 " + std::to_string(width) + " " + std::to_string(height)) +
        attribute("role", "img") + attribute("font-family", "DejaVu Sans, Verdana, sans-serif") +
        ">\n<title>" + escaped(title) + "</title>\n<desc>" + escaped(description) + "</desc>\n";
}

void SvgCanvas::fill(const std::vector<Rectangle> &rectangles, Colour colour) {
  path(rectangles, colour, attribute("shape-rendering", "crispEdges"));
}

void SvgCanvas::rule(const std::vector<Rectangle> &lines, Colour colour) {
  path(lines, colour, "");
}

void SvgCanvas::path(const std::vector<Rectangle> &rectangles, Colour colour,
                     const std::string &rendering) {
  if (rectangles.empty())
    return;
  svg += "<path" + attribute("fill", hex(colour)) + rendering + " d=\"";
  for (const Rectangle &r : rectangles)
    svg += "M" + std::to_string(r.x) + " " + std::to_string(r.y) + "h" + std::to_string(r.width) +
           "v" + std::to_string(r.height) + "h-" + std::to_string(r.width) + "z";
  svg += "\"/>\n";
}

void SvgCanvas::text(int x, int y, const std::string &text, const TextStyle &style) {
  const std::string place = std::to_string(x) + " " + std::to_string(y);
  svg += "<text" + attribute("x", std::to_string(x)) + attribute("y", std::to_string(y)) +
         attribute("font-size", std::to_string(style.size)) + attribute("fill", hex(palette::text));
  if (style.anchor != Anchor::Start)
    svg += attribute("text-anchor", style.anchor == Anchor::Middle ? "middle" : "end");
  if (style.bold)
    svg += attribute("font-weight", "bold");
  if (style.upwards)
    svg += attribute("transform", "rotate(-90 " + place + ")");
  svg += ">" + escaped(text) + "</text>\n";
}

std::string SvgCanvas::finish() { return std::move(svg) + "</svg>\n"; }
