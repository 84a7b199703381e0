//===- Parts.cpp - Whether a pattern is computed whole or in parts --------------===//
//
// The cost of an order is counted in units of work: one query tile with one unit of keys. In
// tiles, a term that keeps q and k of one residue touches a few units for every modulus
// keys; in its own order it touches its own keys alone, but each row of tiles goes through
// memory once more. What the other terms of the pattern drop is dropped in both, so it is left
// out of the comparison. In short: a stride pays as soon as a class has a handful of
// keys, and columns pay where they are scattered.
//
// Parts that leave rows behind run first, and the one that finishes them last: the tiles,
// where there are any, whose rows stand side by side in memory.
//
//===----------------------------------------------------------------------===//
#include "runtime/Parts.h"

#include "runtime/Error.h"
#include "runtime/Search.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace gaze::runtime {
namespace {

std::int64_t ceilDivide(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }

/// The order of a part for some heads and batch entries, and what it costs.
struct Candidate {
  Order order;
  bool isPossible = false;
  std::int64_t inTiles = 0, inOrder = 0;
};

/// Its rows are saved, or merged: about the time of a unit.
constexpr std::int64_t unitsOfRow = 1;

std::int64_t costOf(const Order &order, const gaze_plan &plan) {
  std::int64_t cost = 0;
  for (const Class &each : order.classes)
    cost += ceilDivide(each.queries, plan.kernel->tile_q) *
            (ceilDivide(each.keys, plan.units.keys) + unitsOfRow);
  return cost;
}

class Chooser {
public:
  explicit Chooser(const gaze_plan &plan) : plan(plan), kernel(*plan.kernel), arguments(plan) {}

  Candidate candidate(const gaze_part &part, const Planes &planes) {
    return part.order == GAZE_ORDER_CONGRUENT ? congruent(part, planes) : columns(part, planes);
  }

private:
  Candidate congruent(const gaze_part &part, const Planes &planes) {
    std::int64_t selected[2] = {};
    select(part, planes, Buffer(selected, int64, 2));
    const auto [modulus, difference] = selected;
    Candidate result;
    constexpr std::int64_t largest = std::int64_t{1} << 40;
    if (modulus == 0 || modulus < -largest || modulus > largest)
      return result;
    const std::int64_t step = std::abs(modulus);
    result.isPossible = true;
    // The diagonal of a residue goes through so many units of a tile.
    const bool isAligned = step % plan.units.keys == 0 && difference % plan.units.keys == 0 &&
                           plan.shape.q_start % plan.units.keys == 0;
    const std::int64_t crossed = ceilDivide(kernel.tile_q, plan.units.keys) + (isAligned ? 0 : 1);
    result.inTiles =
        std::int64_t{plan.queryTiles} *
        std::min<std::int64_t>(plan.units.count, (plan.shape.seq_k / step + 1) * crossed);
    result.order = congruentOrder(plan.shape, kernel.tile_q, plan.units.keys, step, difference);
    result.inOrder = costOf(result.order, plan);
    return result;
  }

  Candidate columns(const gaze_part &part, const Planes &planes) {
    std::vector<std::uint8_t> selected(static_cast<std::size_t>(plan.shape.seq_k));
    select(part, planes, Buffer(selected.data(), uint8, plan.shape.seq_k));
    Candidate result;
    result.isPossible = true;
    std::int64_t touched = 0;
    for (std::int64_t begin = 0; begin < plan.shape.seq_k; begin += plan.units.keys) {
      const std::int64_t end = std::min(begin + plan.units.keys, plan.shape.seq_k);
      touched += std::count(selected.begin() + begin, selected.begin() + end, 0) < end - begin;
    }
    result.inTiles = plan.queryTiles * touched;
    result.order = columnOrder(plan.shape, kernel.tile_q, plan.units.keys, selected);
    result.inOrder = costOf(result.order, plan);
    return result;
  }

  void select(const gaze_part &part, const Planes &planes, Buffer &&out) {
    if (const int code =
            part.selects(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                         arguments.bools.get(), planes.firstHead, planes.firstBatch, out.get()))
      throw Failure(GAZE_INTERNAL_ERROR, "selects failed with code " + std::to_string(code));
  }

  const gaze_plan &plan;
  const gaze_kernel &kernel;
  Arguments arguments;
};

Part whole(const gaze_plan &plan, std::size_t planes) {
  Part part;
  part.grids.resize(planes);
  for (Grid &grid : part.grids)
    grid.order = tileOrder(plan.shape, plan.kernel->tile_q);
  return part;
}

/// The parts of the kernel; nothing where one of them has no such order, or all cost more
/// than in tiles.
std::vector<Part> parts(const gaze_plan &plan, const std::vector<Planes> &planes) {
  Chooser chooser(plan);
  std::vector<Part> all;
  std::int64_t inTiles = 0, inOrder = 0;
  for (std::int32_t i = 0; i < plan.kernel->part_count; ++i) {
    const gaze_part &code = plan.kernel->parts[i];
    if (code.order == GAZE_ORDER_TILES)
      continue;
    Part &part = all.emplace_back();
    part.code = &code;
    for (const Planes &each : planes) {
      Candidate candidate = chooser.candidate(code, each);
      if (!candidate.isPossible)
        return {};
      inTiles += candidate.inTiles;
      inOrder += candidate.inOrder;
      part.grids.emplace_back().order = std::move(candidate.order);
    }
  }
  // Reading keys from a list, and one plan more, cost a little as well.
  if (5 * inOrder >= 4 * inTiles)
    return {};
  for (std::int32_t i = 0; i < plan.kernel->part_count; ++i)
    if (plan.kernel->parts[i].order == GAZE_ORDER_TILES) {
      all.push_back(whole(plan, planes.size()));
      all.back().code = &plan.kernel->parts[i];
    }
  return all;
}

} // namespace

std::vector<Part> chooseParts(const gaze_plan &plan) {
  const std::vector<Planes> planes =
      planesOf(plan.shape, plan.kernel->reads_head != 0, plan.kernel->reads_batch != 0);
  std::vector<Part> chosen;
  if (plan.kernel->part_count > 0 && !plan.fewRows)
    chosen = parts(plan, planes);
  if (chosen.empty())
    chosen.push_back(whole(plan, planes.size()));
  return chosen;
}

} // namespace gaze::runtime
