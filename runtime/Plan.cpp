//===- Plan.cpp - Which tiles exist --------------------------------------------===//
//
// Coarse to fine: a rectangle of tiles is given to the kernel's `classify`, which
// answers from interval arithmetic on the pattern (compiler/passes/TileBounds.cpp).
// "No pair" drops it, "all pairs" lists it whole, "maybe" cuts it in halves or
// quarters, down to single tiles, which are then partial. So the cost goes with the
// border between kept and not kept, and with what is listed, never with all tiles.
//
// The queries are taken in strips, which bounds the memory of the search and lets
// threads share it; the strips are joined in order, so the plan does not depend on
// the number of threads.
//
//===----------------------------------------------------------------------===//
#include "runtime/Plan.h"

#include "runtime/Buffers.h"
#include "runtime/Error.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>

using namespace gaze::runtime;

namespace {

constexpr std::int64_t largestSequence = (std::int64_t{1} << 31) - (1 << 16);
constexpr std::int64_t largestOffset = std::int64_t{1} << 39; // so that |q| < 2^40
constexpr std::int32_t stripTiles = 64;

enum Verdict : std::uint8_t { someMayBeKept = 1, allAreKept = 2 };

/// Tiles [qBegin, qEnd) x [kBegin, kEnd).
struct Rectangle {
  std::int32_t qBegin, qEnd, kBegin, kEnd;
};

struct Listed {
  std::int32_t queryTile;
  Run run;
  bool full;
};

/// The search over one strip of query tiles of one grid.
class StripSearch {
public:
  StripSearch(const gaze_plan &owner, std::int64_t head, std::int64_t batch)
      : plan(owner), kernel(*owner.kernel), shape(owner.shape), firstHead(head), firstBatch(batch) {
  }

  std::vector<Listed> search(std::int32_t qBegin, std::int32_t qEnd) {
    std::vector<Rectangle> open{{qBegin, qEnd, 0, plan.keyTiles}};
    while (!open.empty()) {
      const std::size_t batchSize = std::min<std::size_t>(open.size(), 1024);
      const std::vector<Rectangle> now(open.end() - static_cast<std::ptrdiff_t>(batchSize),
                                       open.end());
      open.resize(open.size() - batchSize);
      const std::vector<std::uint8_t> verdicts = classify(now);
      for (std::size_t i = 0; i < now.size(); ++i)
        decide(now[i], verdicts[i], open);
    }
    return std::move(listed);
  }

private:
  const gaze_plan &plan;
  const gaze_kernel &kernel;
  const gaze_shape &shape;
  const std::int64_t firstHead, firstBatch; ///< the grid's own, where the mask reads them
  std::vector<Listed> listed;

  std::vector<std::uint8_t> classify(const std::vector<Rectangle> &rectangles) const {
    std::vector<std::int64_t> ends;
    ends.reserve(rectangles.size() * 8);
    for (const Rectangle &r : rectangles) {
      const std::int64_t lastRow =
          std::min<std::int64_t>(std::int64_t{r.qEnd} * kernel.tile_q, shape.seq_q) - 1;
      const std::int64_t lastKey =
          std::min<std::int64_t>(std::int64_t{r.kEnd} * kernel.tile_k, shape.seq_k) - 1;
      ends.insert(ends.end(), {shape.q_start + std::int64_t{r.qBegin} * kernel.tile_q,
                               shape.q_start + lastRow, std::int64_t{r.kBegin} * kernel.tile_k,
                               lastKey, firstHead, kernel.reads_head ? firstHead : shape.heads - 1,
                               firstBatch, kernel.reads_batch ? firstBatch : shape.batch - 1});
    }
    const auto count = static_cast<std::int64_t>(rectangles.size());
    std::vector<std::uint8_t> verdicts(rectangles.size());
    Buffer uniforms(plan.uniforms.data(), int64, static_cast<std::int64_t>(plan.uniforms.size()));
    Buffer in(ends.data(), int64, 8, count, 8);
    Buffer out(verdicts.data(), uint8, count);
    if (const int code = kernel.classify(uniforms.get(), in.get(), out.get()))
      throw Failure(GAZE_INTERNAL_ERROR, "classify failed with code " + std::to_string(code));
    return verdicts;
  }

