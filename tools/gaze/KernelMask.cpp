//===- KernelMask.cpp - The masks of a compiled pattern ----------------------===//
#include "tools/gaze/KernelMask.h"
#include "runtime/Error.h"
#include "runtime/Search.h"

using namespace gaze;
using namespace gaze::cli;

KernelMask::KernelMask(const gaze_plan &plan) : plan(plan) {
  seqQ = plan.shape.seq_q;
  seqK = plan.shape.seq_k;
  qStart = plan.shape.q_start;
  tileQ = plan.kernel->tile_q;
  tileK = plan.kernel->tile_k;
}

std::int64_t KernelMask::list(Plane plane, std::int64_t begin, std::int64_t end,
                              std::vector<std::vector<TileRun>> &rows) const {
  const runtime::Strip strip = runtime::searchStrip(
      {plan, plan.kernel->classify, runtime::tileUnits(plan), runtime::answersForTiles},
      runtime::tileOrder(plan.shape, plan.kernel->tile_q),
      {plane.head, plane.head, plane.batch, plane.batch}, static_cast<std::int32_t>(begin),
      static_cast<std::int32_t>(end));
  rows.assign(end - begin, {});
  for (const runtime::Row &row : strip.rows) {
    std::vector<TileRun> &runs = rows[row.queryTile - begin];
    for (std::int64_t i = row.firstRun; i < row.endRun; ++i)
      runs.push_back({strip.runs[i].begin * tileK, std::min(seqK, strip.runs[i].end * tileK),
                      i < row.firstRun + row.fullRuns});
    std::sort(runs.begin(), runs.end(),
              [](const TileRun &one, const TileRun &other) { return one.begin < other.begin; });
  }
  return strip.rectangles;
}

void KernelMask::keep(Plane plane, std::int64_t query, std::int64_t queries, std::int64_t key,
                      std::int64_t keys, std::uint8_t *keep) const {
  runtime::Arguments arguments(plan);
  runtime::Buffer kept(keep, runtime::uint8, keys, queries, keys);
  if (const int code = plan.kernel->mask(arguments.uniforms.get(), arguments.ints.get(),
                                         arguments.floats.get(), arguments.bools.get(),
                                         qStart + query, key, plane.head, plane.batch, kept.get()))
    throw runtime::Failure(GAZE_INTERNAL_ERROR, "mask failed with code " + std::to_string(code));
}
