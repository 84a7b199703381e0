//===- Picture.cpp - A mask as a picture file --------------------------------===//
//
// Everything is laid out in whole pixels: a panel's cells have the same number of
// them each, and margins, text and legend follow from what they hold.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/Picture.h"
#include "tools/gaze/Mosaic.h"
#include "tools/gaze/Ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace gaze::cli;

namespace {

constexpr int labelSize = 20, captionSize = 22, titleSize = 30;
constexpr int lineHeight = 32;
constexpr int border = 28; ///< around everything
constexpr int tickLength = 8;
constexpr int shortestSide = 64;   ///< of a plot, in pixels
constexpr int narrowestText = 760; ///< the title has that much room, however small the plots
/// An SVG of so many rectangles has less than a megabyte.
constexpr std::size_t mostRectangles = 40000;

/// The longer side of a plot, in pixels.
int longerSide(std::size_t panels) {
  return panels == 1 ? 1024 : panels == 2 || panels == 4 ? 640 : 480;
}
int panelsAcross(int panels) { return panels == 4 ? 2 : std::min(panels, 3); }

/// What the two sides of a plot may have, in the shape's proportion as far as it goes.
std::array<int, 2> sides(std::int64_t queries, std::int64_t keys, int longer) {
  const auto side = [&](std::int64_t mine, std::int64_t other) {
    const double share = std::min(1.0, static_cast<double>(mine) / static_cast<double>(other));
    return std::max(shortestSide, static_cast<int>(share * longer));
  };
  return {side(queries, keys), side(keys, queries)};
}

/// A step with at most `most` cells, which divides a tile or is a multiple of it.
std::int64_t stepFor(std::int64_t extent, std::int64_t most, std::int64_t tile) {
  const std::int64_t needed = (extent + most - 1) / most;
  if (needed >= tile)
    return (needed + tile - 1) / tile * tile;
  std::int64_t step = needed;
  while (tile % step != 0)
    ++step;
  return step;
}

/// Positions of an axis in pixels.
struct Scale {
  Axis axis;
  int pixels; ///< of a cell

