//===- Parts.cpp - Whether a pattern is computed whole or in parts --------------===//
//
// A term that keeps q and k of one residue touches units of keys everywhere in tiles, and
// its own keys alone in its own order. But each part adds its rows: what a row of tiles takes
// beside its keys, and its way through memory. Which is less depends on what the other terms
// leave, so a few rows are searched, evenly spread, of the whole pattern and of each part.
// Before that a formula refuses what cannot pay, so that no list of keys is made in vain.
//
// Parts that leave rows behind run first, and the one that finishes them last: the tiles,
// where there are any, whose rows stand side by side in memory.
//
//===----------------------------------------------------------------------===//
#include "runtime/Parts.h"

#include "runtime/Error.h"
#include "runtime/Search.h"
#include "runtime/SelectedBlocks.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace gaze::runtime {

bool alwaysInParts = false;

namespace {

/// In the unit of costOf: what a row takes beside its keys, and to save or to merge it.
constexpr std::int64_t costOfRow = 6, costOfSaving = 2;
/// And for queries from anywhere: to save and merge, and to copy them and their states.
constexpr std::int64_t costOfGathering = 6;
/// What a masked unit takes more where the mask reads which blocks are selected.
constexpr std::int64_t costOfTables = 3;
/// Rows that are searched of each order.
constexpr std::int64_t sampledRows = 8;

class Chooser {
public:
  explicit Chooser(const gaze_plan &plan) : plan(plan), kernel(*plan.kernel), arguments(plan) {}

  /// The orders of a part, for each of the planes; nothing where one of them has none, or
  /// where they pay for none.
  std::optional<Vector<Order>> orders(const gaze_part &part, const Vector<Planes> &planes) {
    const auto order = [&](const Planes &each, bool evenIfDear) {
      return part.order == GAZE_ORDER_CONGRUENT ? congruent(part, each, evenIfDear)
                                                : columns(part, each, evenIfDear);
    };
    Vector<std::optional<Order>> paying;
    for (const Planes &each : planes)
      paying.push_back(order(each, alwaysInParts));
    if (std::none_of(paying.begin(), paying.end(),
                     [](const auto &each) { return each.has_value(); }))
      return std::nullopt;
    Vector<Order> all;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      std::optional<Order> made = paying[i] ? std::move(paying[i]) : order(planes[i], true);
      if (!made)
        return std::nullopt;
      all.push_back(std::move(*made));
    }
    return all;
  }

  /// What a part takes for some planes, about.
  double cost(const Part &part, std::size_t grid, const Planes &planes, bool isOnly) const {
    if (part.isOfSelectedBlocks())
      return costOfBlocks(plan, part.grids[0], planes.firstHead, planes.firstBatch,
                          costOfRow + costOfGathering, sampledRows);
    return cost(part.grids[grid].order, part.code->classify, planes, !isOnly);
  }

  /// What the rows of an order take, about.
  double cost(const Order &order, ClassifyFunction classify, const Planes &planes,
              bool isPart) const {
    const Scope scope{plan, classify, plan.units, answersForTiles};
    const std::int64_t samples = std::min<std::int64_t>(sampledRows, order.queryTiles);
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < samples; ++i) {
      const auto tile = static_cast<std::int32_t>((2 * i + 1) * order.queryTiles / (2 * samples));
      const Strip strip = searchStrip(scope, order, planes, tile, tile + 1);
      sum += costOf(strip.rows[0], plan.units) + costOfRow + (isPart ? costOfSaving : 0);
      if (!plan.selections.empty())
        sum += costOfTables * strip.rows[0].partialTiles;
    }
    return static_cast<double>(sum) * order.queryTiles / static_cast<double>(samples);
  }