  void decide(const Rectangle &r, std::uint8_t verdict, std::vector<Rectangle> &open) {
    if (!(verdict & someMayBeKept))
      return;
    const bool isTile = r.qEnd - r.qBegin == 1 && r.kEnd - r.kBegin == 1;
    if (verdict & allAreKept)
      list(r, true);
    else if (isTile)
      list(r, false);
    else
      cut(r, open);
  }

  /// The last tile of keys is partial where seq_k cuts it: its mask keeps out what
  /// lies behind.
  void list(const Rectangle &r, bool full) {
    const bool cutsLast = r.kEnd == plan.keyTiles && shape.seq_k % kernel.tile_k != 0;
    const std::int32_t fullEnd = full ? r.kEnd - (cutsLast ? 1 : 0) : r.kBegin;
    for (std::int32_t tile = r.qBegin; tile < r.qEnd; ++tile) {
      if (fullEnd > r.kBegin)
        listed.push_back({tile, {r.kBegin, fullEnd}, true});
      if (r.kEnd > fullEnd)
        listed.push_back({tile, {fullEnd, r.kEnd}, false});
    }
  }

  /// In halves across the longer side, or in quarters where it is about square.
  void cut(const Rectangle &r, std::vector<Rectangle> &open) const {
    const std::int64_t height = std::int64_t{r.qEnd - r.qBegin} * kernel.tile_q;
    const std::int64_t width = std::int64_t{r.kEnd - r.kBegin} * kernel.tile_k;
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

/// What one strip adds to its grid: rows in order, runs joined where they touch.
struct Strip {
  std::vector<Row> rows;
  std::vector<Run> runs;
};

Strip makeStrip(std::vector<Listed> listed, std::int32_t qBegin, std::int32_t qEnd) {
  std::sort(listed.begin(), listed.end(), [](const Listed &a, const Listed &b) {
    return std::make_tuple(a.queryTile, !a.full, a.run.begin) <
           std::make_tuple(b.queryTile, !b.full, b.run.begin);
  });
  Strip strip;
  auto next = listed.begin();
  for (std::int32_t tile = qBegin; tile < qEnd; ++tile) {
    Row row{tile, 0, 0, 0, static_cast<std::int64_t>(strip.runs.size()), 0};
    bool lastFull = false;
    for (; next != listed.end() && next->queryTile == tile; ++next) {
      (next->full ? row.fullTiles : row.partialTiles) += next->run.end - next->run.begin;
      const bool extends = static_cast<std::int64_t>(strip.runs.size()) > row.firstRun &&
                           lastFull == next->full && strip.runs.back().end == next->run.begin;
      if (extends) {
        strip.runs.back().end = next->run.end;
      } else {
        strip.runs.push_back(next->run);
        row.fullRuns += next->full ? 1 : 0;
      }
      lastFull = next->full;
    }
    row.endRun = static_cast<std::int64_t>(strip.runs.size());
    strip.rows.push_back(row);
  }
  return strip;
}

Grid joinStrips(const Strip *first, const Strip *last) {
  Grid grid;
  for (const Strip *strip = first; strip != last; ++strip) {
    const auto offset = static_cast<std::int64_t>(grid.runs.size());
    for (Row row : strip->rows) {
      row.firstRun += offset;
      row.endRun += offset;
      grid.rows.push_back(row);
    }
    grid.runs.insert(grid.runs.end(), strip->runs.begin(), strip->runs.end());
  }
  grid.longestFirst.resize(grid.rows.size());
  std::iota(grid.longestFirst.begin(), grid.longestFirst.end(), 0);
  std::stable_sort(grid.longestFirst.begin(), grid.longestFirst.end(),
                   [&](std::int32_t a, std::int32_t b) {
                     const auto cost = [&](std::int32_t tile) {
                       return grid.rows[tile].fullTiles + grid.rows[tile].partialTiles;
                     };
                     return cost(a) > cost(b);
                   });
  return grid;
}

Part makePart(const gaze_plan &plan, int threads) {
  const gaze_kernel &kernel = *plan.kernel;
  const std::int64_t heads = kernel.reads_head ? plan.shape.heads : 1;
  const std::int64_t grids = heads * (kernel.reads_batch ? plan.shape.batch : 1);
  const std::int64_t stripsPerGrid = (plan.queryTiles + stripTiles - 1) / stripTiles;
  std::vector<Strip> strips(grids * stripsPerGrid);
  forEachWorker(grids * stripsPerGrid, threads, [&](const auto &next) {
    for (std::int64_t i = next(); i >= 0; i = next()) {
      const std::int64_t grid = i / stripsPerGrid;
      const auto qBegin = static_cast<std::int32_t>(i % stripsPerGrid) * stripTiles;
      const std::int32_t qEnd = std::min(qBegin + stripTiles, plan.queryTiles);
      StripSearch search(plan, grid % heads, grid / heads);
      strips[i] = makeStrip(search.search(qBegin, qEnd), qBegin, qEnd);
    }
  });
  Part part;
  for (std::int64_t grid = 0; grid < grids; ++grid) {
    const Strip *const first = strips.data() + grid * stripsPerGrid;
    part.grids.push_back(joinStrips(first, first + stripsPerGrid));
  }
  return part;
}

void checkKernel(const gaze_kernel *kernel) {
  if (!kernel)
    invalid("kernel is null");
  if (kernel->abi_version != GAZE_ABI_VERSION || kernel->struct_size != sizeof(gaze_kernel))
    invalid("the kernel was compiled for interface version " + std::to_string(kernel->abi_version) +
            ", this runtime has version " + std::to_string(GAZE_ABI_VERSION) +
            "; compile the pattern again");
}

void checkShape(const gaze_shape *shape) {
  if (!shape)
    invalid("shape is null");
  const auto positive = [](std::int64_t value, const char *name, std::int64_t largest) {
    if (value < 1 || value > largest)
      invalid(std::string(name) + " must be from 1 to " + std::to_string(largest) + ", not " +
              std::to_string(value));
  };
  positive(shape->batch, "batch", 1 << 30);
  positive(shape->heads, "heads", 1 << 30);
  positive(shape->kv_heads, "kv_heads", 1 << 30);
  positive(shape->seq_q, "seq_q", largestSequence);
  positive(shape->seq_k, "seq_k", largestSequence);
  if (shape->heads % shape->kv_heads != 0)
    invalid("kv_heads, " + std::to_string(shape->kv_heads) + ", must divide heads, " +
            std::to_string(shape->heads));
  if (shape->q_start < -largestOffset || shape->q_start > largestOffset)
    invalid("q_start must be within -2^39 and 2^39, not " + std::to_string(shape->q_start));
  if (shape->batch * shape->heads > (std::int64_t{1} << 40) / shape->seq_q)
    invalid("batch * heads * seq_q must be at most 2^40");
}

/// The parameters as int64 bit patterns, then the shape.
std::vector<std::int64_t> makeUniforms(const gaze_kernel &kernel, const gaze_shape &shape,
                                       const gaze_value *values, std::int32_t count) {
  if (count != 0 && count != kernel.parameter_count)
    invalid("the pattern has " + std::to_string(kernel.parameter_count) + " parameters, " +
            std::to_string(count) + " values were given");
  if (count != 0 && !values)
    invalid("values is null");
  std::vector<std::int64_t> uniforms;
  for (std::int32_t i = 0; i < kernel.parameter_count; ++i) {
    const gaze_parameter &parameter = kernel.parameters[i];
    const std::string name = std::string("parameter '") + parameter.name + "'";
    if (count == 0 && !parameter.has_default)
      invalid(name + " has no default: give a value");
    const gaze_value value = count == 0 ? parameter.default_value : values[i];
    if (parameter.type == GAZE_FLOAT && std::isnan(value.real))
      invalid(name + " is not a number (NaN)");
    if (parameter.type == GAZE_BOOL && value.integer != 0 && value.integer != 1)
      invalid(name + " is a bool: 0 or 1, not " + std::to_string(value.integer));
    std::int64_t bits = value.integer;
    if (parameter.type == GAZE_FLOAT)
      std::memcpy(&bits, &value.real, sizeof bits);
    uniforms.push_back(bits);
  }
  uniforms.insert(uniforms.end(), {shape.seq_q, shape.seq_k, shape.heads, kernel.head_dim});
  return uniforms;
}

void checkRequirements(const gaze_plan &plan) {
  const gaze_kernel &kernel = *plan.kernel;
  if (kernel.requirement_count == 0)
    return;
  std::vector<std::uint8_t> holds(kernel.requirement_count);
  Buffer uniforms(plan.uniforms.data(), int64, static_cast<std::int64_t>(plan.uniforms.size()));
  Buffer out(holds.data(), uint8, kernel.requirement_count);
  if (const int code = kernel.require(uniforms.get(), out.get()))
    throw Failure(GAZE_INTERNAL_ERROR, "require failed with code " + std::to_string(code));
  for (std::int32_t i = 0; i < kernel.requirement_count; ++i)
    if (!holds[i])
      throw Failure(GAZE_REQUIREMENT_FAILED, std::string(kernel.requirements[i].place) +
                                                 ": error: " + kernel.requirements[i].message);
}

std::int32_t tilesOf(std::int64_t sequence, std::int32_t tile) {
  return static_cast<std::int32_t>((sequence + tile - 1) / tile);
}

} // namespace

gaze_status gaze_plan_create(const gaze_kernel *kernel, const gaze_shape *shape,
                             const gaze_value *values, int32_t value_count, int32_t threads,
                             gaze_plan **plan, gaze_error *error) {
  return guarded(error, [&] {
    if (!plan)
      invalid("plan is null");
    *plan = nullptr;
    checkKernel(kernel);
    checkShape(shape);
    std::unique_ptr<gaze_plan> result(
        new gaze_plan{kernel,
                      *shape,
                      makeUniforms(*kernel, *shape, values, value_count),
                      tilesOf(shape->seq_q, kernel->tile_q),
                      tilesOf(shape->seq_k, kernel->tile_k),
                      {}});
    checkRequirements(*result);
    result->parts.push_back(makePart(*result, threads));
    *plan = result.release();
  });
}

void gaze_plan_destroy(gaze_plan *plan) { delete plan; }

gaze_status gaze_plan_get_info(const gaze_plan *plan, gaze_plan_info *info, gaze_error *error) {
  return guarded(error, [&] {
    if (!plan || !info)
      invalid(plan ? "info is null" : "plan is null");
    *info = {};
    info->bytes = static_cast<std::int64_t>(sizeof *plan);
    const std::int64_t planes = plan->shape.batch * plan->shape.heads;
    for (const Part &part : plan->parts) {
      const std::int64_t repeats = planes / static_cast<std::int64_t>(part.grids.size());
      for (const Grid &grid : part.grids) {
        for (const Row &row : grid.rows) {
          info->items += row.fullTiles + row.partialTiles > 0 ? repeats : 0;
          info->full_tiles += repeats * row.fullTiles;
          info->partial_tiles += repeats * row.partialTiles;
        }
        info->bytes += static_cast<std::int64_t>(
            grid.rows.capacity() * sizeof(Row) + grid.runs.capacity() * sizeof(Run) +
            grid.longestFirst.capacity() * sizeof(std::int32_t));
      }
    }
    info->empty_tiles =
        planes * plan->queryTiles * plan->keyTiles - info->full_tiles - info->partial_tiles;
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
    const std::int64_t tileQ = plan->kernel->tile_q, tileK = plan->kernel->tile_k;
    for (const Part &part : plan->parts) {
      const Grid &grid = plan->grid(part, head, batch);
      for (const Row &row : grid.rows)
        for (std::int64_t i = row.firstRun; i < row.endRun; ++i) {
          const Run &run = grid.runs[i];
          if (visit(context, row.queryTile * tileQ,
                    std::min((row.queryTile + 1) * tileQ, plan->shape.seq_q), run.begin * tileK,
                    std::min(run.end * tileK, plan->shape.seq_k), i < row.firstRun + row.fullRuns))
            return;
        }
    }
  });
}
