//===- Pieces.cpp - Long rows, cut for several threads -------------------------===//
//
// A row that takes more than a small share of the whole run would keep one thread busy
// while the others have nothing left to do: a decode step has one row for each head of
// K and V, and a global query looks at all keys where its neighbours see a window. So
// it is cut into pieces of about that share, of whole chunks each, and their states are
// merged.
//
// The plan alone decides, and not the number of threads: the same pieces, merged in the
// same order, give the same bits. A row that is cut takes at least a share, so there are
// at most twice as many pieces as shares in a run however long its rows are, and memory for
// as many states.
//
// A GPU has thousands of blocks of threads at work where a CPU has some threads, and each
// piece costs it a state that goes through memory, so its pieces have at least a chunk.
//
//===----------------------------------------------------------------------===//
#include "runtime/Pieces.h"

#include <algorithm>
#include <cmath>

namespace gaze::runtime {
namespace {

constexpr double sharesOfRun = 128, sharesOfGpu = 4096;

double costOfRun(const gaze_plan &plan, const Part &part) {
  double cost = 0;
  for (const Grid &grid : part.grids)
    for (const Strip &strip : grid.strips)
      for (const Row &row : strip.rows)
        cost += static_cast<double>(costOf(row, plan.units));
  return cost * static_cast<double>(plan.planes()) / static_cast<double>(part.grids.size());
}

std::int64_t piecesOf(const Row &row, const gaze_plan &plan, double costOfRun) {
  const std::int64_t units = std::int64_t{row.fullTiles} * plan.units.ofTile + row.partialTiles;
  const std::int64_t chunk = std::int64_t{plan.kernel->chunk_tiles} * plan.units.ofTile;
  const bool isOfGpu = plan.kernel->gpu != nullptr;
  const std::int64_t chunks = isOfGpu ? units / chunk : ceilDivide(units, chunk);
  if (chunks < 2)
    return 1;
  const double shares = std::ceil(static_cast<double>(costOf(row, plan.units)) *
                                  (isOfGpu ? sharesOfGpu : sharesOfRun) / costOfRun);
  return std::min(static_cast<std::int64_t>(shares), chunks);
}

} // namespace

void cutLongRows(gaze_plan &plan) {
  for (Part &part : plan.parts) {
    const double all = costOfRun(plan, part);
    for (Grid &grid : part.grids)
      for (const std::int32_t tile : grid.longestFirst) {
        const std::int64_t pieces = piecesOf(grid.row(tile), plan, all);
        if (pieces < 2)
          break; // the others are shorter, or about as long
        const std::int32_t before = grid.pieceEnds.empty() ? 0 : grid.pieceEnds.back();
        grid.pieceEnds.push_back(before + static_cast<std::int32_t>(pieces));
      }
  }
}

} // namespace gaze::runtime