  int at(std::int64_t position) const { return static_cast<int>(position * pixels / axis.step); }
  int length() const { return std::max(1, at(axis.extent)); }
  /// Single pairs are large enough to be told apart.
  bool showsPairs() const { return axis.step == 1 && pixels >= 12; }
};

/// How one panel lies on its canvas.
struct Plot {
  Scale rows, columns;
  int left, top; ///< of the plot itself
};

//===----------------------------------------------------------------------===//
// One panel
//===----------------------------------------------------------------------===//

void drawCells(Canvas &canvas, const Plot &plot, const std::vector<ColouredPatches> &colours) {
  for (const ColouredPatches &one : colours) {
    std::vector<Rectangle> rectangles;
    for (const Patch &patch : one.patches) {
      const int x = plot.columns.at(plot.columns.axis.begin(patch.columnBegin));
      const int y = plot.rows.at(plot.rows.axis.begin(patch.rowBegin));
      const int right = plot.columns.at(plot.columns.axis.end(patch.columnEnd - 1));
      const int bottom = plot.rows.at(plot.rows.axis.end(patch.rowEnd - 1));
      rectangles.push_back(
          {plot.left + x, plot.top + y, std::max(1, right - x), std::max(1, bottom - y)});
    }
    canvas.fill(rectangles, one.colour);
  }
}

/// Lines before every multiple of the steps.
void drawGrid(Canvas &canvas, const Plot &plot, std::int64_t stepQ, std::int64_t stepK,
              int thickness, Colour colour) {
  std::vector<Rectangle> across, down;
  for (std::int64_t q = stepQ; q < plot.rows.axis.extent; q += stepQ)
    across.push_back(
        {plot.left, plot.top + plot.rows.at(q) - thickness / 2, plot.columns.length(), thickness});
  for (std::int64_t k = stepK; k < plot.columns.axis.extent; k += stepK)
    down.push_back(
        {plot.left + plot.columns.at(k) - thickness / 2, plot.top, thickness, plot.rows.length()});
  canvas.rule(across, colour);
  canvas.rule(down, colour);
}

void drawGrids(Canvas &canvas, const Plot &plot, const Picture &picture) {
  constexpr int smallestTile = 12; // in pixels
  const bool showsPairs = plot.rows.showsPairs() && plot.columns.showsPairs();
  if (showsPairs)
    drawGrid(canvas, plot, 1, 1, 1, palette::line);
  if (plot.rows.at(picture.tileQ) >= smallestTile && plot.columns.at(picture.tileK) >= smallestTile)
    drawGrid(canvas, plot, picture.tileQ, picture.tileK, showsPairs ? 3 : 1,
             showsPairs ? palette::text : palette::line);
}

void drawFrame(Canvas &canvas, const Plot &plot) {
  constexpr int thickness = 2;
  const int width = plot.columns.length(), height = plot.rows.length();
  for (const int y : {plot.top - thickness, plot.top + height})
    canvas.rule({{plot.left - thickness, y, width + 2 * thickness, thickness}}, palette::text);
  for (const int x : {plot.left - thickness, plot.left + width})
    canvas.rule({{x, plot.top, thickness, height}}, palette::text);
}

/// Where the ticks of an axis are, and their numbers.
std::vector<std::pair<int, std::string>> ticksOf(const Scale &scale, int room) {
  const std::int64_t extent = scale.axis.extent;
  const int most = std::min(17, scale.length() / room);
  std::vector<std::pair<int, std::string>> result;
  for (const std::int64_t tick : ticks(extent, most))
    if (!scale.showsPairs())
      result.emplace_back(scale.at(tick), withCommas(tick));
    else if (tick < extent) // the number of a pair stands at its middle
      result.emplace_back(scale.at(tick) + scale.pixels / 2, withCommas(tick));
  return result;
}

int widestLabel(std::int64_t extent) { return textWidth(withCommas(extent), labelSize); }

void drawTicks(Canvas &canvas, const Plot &plot) {
  TextStyle style;
  style.size = labelSize;
  style.anchor = Anchor::Middle;
  for (const auto &[x, label] : ticksOf(plot.columns, widestLabel(plot.columns.axis.extent) + 24)) {
    canvas.rule({{plot.left + x - 1, plot.top - 2 - tickLength, 2, tickLength}}, palette::text);
    canvas.text(plot.left + x, plot.top - 8 - tickLength, label, style);
  }
  style.anchor = Anchor::End;
  for (const auto &[y, label] : ticksOf(plot.rows, 2 * labelSize)) {
    canvas.rule({{plot.left - 2 - tickLength, plot.top + y - 1, tickLength, 2}}, palette::text);
    canvas.text(plot.left - 10 - tickLength, plot.top + y + labelSize / 3, label, style);
  }
}

/// The space of a panel left of its plot and above it.
int leftMargin(const Picture &picture) {
  return captionSize + 16 + widestLabel(picture.panels.front().grid.queries.extent) + tickLength +
         10;
}
/// Half of the number of the last tick stands there.
int rightMargin(const Picture &picture) {
  return std::max(border, widestLabel(picture.panels.front().grid.keys.extent) / 2 + 8);
}
int topMargin(const Picture &picture) {
  const bool labelled = !picture.panels.front().label.empty();
  return (labelled ? lineHeight + 8 : 0) + captionSize + labelSize + tickLength + 20;
}

void drawPanel(Canvas &canvas, const Picture &picture, const Panel &panel, const Plot &plot,
               const std::vector<ColouredPatches> &colours) {
  drawCells(canvas, plot, colours);
  drawGrids(canvas, plot, picture);
  drawFrame(canvas, plot);
  drawTicks(canvas, plot);
  TextStyle style;
  style.size = captionSize;
  style.anchor = Anchor::Middle;
  canvas.text(plot.left + plot.columns.length() / 2, plot.top - tickLength - labelSize - 14, "keys",
              style);
  style.upwards = true;
  canvas.text(plot.left - leftMargin(picture) + captionSize, plot.top + plot.rows.length() / 2,
              "queries", style);
  style.upwards = false;
  style.bold = true;
  style.anchor = Anchor::Start;
  if (!panel.label.empty())
    canvas.text(plot.left, plot.top - topMargin(picture) + captionSize, panel.label, style);
}

//===----------------------------------------------------------------------===//
// Legend and title
//===----------------------------------------------------------------------===//

/// A row of the legend: its swatches, from left to right, and what they mean.
struct LegendRow {
  std::vector<Colour> swatches;
  std::string text;
};

bool inTiles(const Picture &picture) {
  const Grid &grid = picture.panels.front().grid;
  return grid.queries.step <= picture.tileQ && grid.keys.step <= picture.tileK;
}

palette::Ramp rampOf(const Picture &picture) {
  return inTiles(picture) ? palette::Ramp::Linear : palette::Ramp::Logarithmic;
}

/// The numbers of the shades.
std::string shadesText(palette::Ramp ramp) {
  if (ramp == palette::Ramp::Linear)
    return "from above 0 to 100 %";
  return "up to 0.03, 0.1, 0.3, 1, 3, 10, 30 and 100 %";
}

std::vector<LegendRow> legendOf(const Picture &picture) {
  const Grid &grid = picture.panels.front().grid;
  const bool pairs = grid.queries.step == 1 && grid.keys.step == 1;
  const bool tiles = inTiles(picture);
  const std::vector<Colour> ramp(palette::partial.begin(), palette::partial.end());
  if (pairs)
    return {{{palette::full}, "kept, in a full tile"},
            {{palette::partial.back()}, "kept, in a partial tile"},
            {{palette::dropped}, "not kept, in a partial tile: computed in vain"},
            {{palette::empty}, "empty tile: skipped"}};
  const std::string cell =
      "a dot is " + withCommas(grid.queries.step) + " x " + withCommas(grid.keys.step) + " pairs";
  return {{{palette::full}, tiles ? "full tile" : "full tiles: all pairs kept"},
          {ramp, std::string(tiles ? "partial tile: kept" : "kept") + " " +
                     shadesText(rampOf(picture)) + " (" + cell + ")"},
          {{palette::dropped},
           tiles ? "partial tile, nothing kept here" : "partial tiles, nothing kept"},
          {{palette::empty}, tiles ? "empty tile: skipped" : "empty tiles: skipped"}};
}

constexpr int swatchWidth = 24, rampWidth = palette::shades * swatchWidth;

void drawLegend(Canvas &canvas, int left, int top, const std::vector<LegendRow> &legend) {
  TextStyle style;
  style.size = captionSize;
  for (const LegendRow &row : legend) {
    const int width = rampWidth / static_cast<int>(row.swatches.size());
    canvas.rule({{left - 1, top - 1, rampWidth + 2, swatchWidth + 2}}, palette::line);
    for (std::size_t i = 0; i < row.swatches.size(); ++i)
      canvas.fill({{left + static_cast<int>(i) * width, top, width, swatchWidth}}, row.swatches[i]);
    canvas.text(left + rampWidth + 16, top + swatchWidth - 5, row.text, style);
    top += lineHeight + 4;
  }
}

/// Lines of at most `width` pixels, cut behind commas.
std::vector<std::string> wrapped(const std::string &text, int size, int width) {
  std::vector<std::string> lines{""};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t comma = text.find(", ", begin);
    const std::size_t end = comma == std::string::npos ? text.size() : comma + 2;
    const std::string part = text.substr(begin, end - begin);
    if (!lines.back().empty() && textWidth(lines.back() + part, size) > width)
      lines.emplace_back();
    lines.back() += part;
    begin = end;
  }
  return lines;
}

