//===- Grid.cpp - A mask, drawn small ----------------------------------------===//
#include "tools/gaze/Grid.h"

using namespace gaze::cli;

Grid gaze::cli::halved(const Grid &grid) {
  Grid result({grid.queries.extent, grid.queries.step * 2}, {grid.keys.extent, grid.keys.step * 2});
  for (std::int64_t row = 0; row < grid.queries.cells(); ++row) {
    result.queriesSeen[row / 2] += grid.queriesSeen[row];
    for (std::int64_t column = 0; column < grid.keys.cells(); ++column) {
      const Cell &from = grid.at(row, column);
      Cell &to = result.at(row / 2, column / 2);
      to.kept += from.kept;
      to.full += from.full;
      to.computed += from.computed;
    }
  }
  return result;
}
