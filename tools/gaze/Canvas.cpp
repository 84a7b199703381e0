//===- Canvas.cpp - What a picture is drawn on -------------------------------===//
#include "tools/gaze/Canvas.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/PngCanvas.h"
#include "tools/gaze/SvgCanvas.h"

#include <filesystem>

using namespace gaze::cli;

PictureFormat gaze::cli::pictureFormat(const std::string &path) {
  const std::string suffix = std::filesystem::path(path).extension().string();
  if (suffix == ".png")
    return PictureFormat::Png;
  if (suffix == ".svg")
    return PictureFormat::Svg;
  throw Failure("-o " + path + ": a picture is a .png or a .svg file", ExitWrongUsage);
}

std::unique_ptr<Canvas> gaze::cli::makeCanvas(PictureFormat format, int width, int height,
                                              const std::string &title,
                                              const std::string &description) {
  if (format == PictureFormat::Png)
    return std::make_unique<PngCanvas>(width, height);
  return std::make_unique<SvgCanvas>(width, height, title, description);
}

int gaze::cli::textWidth(const std::string &text, int size) {
  int characters = 0;
  for (const char byte : text)
    characters += (byte & 0xC0) == 0x80 ? 0 : 1; // not the later bytes of a UTF-8 character
  return characters * size * 62 / 100;
}