private:
  std::optional<Order> congruent(const gaze_part &part, const Planes &planes, bool evenIfDear) {
    std::int64_t selected[2] = {};
    select(part, planes, Buffer(selected, int64, 2));
    const auto [modulus, difference] = selected;
    constexpr std::int64_t largest = std::int64_t{1} << 40;
    if (modulus == 0 || modulus < -largest || modulus > largest)
      return std::nullopt;
    const std::int64_t step = modulus < 0 ? -modulus : modulus;
    const std::int64_t classes = std::min(step, plan.shape.seq_q);
    const std::int64_t rows =
        classes * ceilDivide(ceilDivide(plan.shape.seq_q, step), std::int64_t{kernel.tile_q});
    const std::int64_t units =
        ceilDivide(ceilDivide(plan.shape.seq_k, step), std::int64_t{plan.units.keys});
    // The diagonal of a residue goes through so many units of a tile, at most.
    const std::int64_t crossed = ceilDivide(kernel.tile_q, std::int64_t{plan.units.keys}) + 1;
    const std::int64_t inTiles =
        std::min<std::int64_t>(plan.units.count, (plan.shape.seq_k / step + 1) * crossed);
    const bool isDear = rows * units >= plan.queryTiles * inTiles;
    if ((isDear && !evenIfDear) || !fits(classes * units, step))
      return std::nullopt;
    return congruentOrder(plan.shape, kernel.tile_q, plan.units.keys, step, difference);
  }

  std::optional<Order> columns(const gaze_part &part, const Planes &planes, bool evenIfDear) {
    Vector<std::uint8_t> selected(static_cast<std::size_t>(plan.shape.seq_k));
    select(part, planes, Buffer(selected.data(), uint8, plan.shape.seq_k));
    std::int64_t touched = 0, keys = 0;
    for (std::int64_t begin = 0; begin < plan.shape.seq_k; begin += plan.units.keys) {
      const std::int64_t end = std::min(begin + plan.units.keys, plan.shape.seq_k);
      const std::int64_t here =
          end - begin - std::count(selected.begin() + begin, selected.begin() + end, 0);
      keys += here;
      touched += here > 0 ? 1 : 0;
    }
    if (ceilDivide(keys, std::int64_t{plan.units.keys}) >= touched && !evenIfDear)
      return std::nullopt;
    return columnOrder(plan.shape, kernel.tile_q, plan.units.keys, selected);
  }

  /// Kernels count keys of a list, and elements from a query to the next, in 32 bits.
  bool fits(std::int64_t units, std::int64_t step) const {
    constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();
    return units <= largest / plan.units.keys && step <= largest / (kernel.value_dim + 8);
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

/// The parts of the kernel; nothing where one of them has no such order, or they take longer
/// than the whole pattern in tiles.
Vector<Part> parts(const gaze_plan &plan, const Vector<Planes> &planes) {
  Chooser chooser(plan);
  Vector<Part> all;
  for (std::int32_t i = 0; i < plan.kernel->part_count; ++i) {
    const gaze_part &code = plan.kernel->parts[i];
    if (code.order == GAZE_ORDER_TILES)
      continue;
    Part &part = all.emplace_back();
    part.code = &code;
    if (code.order == GAZE_ORDER_SELECTED) {
      if (!canTakeBlocks(plan))
        return {};
      part.grids.push_back(blockGrid(plan));
      continue;
    }
    std::optional<Vector<Order>> orders = chooser.orders(code, planes);
    if (!orders)
      return {};
    for (Order &order : *orders)
      part.grids.emplace_back().order = std::move(order);
  }
  for (std::int32_t i = 0; i < plan.kernel->part_count; ++i)
    if (plan.kernel->parts[i].order == GAZE_ORDER_TILES) {
      all.push_back(whole(plan, planes.size()));
      all.back().code = &plan.kernel->parts[i];
    }

  double inTiles = 0, inParts = 0;
  const Order tiles = tileOrder(plan.shape, plan.kernel->tile_q);
  for (std::size_t plane = 0; plane < planes.size();
       plane += std::max<std::size_t>(1, planes.size() / 4)) {
    inTiles += chooser.cost(tiles, plan.kernel->classify, planes[plane], false);
    for (const Part &part : all)
      inParts += chooser.cost(part, plane, planes[plane], all.size() == 1);
  }
  // Reading keys from a list, and one plan more, cost a little as well.
  constexpr double least = 0.85;
  return alwaysInParts || inParts < least * inTiles ? std::move(all) : Vector<Part>();
}

} // namespace

Vector<Part> chooseParts(const gaze_plan &plan) {
  const Vector<Planes> planes =
      planesOf(plan.shape, plan.kernel->reads_head != 0, plan.kernel->reads_batch != 0);
  Vector<Part> chosen;
  if (plan.kernel->part_count > 0 && !plan.fewRows)
    chosen = parts(plan, planes);
  if (chosen.empty())
    chosen.push_back(whole(plan, planes.size()));
  return chosen;
}

} // namespace gaze::runtime
