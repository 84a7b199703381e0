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

constexpr Work workOfRectangle = 160;
constexpr double workOfPair = 1.5;

constexpr std::int64_t bandRows = 16; ///< rows of tiles of a band
/// Bands, of one row or of all of theirs, that tell what everything would cost.
constexpr std::int64_t singlePilots = 16, bandPilots = 8;
/// The first rows are surveyed for themselves: global tokens stand there. So is the last.
constexpr std::int64_t ownRows = 8;
/// Below the first the error would be large, and beyond the second it hardly falls.
constexpr std::int64_t fewestStrata = 64, mostStrata = 4096;

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

  /// The cost of a row of tiles, in bands of so many, from a few bands.
  Cost pilot(std::int64_t bands, std::int64_t rowsOfBand) const {
    const std::int64_t rows = source.tileRows();
    const std::vector<Stratum> strata = cutEvenly(0, rows - rowsOfBand + 1, bands);
    std::vector<std::int64_t> rectangles(bands), partialKeys(bands);
    forEach(bands, [&](std::int64_t i) {
      const std::int64_t begin = strata[i].row();
      std::vector<std::vector<TileRun>> runs;
      rectangles[i] = source.list(plane, begin, begin + rowsOfBand, runs);
      for (const std::vector<TileRun> &row : runs)
        for (const TileRun &run : row)
          partialKeys[i] += run.full ? 0 : run.end - run.begin;
    });
    const auto mean = [&](const std::vector<std::int64_t> &values) {
      return static_cast<double>(std::accumulate(values.begin(), values.end(), std::int64_t(0))) /
             static_cast<double>(bands * rowsOfBand);
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
      *grid = coarsened(std::move(*grid), static_cast<std::int64_t>(strata.size()));
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

  /// Cells of a few queries would show which ones happened to be chosen.
  static Grid coarsened(Grid grid, std::int64_t queriesSeen) {
    constexpr std::int64_t queriesPerRow = 4;
    while (grid.queries.cells() > 1 && grid.queries.cells() * queriesPerRow > queriesSeen)
      grid = halved(grid);
    return grid;
  }
};

} // namespace

Census gaze::cli::survey(const MaskSource &source, Plane plane, Grid *grid, Work work,
                         int threads) {
  const Surveyor surveyor(source, plane, grid, threads);
  const auto rows = static_cast<double>(source.tileRows());
  if (source.tileRows() <= fewestStrata)
    return surveyor.everything();
  const auto allows = [&](Cost cost) {
    return cost.ofQueries(static_cast<double>(source.tileQ)) * rows <= static_cast<double>(work);
  };
  // A band shares the upper part of its search: rows alone cost that much more.
  const Cost alone = surveyor.pilot(singlePilots, 1);
  const Cost atBest{alone.rectangles / bandRows, alone.partialKeys};
  if (allows(alone) || (allows(atBest) && allows(surveyor.pilot(bandPilots, bandRows))))
    return surveyor.everything();
  const auto size = static_cast<std::int64_t>(static_cast<double>(work) / alone.ofQueries(1));
  return surveyor.sample(std::clamp(size, fewestStrata, std::min(mostStrata, source.tileRows())));
}
