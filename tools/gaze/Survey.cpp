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
/// The first rows are counted whole, for global tokens stand there, and so is the last,
/// as far as a quarter of the work goes.
constexpr std::int64_t mostOwnRows = 8;
/// Below the first the error is large, and beyond the second it hardly falls.
constexpr std::int64_t enoughStrata = 64, mostStrata = 4096;

/// Consecutive rows of tiles, of which one is looked at.
struct Stratum {
  std::int64_t begin, end;
  bool whole = false; ///< one row, of which every query is looked at

  std::int64_t row() const {
    return begin + static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(begin)) %
                                             static_cast<std::uint64_t>(end - begin));
  }
};

std::vector<Stratum> cutEvenly(std::int64_t begin, std::int64_t end, std::int64_t strata) {
  std::vector<Stratum> result;
  for (std::int64_t i = 0; i < strata; ++i)
    result.push_back(
        {begin + i * (end - begin) / strata, begin + (i + 1) * (end - begin) / strata, false});
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

  /// One query each of so many strata, and every query of `own` rows.
  Census sample(std::int64_t size, std::int64_t own) const {
    const std::vector<Stratum> strata = strataOf(size, own);
    std::vector<double> kept(strata.size());
    Census census;
    census.exact = false;
    forEach(static_cast<std::int64_t>(strata.size()), [&](std::int64_t i) {
      const Tally tally = lookAt(strata[i]);
      kept[i] = static_cast<double>(tally.keptPairs());
      add(tally, census);
    });
    census.error = errorOf(strata, kept);
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

  Tally lookAt(const Stratum &stratum) const {
    const std::int64_t row = stratum.row(), rows = stratum.end - stratum.begin;
    std::int64_t begin = source.queryBegin(row), end = source.queryEnd(row);
    std::int64_t weight = 1;
    if (!stratum.whole) {
      begin += static_cast<std::int64_t>(mixed(~static_cast<std::uint64_t>(row)) %
                                         static_cast<std::uint64_t>(end - begin));
      end = begin + 1;
      weight = source.queryEnd(stratum.end - 1) - source.queryBegin(stratum.begin);
    }
    std::vector<std::vector<TileRun>> runs;
    source.list(plane, row, row + 1, runs);
    Tally tally(source, plane, grid, begin, end);
    tally.addTiles(runs.front(), rows);
    tally.addQueries(begin, end, runs.front(), weight);
    return tally;
  }

  /// The last of the own rows is the last of all.
  std::vector<Stratum> strataOf(std::int64_t size, std::int64_t own) const {
    const std::int64_t rows = source.tileRows();
    const std::int64_t first = std::max<std::int64_t>(0, own - 1), last = own > 0 ? 1 : 0;
    std::vector<Stratum> strata;
    for (std::int64_t row = 0; row < first; ++row)
      strata.push_back({row, row + 1, true});
    const std::int64_t rest = rows - first - last;
    for (const Stratum &stratum : cutEvenly(first, rows - last, std::min(size, rest)))
      strata.push_back(stratum);
    if (last > 0)
      strata.push_back({rows - 1, rows, true});
    return strata;
  }

  /// By the differences of neighbouring strata, which are about as different as the
  /// rows of one would be. A single one tells nothing of its error.
  static double errorOf(const std::vector<Stratum> &strata, const std::vector<double> &kept) {
    double variance = 0;
    bool compared = false;
    for (std::size_t i = 1; i < kept.size(); ++i)
      if (!strata[i].whole && !strata[i - 1].whole) {
        variance += (kept[i] - kept[i - 1]) * (kept[i] - kept[i - 1]) / 2;
        compared = true;
      }
    const double total = std::accumulate(kept.begin(), kept.end(), 0.0);
    return !compared ? 1 : total > 0 ? 2 * std::sqrt(variance) / total : 0;
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

/// Nothing can cost more.
static double worstWork(const MaskSource &source) {
  const auto rows = static_cast<double>(source.tileRows());
  return Cost{2.0 * static_cast<double>(source.tileColumns()), static_cast<double>(source.seqK)}
             .ofQueries(static_cast<double>(source.tileQ)) *
         rows;
}

/// What a row costs alone: from one, and from more where it is cheap.
static Cost costOfRow(const Surveyor &surveyor, const MaskSource &source, double work) {
  const Cost first = surveyor.pilot(1, 1);
  const double pilots = work / 8 / std::max(1.0, first.ofQueries(0));
  if (pilots < 2 || source.tileRows() < 2)
    return first;
  return surveyor.pilot(static_cast<std::int64_t>(std::min<double>(
                            {pilots, singlePilots, static_cast<double>(source.tileRows())})),
                        1);
}

static Census sampleFor(const Surveyor &surveyor, const MaskSource &source, Cost cost,
                        double work) {
  const double whole = cost.ofQueries(static_cast<double>(source.tileQ));
  const double affordable = std::min<double>(mostOwnRows + 1, std::floor(work / 4 / whole));
  const std::int64_t own = source.tileRows() > 2 * mostOwnRows && affordable >= 2
                               ? static_cast<std::int64_t>(affordable)
                               : 0;
  const double strata = (work - static_cast<double>(own) * whole) / cost.ofQueries(1);
  return surveyor.sample(static_cast<std::int64_t>(std::clamp<double>(strata, 2, mostStrata)), own);
}

Census gaze::cli::survey(const MaskSource &source, Plane plane, Grid *grid, Work allowed,
                         int threads) {
  const Surveyor surveyor(source, plane, grid, threads);
  const std::int64_t rows = source.tileRows();
  const auto work = static_cast<double>(allowed);
  if (worstWork(source) <= work)
    return surveyor.everything();
  const auto allows = [&](Cost cost) {
    return cost.ofQueries(static_cast<double>(source.tileQ)) * static_cast<double>(rows) <= work;
  };
  // A band shares the upper part of its search: rows alone cost that much more.
  const Cost alone = costOfRow(surveyor, source, work);
  const Cost atBest{alone.rectangles / bandRows, alone.partialKeys};
  if (allows(alone) ||
      (rows >= bandRows && allows(atBest) &&
       allows(surveyor.pilot(std::min(bandPilots, rows - bandRows + 1), bandRows))))
    return surveyor.everything();
  return sampleFor(surveyor, source, alone, work);
}

Work gaze::cli::workOfFairSurvey(const MaskSource &source, Plane plane, int threads) {
  constexpr double workOfCall = 100'000;
  const auto rows = static_cast<double>(source.tileRows());
  const Cost cost = Surveyor(source, plane, nullptr, threads).pilot(1, 1);
  const double everything = cost.ofQueries(static_cast<double>(source.tileQ)) * rows;
  const double sample = cost.ofQueries(1) * static_cast<double>(enoughStrata);
  return static_cast<Work>(workOfCall + std::min(everything, sample));
}