struct Line {
  std::string text;
  bool isTitle;
};

std::vector<Line> headLines(const Picture &picture, int width) {
  std::vector<Line> lines;
  for (const std::string &line : wrapped(picture.title, titleSize, width))
    lines.push_back({line, true});
  for (const std::string &caption : picture.captions)
    for (const std::string &line : wrapped(caption, captionSize, width))
      lines.push_back({line, false});
  return lines;
}

int widthOf(const std::vector<LegendRow> &legend) {
  int width = 0;
  for (const LegendRow &row : legend)
    width = std::max(width, rampWidth + 16 + textWidth(row.text, captionSize));
  return width;
}

/// Returns where the lines end.
int drawHead(Canvas &canvas, const std::vector<Line> &lines, int top) {
  for (const Line &line : lines) {
    TextStyle style;
    style.size = line.isTitle ? titleSize : captionSize;
    style.bold = line.isTitle;
    top += style.size + 10;
    canvas.text(border, top - 8, line.text, style);
  }
  return top;
}

int heightOf(const std::vector<Line> &lines) {
  int height = 0;
  for (const Line &line : lines)
    height += (line.isTitle ? titleSize : captionSize) + 10;
  return height;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

std::vector<std::vector<ColouredPatches>> mosaics(const Picture &picture) {
  std::vector<std::vector<ColouredPatches>> result;
  for (const Panel &panel : picture.panels)
    result.push_back(mosaic(panel.grid, rampOf(picture)));
  return result;
}

std::size_t rectangles(const std::vector<std::vector<ColouredPatches>> &panels) {
  std::size_t count = 0;
  for (const auto &panel : panels)
    for (const ColouredPatches &colour : panel)
      count += colour.patches.size();
  return count;
}

/// The scales of all panels, which have one shape.
Plot plotFor(const Grid &grid, std::size_t panels) {
  const auto [height, width] = sides(grid.queries.extent, grid.keys.extent, longerSide(panels));
  Plot plot{
      {grid.queries, static_cast<int>(std::max<std::int64_t>(1, height / grid.queries.cells()))},
      {grid.keys, static_cast<int>(std::max<std::int64_t>(1, width / grid.keys.cells()))},
      0,
      0};
  const bool proportional = height > shortestSide && width > shortestSide;
  if (proportional && grid.queries.step == grid.keys.step)
    plot.rows.pixels = plot.columns.pixels = std::min(plot.rows.pixels, plot.columns.pixels);
  return plot;
}

} // namespace

