//===- Grid.h - A mask, drawn small ------------------------------------------===//
#ifndef GAZE_TOOLS_GRID_H
#define GAZE_TOOLS_GRID_H

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gaze::cli {

/// Positions 0 to extent - 1 in cells of `step`; the last cell may be shorter.
struct Axis {
  std::int64_t extent = 1;
  std::int64_t step = 1;

  std::int64_t cells() const { return (extent + step - 1) / step; }
  std::int64_t begin(std::int64_t cell) const { return cell * step; }
  std::int64_t end(std::int64_t cell) const { return std::min(extent, (cell + 1) * step); }
  std::int64_t size(std::int64_t cell) const { return end(cell) - begin(cell); }
};

/// Pairs of one cell.
struct Cell {
  std::int64_t kept = 0;     ///< by the mask
  std::int64_t full = 0;     ///< in full tiles
  std::int64_t computed = 0; ///< in full and partial tiles
};

/// How many pairs a mask keeps, by cell: queries down, keys to the right. Where not
/// every query was looked at, `queriesSeen` is what the counts of a row stand for.
class Grid {
public:
  Grid(Axis queries, Axis keys)
      : queries(queries), keys(keys), queriesSeen(queries.cells()),
        cells(queries.cells() * keys.cells()) {}

  Axis queries, keys;
  std::vector<std::int64_t> queriesSeen; ///< [rows]

  Cell &at(std::int64_t row, std::int64_t column) { return cells[row * keys.cells() + column]; }
  const Cell &at(std::int64_t row, std::int64_t column) const {
    return cells[row * keys.cells() + column];
  }
  /// How many pairs were looked at in a cell.
  std::int64_t pairs(std::int64_t row, std::int64_t column) const {
    return queriesSeen[row] * keys.size(column);
  }

private:
  std::vector<Cell> cells; ///< [rows, columns]
};

/// The same mask in cells of twice the step, so in a quarter as many.
Grid halved(const Grid &grid);

} // namespace gaze::cli

#endif // GAZE_TOOLS_GRID_H
