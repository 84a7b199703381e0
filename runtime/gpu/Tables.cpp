//===- Tables.cpp - A plan as blocks of threads read it ---------------------------===//
#include "runtime/gpu/Tables.h"

#include "runtime/Error.h"
#include "runtime/Items.h"

#include <algorithm>
#include <limits>
#include <string>

namespace gaze::runtime {
namespace {

void checkCount(double count, const char *what) {
  if (count > std::numeric_limits<std::int32_t>::max())
    invalid("the plan has " + std::to_string(static_cast<std::int64_t>(count)) + " " + what +
            ", more than the 2^31 - 1 that are supported on a GPU: plan fewer batch entries or "
            "heads at a time, or compile with larger tiles");
}

std::int64_t tilesOf(const Row &row) { return std::int64_t{row.fullTiles} + row.partialTiles; }

/// Where the tiles of each row of a grid begin.
using RowBegins = Vector<std::int64_t>;

/// Appends the tiles of a grid, row by row, and notes where they begin.
RowBegins addTiles(const Grid &grid, Vector<std::int32_t> &tiles) {
  RowBegins begins;
  for (const Strip &strip : grid.strips)
    for (const Row &row : strip.rows) {
      begins.push_back(static_cast<std::int64_t>(tiles.size()));
      for (std::int64_t i = row.firstRun; i < row.endRun; ++i)
        for (std::int32_t tile = strip.runs[i].begin; tile < strip.runs[i].end; ++tile)
          tiles.push_back(tile);
    }
  return begins;
}

double countTiles(const Part &part) {
  double count = 0;
  for (const Grid &grid : part.grids)
    for (const Strip &strip : grid.strips)
      for (const Row &row : strip.rows)
        count += static_cast<double>(tilesOf(row));
  return count;
}

/// Of a grid's row that stands at `place` of the longest ones.
std::int32_t piecesAt(const Grid &grid, std::size_t place) {
  if (place >= grid.pieceEnds.size())
    return 1;
  return grid.pieceEnds[place] - (place == 0 ? 0 : grid.pieceEnds[place - 1]);
}

/// Appends the pieces of a row of about equally many tiles.
void addPieces(Tables &tables, const Row &row, std::int64_t firstTile, std::int32_t count,
               std::int32_t head, std::int32_t batch) {
  const std::int64_t all = tilesOf(row);
  for (std::int32_t piece = 0; piece < count; ++piece) {
    const std::int64_t begin = all * piece / count, end = all * (piece + 1) / count;
    const std::int64_t full = std::clamp<std::int64_t>(row.fullTiles - begin, 0, end - begin);
    const std::int64_t masked = end - begin - full;
    tables.mostFull = std::max(tables.mostFull, static_cast<std::int32_t>(full));
    tables.mostMasked = std::max(tables.mostMasked, static_cast<std::int32_t>(masked));
    for (const std::int64_t value :
         {std::int64_t{row.queryTile}, std::int64_t{head}, std::int64_t{batch}, firstTile + begin,
          full, masked, std::int64_t{0}, std::int64_t{0}})
      tables.pieces.push_back(static_cast<std::int32_t>(value));
  }
}

void addPlane(Tables &tables, const Grid &grid, const RowBegins &begins, std::int32_t head,
              std::int32_t batch, std::int32_t queryTiles) {
  const std::size_t firstRow = tables.rows.size();
  tables.rows.resize(firstRow + std::size_t{intsOfRow} * queryTiles);
  for (std::size_t place = 0; place < grid.longestFirst.size(); ++place) {
    const Row &row = grid.row(grid.longestFirst[place]);
    if (tilesOf(row) == 0)
      continue;
    const std::int32_t count = piecesAt(grid, place);
    std::int32_t *const entry =
        tables.rows.data() + firstRow + std::size_t{intsOfRow} * row.queryTile;
    entry[0] = static_cast<std::int32_t>(tables.pieces.size() / intsOfPiece);
    entry[1] = count;
    addPieces(tables, row, begins[row.queryTile], count, head, batch);
  }
  tables.pieceEnds.push_back(static_cast<std::int32_t>(tables.pieces.size() / intsOfPiece));
}

} // namespace

Tables tablesOf(const gaze_plan &plan) {
  const Part &part = plan.parts[0];
  if (plan.units.ofTile != 1 || part.code)
    throw Failure(GAZE_INTERNAL_ERROR, "a kernel for GPUs has tiles of one width, and no parts");
  checkCount(countTiles(part), "tiles");
  checkCount(static_cast<double>(plan.planes()) * plan.queryTiles, "rows of tiles");
  checkCount(static_cast<double>(Items(plan, part).count()), "pieces of rows");

  Tables tables;
  Vector<RowBegins> begins;
  for (const Grid &grid : part.grids)
    begins.push_back(addTiles(grid, tables.tiles));
  for (std::int64_t batch = 0; batch < plan.shape.batch; ++batch)
    for (std::int64_t head = 0; head < plan.shape.heads; ++head) {
      const Grid &grid = plan.grid(part, head, batch);
      addPlane(tables, grid, begins[&grid - part.grids.data()], static_cast<std::int32_t>(head),
               static_cast<std::int32_t>(batch), plan.queryTiles);
    }
  return tables;
}

} // namespace gaze::runtime
