//===- Survey.cpp - What a mask keeps, counted -------------------------------===//
#include "tools/gaze/Survey.h"
#include "runtime/Threads.h"
#include "tools/gaze/Tally.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

using namespace gaze::cli;

namespace {

constexpr Work workOfRectangle = 40;
constexpr double workOfPair = 1.5;

constexpr std::int64_t bandRows = 16;  ///< rows of tiles of a band
constexpr std::int64_t pilotRows = 64; ///< rows of tiles that tell what all would cost
/// The first rows are surveyed for themselves: global tokens stand there. So is the last.
constexpr std::int64_t ownRows = 8;
constexpr std::int64_t fewestStrata = 64;

/// Consecutive rows of tiles, of which one is looked at.
struct Stratum {
  std::int64_t begin, end;

  std::int64_t row() const {
    return begin + static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(begin)) %
                                             static_cast<std::uint64_t>(end - begin));
  }
};

std::vector<Stratum> cutEvenly(std::int64_t begin, std::int64_t end, std::int64_t strata) {
  std::vector<Stratum> result;
  for (std::int64_t i = 0; i < strata; ++i)
    result.push_back(
        {begin + i * (end - begin) / strata, begin + (i + 1) * (end - begin) / strata});
  return result;
}

/// What rows of tiles cost on average.
struct Cost {
  double rectangles = 0;  ///< to list the tiles of a row
  double partialKeys = 0; ///< keys in partial tiles of a row

  double ofQueries(double queries) const {
    return rectangles * workOfRectangle + partialKeys * queries * workOfPair;
  }
};

class Surveyor {
public:
  Surveyor(const MaskSource &source, Plane plane, Grid *grid, int threads)
      : source(source), plane(plane), grid(grid), threads(threads) {}

  Cost pilot() const {
    const std::int64_t rows = std::min(pilotRows, source.tileRows());
    const std::vector<Stratum> strata = cutEvenly(0, source.tileRows(), rows);
    std::vector<std::int64_t> rectangles(rows), partialKeys(rows);
    forEach(rows, [&](std::int64_t i) {
      std::vector<std::vector<TileRun>> runs;
      rectangles[i] = source.list(plane, strata[i].row(), strata[i].row() + 1, runs);
      for (const TileRun &run : runs.front())
        partialKeys[i] += run.full ? 0 : run.end - run.begin;
    });
    const auto mean = [&](const std::vector<std::int64_t> &values) {
      return static_cast<double>(std::accumulate(values.begin(), values.end(), std::int64_t(0))) /
             static_cast<double>(rows);
    };
    return {mean(rectangles), mean(partialKeys)};
  }

  Census everything() const {
    Census census;
    const std::int64_t bands = (source.tileRows() + bandRows - 1) / bandRows;
    forEach(bands, [&](std::int64_t band) {
      const std::int64_t begin = band * bandRows;
      const std::int64_t end = std::min(source.tileRows(), begin + bandRows);
      std::vector<std::vector<TileRun>> rows;
      source.list(plane, begin, end, rows);
      Tally tally(source, plane, grid, source.queryBegin(begin), source.queryEnd(end - 1));
      for (std::int64_t row = begin; row < end; ++row) {
        tally.addTiles(rows[row - begin], 1);
        tally.addQueries(source.queryBegin(row), source.queryEnd(row), rows[row - begin], 1);
      }
      add(tally, census);
    });
    return census;
  }

  Census sample(std::int64_t size) const {
    const std::vector<Stratum> strata = strataOf(size);
    std::vector<double> kept(strata.size());
    Census census;
    census.exact = false;
    forEach(static_cast<std::int64_t>(strata.size()), [&](std::int64_t i) {
      const std::int64_t row = strata[i].row();
      const std::int64_t first = source.queryBegin(row), end = source.queryEnd(row);
      const auto query = first + static_cast<std::int64_t>(mixed(~static_cast<std::uint64_t>(row)) %
                                                           static_cast<std::uint64_t>(end - first));
      const std::int64_t weight =
          source.queryEnd(strata[i].end - 1) - source.queryBegin(strata[i].begin);
      std::vector<std::vector<TileRun>> runs;
      source.list(plane, row, row + 1, runs);
      Tally tally(source, plane, grid, query, query + 1);
      tally.addTiles(runs.front(), strata[i].end - strata[i].begin);
      tally.addQueries(query, query + 1, runs.front(), weight);
      kept[i] = static_cast<double>(tally.keptPairs());
      add(tally, census);
    });
    census.error = errorOf(kept);
    if (grid)
      fillGaps(*grid);
    return census;
  }

private:
  const MaskSource &source;
  const Plane plane;
  Grid *const grid;
  const int threads;
  mutable std::mutex mutex;

  template <typename Visit> void forEach(std::int64_t count, const Visit &visit) const {
    gaze::runtime::forEachWorker(count, threads, [&](const auto &next) {
      for (std::int64_t i = next(); i >= 0; i = next())
        visit(i);
    });
  }

  void add(const Tally &tally, Census &census) const {
    const std::lock_guard<std::mutex> lock(mutex);
    tally.addTo(census, grid);
  }

  std::vector<Stratum> strataOf(std::int64_t size) const {
    const std::int64_t rows = source.tileRows();
    std::vector<Stratum> strata = cutEvenly(0, ownRows, ownRows);
    for (const Stratum &stratum : cutEvenly(ownRows, rows - 1, size - ownRows - 1))
      strata.push_back(stratum);
    strata.push_back({rows - 1, rows});
    return strata;
  }

  /// By the differences of neighbouring strata, which are about as different as the
  /// rows of one would be.
  static double errorOf(const std::vector<double> &kept) {
    double variance = 0;
    for (std::size_t i = ownRows + 1; i + 1 < kept.size(); ++i)
      variance += (kept[i] - kept[i - 1]) * (kept[i] - kept[i - 1]) / 2;
    const double total = std::accumulate(kept.begin(), kept.end(), 0.0);
    return total > 0 ? 2 * std::sqrt(variance) / total : 0;
  }

  /// Rows of the grid in which no query was looked at become the one above.
  static void fillGaps(Grid &grid) {
    for (std::int64_t row = 1; row < grid.queries.cells(); ++row) {
      if (grid.queriesSeen[row] > 0)
        continue;
      grid.queriesSeen[row] = grid.queriesSeen[row - 1];
      for (std::int64_t column = 0; column < grid.keys.cells(); ++column)
        grid.at(row, column) = grid.at(row - 1, column);
    }
  }
};

} // namespace

Census gaze::cli::survey(const MaskSource &source, Plane plane, Grid *grid, Work work,
                         int threads) {
  const Surveyor surveyor(source, plane, grid, threads);
  const std::int64_t rows = source.tileRows();
  if (rows <= pilotRows)
    return surveyor.everything();
  const Cost cost = surveyor.pilot();
  const auto allowed = static_cast<double>(work);
  if (cost.ofQueries(static_cast<double>(source.tileQ)) * static_cast<double>(rows) <= allowed)
    return surveyor.everything();
  const auto size = static_cast<std::int64_t>(allowed / cost.ofQueries(1));
  return surveyor.sample(std::clamp(size, fewestStrata, rows));
}
