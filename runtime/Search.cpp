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
  std::vector<Run> full, partial;
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

  static void append(std::vector<Run> &runs, const Run &run) {
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
  StripSearch(const gaze_plan &owner, const Units &units, const Answers &answers)
      : plan(owner), units(units), answers(answers), questions(owner, owner.kernel->classify), row(units.ofTile) {}

  const Strip &run(const Planes &planes, std::int32_t qBegin, std::int32_t qEnd) {
    strip.rectangles = 0;
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
    listRows(qBegin);
    return strip;
  }

private:
  /// Units [begin, end) of the keys of a band.
  struct Piece {
    std::int32_t begin = 0, end = 0;
    Answer answer = Answer::Cut; ///< Full or Cut
  };

  const gaze_plan &plan;
  const Units units;
  const Answers &answers;
  Questions questions;
  RowBuilder row;
  Strip strip;

  std::int32_t bandRows = 0;         ///< query tiles of a band
  std::vector<Piece> pieces, coarse; ///< of all bands; coarse: on the level before
  std::vector<std::size_t> bandEnds, coarseEnds;

  /// Units about as wide as so many query tiles are high.
  std::int64_t widthFor(std::int32_t rows) const {
    const std::int64_t wide = std::int64_t{rows} * plan.kernel->tile_q / units.keys;
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
    const gaze_shape &shape = plan.shape;
    const std::int64_t tileQ = plan.kernel->tile_q, keys = units.keys;
    const std::int64_t firstQ = shape.q_start + qBegin * tileQ;
    const std::int64_t lastQ = shape.q_start + std::min(qEnd * tileQ, shape.seq_q) - 1;
    for (std::size_t i = first; i < last; ++i) {
      const Piece whole = coarse[i];
      if (whole.answer == Answer::Full) {
        pieces.push_back(whole);
        continue;
      }
      for (std::int64_t begin = whole.begin, end; begin < whole.end; begin = end) {
        end = std::min<std::int64_t>(whole.end, (begin | (width - 1)) + 1);
        questions.ask(firstQ, lastQ, begin * keys, std::min(end * keys, shape.seq_k) - 1, planes);
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
          piece.answer = answers[*verdict++ & 7];
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
  void listRows(std::int32_t qBegin) {
    strip.rows.clear();
    strip.runs.clear();
    const std::int32_t fullEnd = units.count - (plan.shape.seq_k % units.keys != 0 ? 1 : 0);
    std::size_t i = 0;
    for (const std::size_t bandEnd : bandEnds) {
      for (; i < bandEnd; ++i) {
        const auto [begin, end, answer] = pieces[i];
        const std::int32_t middle = answer == Answer::Full ? std::min(end, fullEnd) : begin;
        if (begin < middle)
          row.add({begin, middle}, true);
        if (middle < end)
          row.add({middle, end}, false);
      }
      row.finish(qBegin++, strip);
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

std::vector<Planes> planesOf(const gaze_shape &shape, bool readsHead, bool readsBatch) {
  std::vector<Planes> planes;
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
  return {plan.kernel->tile_k, 1, static_cast<std::int32_t>((plan.shape.seq_k + keys - 1) / keys)};
}

Strip searchStrip(const gaze_plan &plan, const Units &units, const Answers &answers,
                  const Planes &planes, std::int32_t qBegin, std::int32_t qEnd) {
  return StripSearch(plan, units, answers).run(planes, qBegin, qEnd);
}

void searchStrips(const gaze_plan &plan, const Units &units, const Answers &answers,
                  const std::vector<Planes> &planes, int threads,
                  const std::function<void(std::int64_t, const Strip &)> &take) {
  const std::int64_t strips = stripsOf(plan);
  const auto items = static_cast<std::int64_t>(planes.size()) * strips;
  forEachWorker(items, threads, [&](const auto &next) {
    StripSearch search(plan, units, answers);
    for (std::int64_t i = next(); i >= 0; i = next()) {
      const auto qBegin = static_cast<std::int32_t>(i % strips) * stripTiles;
      take(i,
           search.run(planes[i / strips], qBegin, std::min(qBegin + stripTiles, plan.queryTiles)));
    }
  });
}

} // namespace gaze::runtime
