//===- Search.cpp - Which tiles exist, coarse to fine --------------------------===//
//
// A strip of query tiles is searched level by level. On each level it consists of bands
// of rows, 64, 32, ... 1, and each band has the pieces of keys that it may need, in
// order: full ones, and open ones about as wide as the band is high. To get to the next
// level bands are halved, open pieces are cut, and classify is asked for all of them at
// once. Pieces never leave the order of keys, so nothing needs to be sorted.
//
//===----------------------------------------------------------------------===//
#include "runtime/Search.h"

#include "runtime/Questions.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <utility>

namespace gaze::runtime {
namespace {

/// Collects the runs of one row, which come in the order of keys.
class RowBuilder {
public:
  explicit RowBuilder(std::int32_t unitsOfTile) : unitsOfTile(unitsOfTile) {}

  void add(const Run &run, bool isFull) {
    if (isFull && open.end == run.begin) {
      open.end = run.end;
      return;
    }
    close();
    if (isFull)
      open = run;
    else
      append(partial, run);
  }

  void finish(std::int32_t queryTile, Strip &strip) {
    close();
    Row &row = strip.rows.emplace_back();
    row.queryTile = queryTile;
    row.fullRuns = static_cast<std::int32_t>(full.size());
    row.firstRun = static_cast<std::int64_t>(strip.runs.size());
    for (const Run &run : full)
      row.fullTiles += (run.end - run.begin) / unitsOfTile;
    for (const Run &run : partial)
      row.partialTiles += run.end - run.begin;
    strip.runs.insert(strip.runs.end(), full.begin(), full.end());
    strip.runs.insert(strip.runs.end(), partial.begin(), partial.end());
    row.endRun = static_cast<std::int64_t>(strip.runs.size());
    full.clear();
    partial.clear();
  }

private:
  const std::int32_t unitsOfTile;
  Vector<Run> full, partial;
  Run open{0, 0}; ///< full units whose end is not known yet; empty: none

  /// What is less than a full tile at the end goes to the partial ones.
  void close() {
    const std::int32_t end = open.end - (open.end - open.begin) % unitsOfTile;
    if (open.begin < end)
      full.push_back({open.begin, end});
    if (end < open.end)
      append(partial, {end, open.end});
    open = {0, 0};
  }

  static void append(Vector<Run> &runs, const Run &run) {
    if (!runs.empty() && runs.back().end == run.begin)
      runs.back().end = run.end;
    else
      runs.push_back(run);
  }
};

/// The least power of two that is not below.
std::int64_t powerAbove(std::int64_t value) {
  std::int64_t power = 1;
  while (power < value)
    power *= 2;
  return power;
}

/// Searches strips, one after the other, in the same memory.
class StripSearch {
public:
  explicit StripSearch(const Scope &scope)
      : scope(scope), units(scope.units), questions(scope.plan, scope.classify), row(units.ofTile) {
  }

  /// Class by class: what stands in different ones has nothing to do with each other.
  const Strip &run(const Order &of, const Planes &planes, std::int32_t qBegin, std::int32_t qEnd) {
    strip.rectangles = 0;
    strip.rows.clear();
    strip.runs.clear();
    order = &of;
    const Class *each = &of.classOf(qBegin);
    for (std::int32_t begin = qBegin, end; begin < qEnd; begin = end, ++each) {
      const auto tiles = static_cast<std::int32_t>(ceilDivide(each->queries, tileQ()));
      end = std::min(qEnd, each->firstTile + tiles);
      current = each;
      units.count = static_cast<std::int32_t>(ceilDivide(each->keys, units.keys));
      search(planes, begin - each->firstTile, end - each->firstTile);
    }
    return strip;
  }

private:
  /// Units [begin, end) of the keys of a band.
  struct Piece {
    std::int32_t begin = 0, end = 0;
    Answer answer = Answer::Cut; ///< Full or Cut
  };

  const Scope &scope;
  Units units; ///< of the current class
  Questions questions;
  RowBuilder row;
  Strip strip;
  const Order *order = nullptr;
  const Class *current = nullptr;

