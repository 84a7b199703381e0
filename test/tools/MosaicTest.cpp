//===- MosaicTest.cpp - The coloured rectangles of a grid --------------------===//
#include "tools/gaze/Mosaic.h"

#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>

using namespace gaze::cli;

namespace {

Grid gridOf(std::int64_t size, const std::function<bool(std::int64_t, std::int64_t)> &keep) {
  Grid grid({size, 1}, {size, 1});
  for (std::int64_t row = 0; row < size; ++row) {
    grid.queriesSeen[row] = 1;
    for (std::int64_t column = 0; column < size; ++column)
      if (keep(row, column))
        grid.at(row, column) = {1, 1, 1};
  }
  return grid;
}

/// Every cell that is not empty lies in one patch of its colour, others in none.
void expectCovers(const Grid &grid) {
  const std::int64_t rows = grid.queries.cells(), columns = grid.keys.cells();
  std::vector<int> covered(rows * columns);
  for (const ColouredPatches &one : mosaic(grid))
    for (const Patch &patch : one.patches)
      for (std::int64_t row = patch.rowBegin; row < patch.rowEnd; ++row)
        for (std::int64_t column = patch.columnBegin; column < patch.columnEnd; ++column) {
          EXPECT_EQ(colourOf(grid.at(row, column), grid.pairs(row, column)), one.colour);
          ++covered[row * columns + column];
        }
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      EXPECT_EQ(covered[row * columns + column], grid.at(row, column).kept > 0 ? 1 : 0)
          << row << " " << column;
}

TEST(Mosaic, coversEveryCellOnce) {
  expectCovers(gridOf(1, [](auto, auto) { return true; }));
  expectCovers(gridOf(7, [](auto, auto) { return false; }));
  expectCovers(gridOf(20, [](auto r, auto c) { return std::abs(r - c) < 3 || c < 2; }));
  expectCovers(gridOf(30, [](auto r, auto c) { return (r * r + 3 * c) % 7 < 3; }));
  expectCovers(gridOf(30, [](auto r, auto c) { return r / 5 == c / 5 || (r == 12 && c > 3); }));
}

/// A block is one patch, however many rows it has.
TEST(Mosaic, joinsRows) {
  const auto colours = mosaic(gridOf(40, [](auto r, auto c) { return r / 10 == c / 10; }));
  ASSERT_EQ(colours.size(), 1U);
  EXPECT_EQ(colours.front().patches.size(), 4U);
}

/// Cells of twice the step hold the sums; the last one is shorter.
TEST(Mosaic, halvedGridsKeepEveryPair) {
  const Grid grid = gridOf(9, [](auto r, auto c) { return c <= r; });
  const Grid half = halved(grid);
  EXPECT_EQ(half.queries.cells(), 5);
  EXPECT_EQ(half.at(0, 0).kept, 3);
  EXPECT_EQ(half.at(1, 0).kept, 4);
  EXPECT_EQ(half.at(4, 4).kept, 1);
  EXPECT_EQ(half.pairs(4, 4), 1);
  EXPECT_EQ(half.pairs(1, 4), 2);
}

} // namespace
