//===- Draw.cpp - A mask at the terminal -------------------------------------===//
#include "tools/gaze/Draw.h"

#include <algorithm>

using namespace gaze::cli;

/// Room for the numbers of queries on the left, with one blank.
static std::int64_t marginOf(const gaze_shape &shape) {
  return static_cast<std::int64_t>(
      std::max<std::size_t>(8, withCommas(shape.seq_q - 1).size() + 1));
}

/// As many cells as there is room for; rather fewer, if they then share the keys evenly.
static std::int64_t columnsFor(std::int64_t keys, std::int64_t room) {
  if (keys <= room)
    return keys;
  for (std::int64_t columns = room; 2 * columns > room; --columns)
    if (keys % columns == 0)
      return columns;
  return room;
}

Grid gaze::cli::gridFor(const gaze_shape &shape, int width) {
  const std::int64_t room = std::max<std::int64_t>(4, width - marginOf(shape) - 3);
  const std::int64_t columns = columnsFor(shape.seq_k, room);
  // A key narrower than a character makes each row of characters two columns high.
  const std::int64_t queriesPerRow =
      columns * 2 <= room ? 1 : std::max<std::int64_t>(1, 2 * shape.seq_k / columns);
  const std::int64_t rows = (shape.seq_q + queriesPerRow - 1) / queriesPerRow;
  return Grid(std::clamp<std::int64_t>(rows, 1, 64), columns);
}

static const char *shade(std::int64_t kept, std::int64_t pairs) {
  if (kept == 0)
    return " ";
  if (kept == pairs)
    return "█";
  return 3 * kept <= pairs ? "░" : 3 * kept <= 2 * pairs ? "▒" : "▓";
}

static std::string padded(const std::string &text, std::int64_t width) {
  const auto missing = width - static_cast<std::int64_t>(text.size());
  return std::string(static_cast<std::size_t>(std::max<std::int64_t>(0, missing)), ' ') + text;
}

static std::string repeated(const char *text, std::int64_t count) {
  std::string result;
  for (std::int64_t i = 0; i < count; ++i)
    result += text;
  return result;
}

std::string gaze::cli::drawMask(const Grid &grid, const gaze_shape &shape) {
  const std::int64_t margin = marginOf(shape);
  // Few keys are drawn two characters wide, so that a pair is a square.
  const std::int64_t cell =
      grid.columns == shape.seq_k && grid.rows == shape.seq_q && grid.columns <= 32 ? 2 : 1;
  const std::int64_t width = grid.columns * cell;
  const std::string last = withCommas(shape.seq_k - 1);
  std::string text = padded("keys", margin) + "  0";
  if (shape.seq_k > 1 && width > static_cast<std::int64_t>(last.size()) + 1)
    text += padded(last, width - 1);
  text += "\n" + padded("queries", margin) + " ┌" + repeated("─", width) + "┐\n";
  for (std::int64_t row = 0; row < grid.rows; ++row) {
    const std::int64_t begin = row * shape.seq_q / grid.rows;
    const std::int64_t queries = (row + 1) * shape.seq_q / grid.rows - begin;
    const bool labelled = row % 4 == 0;
    text += padded(labelled ? withCommas(begin) : "", margin) + " │";
    for (std::int64_t column = 0; column < grid.columns; ++column) {
      const std::int64_t keys =
          (column + 1) * shape.seq_k / grid.columns - column * shape.seq_k / grid.columns;
      text += repeated(shade(grid.kept[row * grid.columns + column], queries * keys), cell);
    }
    text += "│\n";
  }
  return text + padded("", margin) + " └" + repeated("─", width) + "┘\n";
}

std::string gaze::cli::withCommas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto i = static_cast<std::int64_t>(text.size()) - 3; i > (number < 0 ? 1 : 0); i -= 3)
    text.insert(static_cast<std::size_t>(i), ",");
  return text;
}
