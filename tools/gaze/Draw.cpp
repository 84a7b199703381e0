//===- Draw.cpp - A mask at the terminal -------------------------------------===//
#include "tools/gaze/Draw.h"
#include "tools/gaze/Ticks.h"

#include <algorithm>

using namespace gaze::cli;

/// Room for the numbers of queries on the left, with one blank.
static std::int64_t marginOf(std::int64_t queries) {
  return static_cast<std::int64_t>(std::max<std::size_t>(8, withCommas(queries - 1).size() + 1));
}

/// As many cells as there is room for; rather fewer, if they then share the keys evenly.
static std::int64_t keysInColumn(std::int64_t keys, std::int64_t room) {
  const std::int64_t step = (keys + room - 1) / room;
  for (std::int64_t larger = step; larger < 2 * step; ++larger)
    if (keys % larger == 0)
      return larger;
  return step;
}

Axes gaze::cli::terminalAxes(const gaze_shape &shape, int width) {
  constexpr std::int64_t fewestRows = 12, mostRows = 64;
  const std::int64_t room = std::max<std::int64_t>(4, width - marginOf(shape.seq_q) - 3);
  const Axis keys{shape.seq_k, keysInColumn(shape.seq_k, room)};
  // A key narrower than a character makes each row of characters two columns high.
  const std::int64_t square = keys.cells() * 2 <= room ? 1 : 2 * keys.step;
  const std::int64_t needed = (shape.seq_q + mostRows - 1) / mostRows;
  // A mask that is much wider than high is drawn higher than it should be.
  const std::int64_t coarsest = std::max<std::int64_t>(1, shape.seq_q / fewestRows);
  return {{shape.seq_q, std::max(std::min(square, coarsest), needed)}, keys};
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

std::string gaze::cli::drawMask(const Grid &grid) {
  const std::int64_t margin = marginOf(grid.queries.extent);
  // Few keys are drawn two characters wide, so that a pair is a square.
  const bool pairs = grid.queries.step == 1 && grid.keys.step == 1;
  const std::int64_t cell = pairs && grid.keys.cells() <= 32 ? 2 : 1;
  const std::int64_t width = grid.keys.cells() * cell;
  const std::string last = withCommas(grid.keys.extent - 1);
  std::string text = padded("keys", margin) + "  0";
  if (grid.keys.extent > 1 && width > static_cast<std::int64_t>(last.size()) + 1)
    text += padded(last, width - 1);
  text += "\n" + padded("queries", margin) + " ┌" + repeated("─", width) + "┐\n";
  for (std::int64_t row = 0; row < grid.queries.cells(); ++row) {
    const bool labelled = row % 4 == 0;
    text += padded(labelled ? withCommas(grid.queries.begin(row)) : "", margin) + " │";
    for (std::int64_t column = 0; column < grid.keys.cells(); ++column)
      text += repeated(shade(grid.at(row, column).kept, grid.pairs(row, column)), cell);
    text += "│\n";
  }
  return text + padded("", margin) + " └" + repeated("─", width) + "┘\n";
}
