//===- PlanInfo.cpp - What a plan tells of itself -------------------------------===//
#include "runtime/Device.h"
#include "runtime/Error.h"
#include "runtime/Options.h"
#include "runtime/Plan.h"
#include "runtime/SelectedBlocks.h"

#include <algorithm>
#include <cstring>
#include <string>

using namespace gaze::runtime;

namespace {

template <typename T> std::int64_t capacityBytes(const Vector<T> &vector) {
  return static_cast<std::int64_t>(vector.capacity() * sizeof(T));
}

std::int64_t bytesOf(const Grid &grid) {
  std::int64_t bytes = grid.order.bytes() + capacityBytes(grid.longestFirst) +
                       capacityBytes(grid.pieceEnds) + static_cast<std::int64_t>(sizeof grid);
  for (const Strip &strip : grid.strips)
    bytes += static_cast<std::int64_t>(sizeof strip) + capacityBytes(strip.rows) +
             capacityBytes(strip.runs);
  return bytes;
}

/// Adds the tiles of a grid, which so many heads and batch entries share.
void addTiles(gaze_plan_info &info, const Grid &grid, std::int64_t repeats) {
  for (const Strip &strip : grid.strips)
    for (const Row &row : strip.rows) {
      info.items += row.fullTiles + row.partialTiles > 0 ? repeats : 0;
      info.full_tiles += repeats * row.fullTiles;
      info.partial_tiles += repeats * row.partialTiles;
    }
}

gaze_plan_info infoOf(const gaze_plan &plan) {
  gaze_plan_info info = {};
  info.parts = static_cast<std::int64_t>(plan.parts.size());
  info.bytes = static_cast<std::int64_t>(sizeof plan + plan.selectedBools.size()) +
               plan.inputs->bytes() + (plan.onDevice ? plan.onDevice->bytes() : 0);
  const std::int64_t planes = plan.shape.batch * plan.shape.heads;
  for (const Part &part : plan.parts) {
    info.bytes += capacityBytes(part.itemEnds) + capacityBytes(part.pieceEnds);
    if (part.isOfSelectedBlocks()) {
      const TileCounts tiles = countTiles(plan, part.grids[0]);
      info.items += tiles.rows;
      info.full_tiles += tiles.full;
      info.partial_tiles += tiles.partial;
      info.bytes += bytesOf(part.grids[0]);
      continue;
    }
    for (const Grid &grid : part.grids) {
      addTiles(info, grid, planes / static_cast<std::int64_t>(part.grids.size()));
      info.bytes += bytesOf(grid);
    }
  }
  const gaze_kernel &kernel = *plan.kernel;
  info.cost = (static_cast<double>(info.full_tiles) * kernel.tile_k +
               static_cast<double>(info.partial_tiles) * kernel.edge_k) *
              kernel.tile_q;
  return info;
}

} // namespace

gaze_status gaze_plan_get_info(const gaze_plan *plan, gaze_plan_info *info, gaze_error *error) {
  return guarded(error, [&] {
    if (!plan || !info)
      invalid(plan ? "info is null" : "plan is null");
    gaze_plan_info all = infoOf(*plan);
    checkStructSize("info", "gaze_plan_info", info->struct_size, sizeof all);
    all.struct_size = info->struct_size;
    std::memcpy(info, &all, info->struct_size);
  });
}

gaze_status gaze_plan_visit(const gaze_plan *plan, int64_t head, int64_t batch,
                            int (*visit)(void *context, int64_t q_begin, int64_t q_end,
                                         int64_t k_begin, int64_t k_end, int32_t full),
                            void *context, gaze_error *error) {
  return guarded(error, [&] {
    if (!plan || !visit)
      invalid(plan ? "visit is null" : "plan is null");
    if (head < 0 || head >= plan->shape.heads || batch < 0 || batch >= plan->shape.batch)
      invalid("there is no head " + std::to_string(head) + " of batch entry " +
              std::to_string(batch));
    if (plan->mustSelect())
      invalid(
          "the plan has no tiles before Q and K are known; gaze_plan_select makes one that has");
    const std::int64_t tileQ = plan->kernel->tile_q, unit = plan->units.keys;
    for (const Part &part : plan->parts)
      if (part.code && part.code->order != GAZE_ORDER_TILES)
        invalid(
            "the plan takes keys in other orders than their own (gaze_plan_info.parts), which "
            "are no ranges; a kernel that is compiled with the schedule {\"orders\": 1} does not");
    for (const Part &part : plan->parts) {
      const Grid &grid = plan->grid(part, head, batch);
      for (const Strip &strip : grid.strips)
        for (const Row &row : strip.rows)
          for (std::int64_t i = row.firstRun; i < row.endRun; ++i) {
            const Run &run = strip.runs[i];
            if (visit(context, row.queryTile * tileQ,
                      std::min((row.queryTile + 1) * tileQ, plan->shape.seq_q), run.begin * unit,
                      std::min(run.end * unit, plan->shape.seq_k), i < row.firstRun + row.fullRuns))
              return;
          }
    }
  });
}