  std::int32_t bandRows = 0;    ///< query tiles of a band
  Vector<Piece> pieces, coarse; ///< of all bands; coarse: on the level before
  Vector<std::size_t> bandEnds, coarseEnds;

  std::int64_t tileQ() const { return scope.plan.kernel->tile_q; }

  /// The query tiles [qBegin, qEnd) of the current class.
  void search(const Planes &planes, std::int32_t qBegin, std::int32_t qEnd) {
    auto rows = static_cast<std::int32_t>(powerAbove(qEnd - qBegin));
    std::int64_t width = powerAbove(units.count);
    bandRows = rows;
    bandEnds = {1};
    pieces = {{0, units.count, Answer::Cut}};
    refine(rows, width, planes, qBegin, qEnd);
    while (rows > 1 || width > 1) {
      const bool halves = width <= widthFor(rows);
      rows = halves ? rows / 2 : rows;
      width = std::min(width, std::max(width / 4, widthFor(rows)));
      refine(rows, width, planes, qBegin, qEnd);
    }
    listRows(current->firstTile + qBegin);
  }

  /// Units about as wide as so many query tiles are high.
  std::int64_t widthFor(std::int32_t rows) const {
    const std::int64_t wide = rows * tileQ() / units.keys;
    return rows == 1 || wide < 2 ? 1 : powerAbove(wide / 2 + 1);
  }

  /// Goes on to bands of `rows` query tiles and open pieces of at most `width` units.
  void refine(std::int32_t rows, std::int64_t width, const Planes &planes, std::int32_t qBegin,
              std::int32_t qEnd) {
    std::swap(pieces, coarse);
    std::swap(bandEnds, coarseEnds);
    pieces.clear();
    bandEnds.clear();
    questions.clear();
    const std::int32_t split = bandRows / rows;
    bandRows = rows;
    for (std::int32_t q = qBegin, band = 0; q < qEnd; q += rows, ++band) {
      const std::size_t parent = band / split;
      cutBand(parent == 0 ? 0 : coarseEnds[parent - 1], coarseEnds[parent], width, planes, q,
              std::min(q + rows, qEnd));
      bandEnds.push_back(pieces.size());
    }
    read(questions.verdicts());
  }

  void cutBand(std::size_t first, std::size_t last, std::int64_t width, const Planes &planes,
               std::int32_t qBegin, std::int32_t qEnd) {
    const std::int64_t keys = units.keys, firstPlace = current->firstUnit * keys;
    const auto queryAt = [&](std::int64_t query) {
      return scope.plan.shape.q_start + current->firstQuery + query * current->queryStep;
    };
    const std::int64_t firstQ = queryAt(qBegin * tileQ());
    const std::int64_t lastQ = queryAt(std::min(qEnd * tileQ(), current->queries) - 1);
    for (std::size_t i = first; i < last; ++i) {
      const Piece whole = coarse[i];
      if (whole.answer == Answer::Full) {
        pieces.push_back(whole);
        continue;
      }
      for (std::int64_t begin = whole.begin, end; begin < whole.end; begin = end) {
        end = std::min<std::int64_t>(whole.end, (begin | (width - 1)) + 1);
        const std::int64_t lastPlace = firstPlace + std::min(end * keys, current->keys) - 1;
        questions.ask(firstQ, lastQ, order->keyAt(firstPlace + begin * keys),
                      order->keyAt(lastPlace), planes);
        Piece &piece = pieces.emplace_back();
        piece.begin = static_cast<std::int32_t>(begin);
        piece.end = static_cast<std::int32_t>(end);
        piece.answer = Answer::Cut;
      }
    }
  }

  /// Drops pieces and joins full ones.
  void read(const std::uint8_t *verdict) {
    std::size_t from = 0, to = 0;
    const std::uint8_t *const firstVerdict = verdict;
    for (std::size_t &bandEnd : bandEnds) {
      const std::size_t bandBegin = to;
      for (; from < bandEnd; ++from) {
        Piece piece = pieces[from];
        if (piece.answer == Answer::Cut)
          piece.answer = scope.answers[*verdict++ & 7];
        if (piece.answer == Answer::Drop)
          continue;
        if (piece.answer == Answer::Full && to > bandBegin &&
            pieces[to - 1].answer == Answer::Full && pieces[to - 1].end == piece.begin)
          pieces[to - 1].end = piece.end;
        else
          pieces[to++] = piece;
      }
      bandEnd = to;
    }
    strip.rectangles += verdict - firstVerdict;
  }

