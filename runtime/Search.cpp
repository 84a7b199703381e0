//===- Search.cpp - Rectangles of tiles, coarse to fine ------------------------===//
#include "runtime/Search.h"

#include "runtime/Error.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gaze::runtime {
namespace {

/// `classify` answers for whole vectors: so many rectangles may be read, and verdicts
/// written, behind the last.
constexpr std::size_t largestVector = 16;

class RectangleSearch {
public:
  RectangleSearch(const gaze_plan &owner, const Units &units, const Planes &planes)
      : kernel(*owner.kernel), shape(owner.shape), units(units), planes(planes),
        arguments(owner.uniforms, owner.inputs) {}

  void run(const Rectangle &root,
           const std::function<bool(const Rectangle &, std::uint8_t)> &decide) {
    std::vector<Rectangle> open{root};
    while (!open.empty()) {
      const std::size_t batchSize = std::min<std::size_t>(open.size(), 1024);
      const std::vector<Rectangle> now(open.end() - static_cast<std::ptrdiff_t>(batchSize),
                                       open.end());
      open.resize(open.size() - batchSize);
      const std::vector<std::uint8_t> verdicts = classify(now);
      for (std::size_t i = 0; i < now.size(); ++i)
        if (decide(now[i], verdicts[i]) && !now[i].isSmallest())
          cut(now[i], open);
    }
  }

private:
  const gaze_kernel &kernel;
  const gaze_shape &shape;
  const Units units;
  const Planes planes;
  Arguments arguments;

  std::vector<std::uint8_t> classify(const std::vector<Rectangle> &rectangles) {
    std::vector<std::int64_t> ends;
    ends.reserve((rectangles.size() + largestVector) * 8);
    for (const Rectangle &r : rectangles) {
      const std::int64_t lastRow =
          std::min<std::int64_t>(std::int64_t{r.qEnd} * kernel.tile_q, shape.seq_q) - 1;
      const std::int64_t lastKey =
          std::min<std::int64_t>(std::int64_t{r.kEnd} * units.keys, shape.seq_k) - 1;
      ends.insert(ends.end(),
                  {shape.q_start + std::int64_t{r.qBegin} * kernel.tile_q, shape.q_start + lastRow,
                   std::int64_t{r.kBegin} * units.keys, lastKey, planes.firstHead, planes.lastHead,
                   planes.firstBatch, planes.lastBatch});
    }
    const auto count = static_cast<std::int64_t>(rectangles.size());
    ends.resize(ends.size() + 8 * largestVector);
    std::vector<std::uint8_t> verdicts(rectangles.size() + largestVector);
    Buffer in(ends.data(), int64, 8, count, 8);
    Buffer out(verdicts.data(), uint8, count);
    if (const int code =
            kernel.classify(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                            arguments.bools.get(), arguments.zones.get(), in.get(), out.get()))
      throw Failure(GAZE_INTERNAL_ERROR, "classify failed with code " + std::to_string(code));
    return verdicts;
  }