Axes gaze::cli::pictureAxes(const gaze_shape &shape, std::int64_t tileQ, std::int64_t tileK,
                            int panels) {
  const std::int64_t most = panels == 1 && std::max(shape.seq_q, shape.seq_k) <= 1024 ? 1024 : 512;
  const auto [height, width] =
      sides(shape.seq_q, shape.seq_k, longerSide(static_cast<std::size_t>(panels)));
  return {{shape.seq_q, stepFor(shape.seq_q, std::min<std::int64_t>(most, height), tileQ)},
          {shape.seq_k, stepFor(shape.seq_k, std::min<std::int64_t>(most, width), tileK)}};
}

/// Gives all panels the cells of the coarsest: a sampled mask has coarser ones.
static void equalise(std::vector<Panel> &panels) {
  std::int64_t step = 1;
  for (const Panel &panel : panels)
    step = std::max(step, panel.grid.keys.step);
  for (Panel &panel : panels)
    while (panel.grid.keys.step < step)
      panel.grid = halved(panel.grid);
}

std::string gaze::cli::drawPicture(Picture picture, PictureFormat format) {
  equalise(picture.panels);
  auto colours = mosaics(picture);
  while (format == PictureFormat::Svg && rectangles(colours) > mostRectangles) {
    for (Panel &panel : picture.panels)
      panel.grid = halved(panel.grid);
    colours = mosaics(picture);
  }
  const auto panels = static_cast<int>(picture.panels.size());
  Plot plot = plotFor(picture.panels.front().grid, picture.panels.size());
  const int panelWidth = leftMargin(picture) + plot.columns.length() + rightMargin(picture);
  const int panelHeight = topMargin(picture) + plot.rows.length() + border;
  const int across = panelsAcross(panels), down = (panels + across - 1) / across;
  const std::vector<LegendRow> legend = legendOf(picture);
  const int width = std::max({across * panelWidth, narrowestText, widthOf(legend)}) + 2 * border;
  const std::vector<Line> head = headLines(picture, width - 2 * border);
  const int legendHeight = static_cast<int>(legend.size()) * (lineHeight + 4);
  const int height = 2 * border + heightOf(head) + down * panelHeight + legendHeight + border;

  std::string description;
  for (const std::string &caption : picture.captions)
    description += (description.empty() ? "" : "; ") + caption;
  const auto canvas = makeCanvas(format, width, height, picture.title, description);
  canvas->fill({{0, 0, width, height}}, palette::paper);
  const int top = drawHead(*canvas, head, border) + border / 2;
  for (int i = 0; i < panels; ++i) {
    plot.left = border + i % across * panelWidth + leftMargin(picture);
    plot.top = top + i / across * panelHeight + topMargin(picture);
    drawPanel(*canvas, picture, picture.panels[i], plot, colours[i]);
  }
  drawLegend(*canvas, border, top + down * panelHeight + border / 2, legend);
  return canvas->finish();
}