  /// A band is a row now. The last unit of keys is partial where seq_k cuts it: its mask
  /// keeps out what lies behind.
  void listRows(std::int32_t firstTile) {
    const std::int32_t fullEnd = units.count - (current->keys % units.keys != 0 ? 1 : 0);
    const std::int32_t firstUnit = current->firstUnit;
    std::size_t i = 0;
    for (const std::size_t bandEnd : bandEnds) {
      for (; i < bandEnd; ++i) {
        const auto [begin, end, answer] = pieces[i];
        const std::int32_t middle = answer == Answer::Full ? std::min(end, fullEnd) : begin;
        if (begin < middle)
          row.add({firstUnit + begin, firstUnit + middle}, true);
        if (middle < end)
          row.add({firstUnit + middle, firstUnit + end}, false);
      }
      row.finish(firstTile++, strip);
    }
  }
};

constexpr Answers tableOf(Answer (*answer)(unsigned verdict)) {
  Answers answers{};
  for (unsigned verdict = 0; verdict < 8; ++verdict)
    answers[verdict] = answer(verdict);
  return answers;
}

} // namespace

const Answers answersForTiles = tableOf([](unsigned verdict) {
  return !(verdict & someMayBeKept) ? Answer::Drop
         : verdict & allAreKept     ? Answer::Full
                                    : Answer::Cut;
});

const Answers answersForFaults = tableOf(
    [](unsigned verdict) { return verdict & allIndicesInside ? Answer::Drop : Answer::Cut; });

Vector<Planes> planesOf(const gaze_shape &shape, bool readsHead, bool readsBatch) {
  Vector<Planes> planes;
  for (std::int64_t batch = 0; batch < (readsBatch ? shape.batch : 1); ++batch)
    for (std::int64_t head = 0; head < (readsHead ? shape.heads : 1); ++head)
      planes.push_back(
          {head, readsHead ? head : shape.heads - 1, batch, readsBatch ? batch : shape.batch - 1});
  return planes;
}

std::uint8_t verdictOfAll(const gaze_plan &plan) {
  const gaze_shape &shape = plan.shape;
  Questions questions(plan, plan.kernel->classify);
  questions.ask(shape.q_start, shape.q_start + shape.seq_q - 1, 0, shape.seq_k - 1,
                planesOf(shape, false, false)[0]);
  return *questions.verdicts();
}

Units tileUnits(const gaze_plan &plan) {
  const std::int64_t keys = plan.kernel->tile_k;
  return {plan.kernel->tile_k, 1, static_cast<std::int32_t>(ceilDivide(plan.shape.seq_k, keys))};
}

Strip searchStrip(const Scope &scope, const Order &order, const Planes &planes, std::int32_t qBegin,
                  std::int32_t qEnd) {
  return StripSearch(scope).run(order, planes, qBegin, qEnd);
}

void searchStrips(const Scope &scope, const Vector<const Order *> &orders,
                  const Vector<Planes> &planes, const Threads &threads,
                  const std::function<void(std::size_t, std::int64_t, const Strip &)> &take) {
  Vector<std::int64_t> ends; // of the strips of each of the planes
  for (const Order *order : orders)
    ends.push_back((ends.empty() ? 0 : ends.back()) + stripsOf(*order));
  forEachWorker(ends.back(), threads, [&](const auto &next) {
    StripSearch search(scope);
    for (std::int64_t i = next(); i >= 0; i = next()) {
      const auto plane =
          static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), i) - ends.begin());
      const Order &order = *orders[plane];
      const std::int64_t number = i - (plane == 0 ? 0 : ends[plane - 1]);
      const auto qBegin = static_cast<std::int32_t>(number * stripTiles);
      take(plane, number,
           search.run(order, planes[plane], qBegin,
                      std::min(qBegin + stripTiles, order.queryTiles)));
    }
  });
}

} // namespace gaze::runtime