  /// In halves across the longer side, or in quarters where it is about square.
  void cut(const Rectangle &r, std::vector<Rectangle> &open) const {
    const std::int64_t height = std::int64_t{r.qEnd - r.qBegin} * kernel.tile_q;
    const std::int64_t width = std::int64_t{r.kEnd - r.kBegin} * units.keys;
    const bool cutsQ = r.qEnd - r.qBegin > 1 && (2 * height > width || r.kEnd - r.kBegin == 1);
    const bool cutsK = r.kEnd - r.kBegin > 1 && (2 * width > height || r.qEnd - r.qBegin == 1);
    const std::int32_t qMiddle = cutsQ ? r.qBegin + (r.qEnd - r.qBegin) / 2 : r.qEnd;
    const std::int32_t kMiddle = cutsK ? r.kBegin + (r.kEnd - r.kBegin) / 2 : r.kEnd;
    for (const auto &[qBegin, qEnd] : {std::pair{r.qBegin, qMiddle}, std::pair{qMiddle, r.qEnd}})
      for (const auto &[kBegin, kEnd] : {std::pair{r.kBegin, kMiddle}, std::pair{kMiddle, r.kEnd}})
        if (qBegin < qEnd && kBegin < kEnd)
          open.push_back({qBegin, qEnd, kBegin, kEnd});
  }
};

struct Listed {
  std::int32_t queryTile;
  Run run;
  bool full;
};

/// Lists what a rectangle gives each of its query tiles. The last unit of keys is
/// partial where seq_k cuts it: its mask keeps out what lies behind.
void list(const Rectangle &r, bool full, bool seqKCutsLast, std::vector<Listed> &listed) {
  const std::int32_t fullEnd = full ? r.kEnd - (seqKCutsLast ? 1 : 0) : r.kBegin;
  for (std::int32_t tile = r.qBegin; tile < r.qEnd; ++tile) {
    if (fullEnd > r.kBegin)
      listed.push_back({tile, {r.kBegin, fullEnd}, true});
    if (r.kEnd > fullEnd)
      listed.push_back({tile, {fullEnd, r.kEnd}, false});
  }
}

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
    Row row{queryTile,
            0,
            0,
            static_cast<std::int32_t>(full.size()),
            static_cast<std::int64_t>(strip.runs.size()),
            0};
    for (const Run &run : full)
      row.fullTiles += (run.end - run.begin) / unitsOfTile;
    for (const Run &run : partial)
      row.partialTiles += run.end - run.begin;
    strip.runs.insert(strip.runs.end(), full.begin(), full.end());
    strip.runs.insert(strip.runs.end(), partial.begin(), partial.end());
    row.endRun = static_cast<std::int64_t>(strip.runs.size());
    strip.rows.push_back(row);
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

Strip makeStrip(std::vector<Listed> listed, std::int32_t unitsOfTile, std::int32_t qBegin,
                std::int32_t qEnd) {
  std::sort(listed.begin(), listed.end(), [](const Listed &a, const Listed &b) {
    return std::make_pair(a.queryTile, a.run.begin) < std::make_pair(b.queryTile, b.run.begin);
  });
  Strip strip;
  RowBuilder row(unitsOfTile);
  auto next = listed.begin();
  for (std::int32_t tile = qBegin; tile < qEnd; ++tile) {
    for (; next != listed.end() && next->queryTile == tile; ++next)
      row.add(next->run, next->full);
    row.finish(tile, strip);
  }
  return strip;
}

} // namespace

Units tileUnits(const gaze_plan &plan) {
  const std::int64_t keys = plan.kernel->tile_k;
  return {plan.kernel->tile_k, 1, static_cast<std::int32_t>((plan.shape.seq_k + keys - 1) / keys)};
}

void searchRectangles(const gaze_plan &plan, const Units &units, const Planes &planes,
                      const Rectangle &root,
                      const std::function<bool(const Rectangle &, std::uint8_t)> &decide) {
  RectangleSearch(plan, units, planes).run(root, decide);
}

void forEachStrip(
    const gaze_plan &plan, std::int64_t planes, int threads,
    const std::function<void(std::int64_t, std::int64_t, std::int32_t, std::int32_t)> &visit) {
  const std::int64_t strips = stripsOf(plan);
  forEachWorker(planes * strips, threads, [&](const auto &next) {
    for (std::int64_t i = next(); i >= 0; i = next()) {
      const auto qBegin = static_cast<std::int32_t>(i % strips) * stripTiles;
      visit(i, i / strips, qBegin, std::min(qBegin + stripTiles, plan.queryTiles));
    }
  });
}

Strip searchTiles(const gaze_plan &plan, const Units &units, std::int64_t head, std::int64_t batch,
                  std::int32_t qBegin, std::int32_t qEnd) {
  const bool byHead = plan.kernel->reads_head != 0, byBatch = plan.kernel->reads_batch != 0;
  const Planes planes{byHead ? head : 0, byHead ? head : plan.shape.heads - 1, byBatch ? batch : 0,
                      byBatch ? batch : plan.shape.batch - 1};
  const bool seqKCutsUnit = plan.shape.seq_k % units.keys != 0;
  std::vector<Listed> listed;
  std::int64_t rectangles = 0;
  searchRectangles(plan, units, planes, {qBegin, qEnd, 0, units.count},
                   [&](const Rectangle &rectangle, std::uint8_t verdict) {
                     ++rectangles;
                     const bool some = verdict & someMayBeKept, all = verdict & allAreKept;
                     if (some && (all || rectangle.isSmallest()))
                       list(rectangle, all, seqKCutsUnit && rectangle.kEnd == units.count, listed);
                     return some && !all;
                   });
  Strip strip = makeStrip(std::move(listed), units.ofTile, qBegin, qEnd);
  strip.rectangles = rectangles;
  return strip;
}

} // namespace gaze::runtime
