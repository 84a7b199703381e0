//===- Mosaic.cpp - The coloured rectangles of a grid ------------------------===//
#include "tools/gaze/Mosaic.h"

#include <algorithm>

using namespace gaze::cli;

namespace {

/// Where the patches of a colour go; there are about a dozen colours.
std::vector<Patch> &patchesOf(std::vector<ColouredPatches> &all, Colour colour) {
  for (ColouredPatches &one : all)
    if (one.colour == colour)
      return one.patches;
  return all.emplace_back(ColouredPatches{colour, {}}).patches;
}

/// A patch that a later row may still prolong.
struct Open {
  Colour colour;
  Patch patch;
};

std::vector<Open> runsOfRow(const Grid &grid, std::int64_t row, palette::Ramp ramp) {
  std::vector<Open> runs;
  for (std::int64_t column = 0; column < grid.keys.cells(); ++column) {
    const Colour colour = colourOf(grid.at(row, column), grid.pairs(row, column), ramp);
    if (colour == palette::empty)
      continue;
    if (!runs.empty() && runs.back().colour == colour && runs.back().patch.columnEnd == column)
      ++runs.back().patch.columnEnd;
    else
      runs.push_back({colour, {row, row + 1, column, column + 1}});
  }
  return runs;
}

bool prolongs(const Open &above, const Open &below) {
  return above.colour == below.colour && above.patch.columnBegin == below.patch.columnBegin &&
         above.patch.columnEnd == below.patch.columnEnd;
}

} // namespace

std::vector<ColouredPatches> gaze::cli::mosaic(const Grid &grid, palette::Ramp ramp) {
  std::vector<ColouredPatches> result;
  std::vector<Open> open; // of the row before, by column
  for (std::int64_t row = 0; row < grid.queries.cells(); ++row) {
    std::vector<Open> runs = runsOfRow(grid, row, ramp);
    auto above = open.begin();
    for (Open &run : runs) {
      for (; above != open.end() && above->patch.columnBegin < run.patch.columnBegin; ++above)
        patchesOf(result, above->colour).push_back(above->patch);
      if (above != open.end() && prolongs(*above, run)) {
        run.patch.rowBegin = above->patch.rowBegin;
        ++above;
      }
    }
    for (; above != open.end(); ++above)
      patchesOf(result, above->colour).push_back(above->patch);
    open = std::move(runs);
  }
  for (const Open &last : open)
    patchesOf(result, last.colour).push_back(last.patch);
  return result;
}
