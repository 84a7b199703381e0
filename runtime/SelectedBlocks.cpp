//===- SelectedBlocks.cpp - Blocks of keys with the queries that selected them ----===//
#include "runtime/SelectedBlocks.h"

#include "runtime/Blocks.h"
#include "runtime/Error.h"
#include "runtime/Merge.h"
#include "runtime/Scratch.h"
#include "runtime/SelectionTable.h"
#include "runtime/TileList.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace gaze::runtime {
namespace {

/// Their states take about 300 KB at head_dim 64.
constexpr std::int64_t queriesOfBand = 1024;

std::int64_t bandsOf(const gaze_plan &plan) { return ceilDivide(plan.shape.seq_q, queriesOfBand); }

/// For the queries of a band, block by block: who has selected it.
class Lists {
public:
  /// In memory for listSizes(plan).
  Lists(const gaze_plan &plan, std::int32_t *ends, std::int32_t *queries)
      : plan(plan), selection(plan.selections.at(0)), groups(plan.shape, selection.share),
        blocks(plan.shape, selection.block),
        table{SelectionAxis(groups.count), SelectionAxis(blocks.count)}, ends(ends),
        queries(queries) {}

  void collect(std::int64_t head, std::int64_t batch, std::int64_t band) {
    const std::int64_t first = band * queriesOfBand;
    const std::int64_t end = std::min(first + queriesOfBand, plan.shape.seq_q);
    const std::uint8_t *const rows = tableOf(head, batch);
    const auto groupOf = [&](std::int64_t row) {
      return floorDivide(plan.shape.q_start + row, selection.share) - groups.first;
    };
    std::fill_n(ends, blocks.count, 0);
    for (std::int64_t row = first; row < end; ++row)
      forEachBlock(rows, groupOf(row), [&](std::int64_t block) { ++ends[block]; });
    std::int32_t all = 0;
    for (std::int64_t block = 0; block < blocks.count; ++block)
      ends[block] = std::exchange(all, all + ends[block]); // where its queries begin
    for (std::int64_t row = first; row < end; ++row)
      forEachBlock(rows, groupOf(row), [&](std::int64_t block) {
        queries[ends[block]++] = static_cast<std::int32_t>(row);
      });
  }

  std::int64_t blockCount() const { return blocks.count; }
  /// Rows of Q, ascending.
  const std::int32_t *begin(std::int64_t block) const {
    return queries + (block == 0 ? 0 : ends[block - 1]);
  }
  const std::int32_t *end(std::int64_t block) const { return queries + ends[block]; }
  std::int64_t count(std::int64_t block) const { return end(block) - begin(block); }

private:
  const gaze_plan &plan;
  const Selection &selection;
  const Groups groups;
  const Blocks blocks;
  const SelectionTable table;
  std::int32_t *const ends; ///< of `queries`, by block
  std::int32_t *const queries;

  const std::uint8_t *tableOf(std::int64_t head, std::int64_t batch) const {
    return plan.selectedBools.data() + plan.inputs->bools.size() +
           (batch * plan.shape.heads + head) * table.entries();
  }

  template <typename Visit>
  void forEachBlock(const std::uint8_t *rows, std::int64_t group, Visit visit) const {
    const std::uint8_t *const row = rows + group * table.blocks.zones();
    const std::uint8_t *const rowEnd = row + blocks.count;
    for (const std::uint8_t *at = row; at != rowEnd; ++at) {
      // Most are 0, and eight go at a time.
      std::uint64_t eight = 0;
      while (rowEnd - at > 8 && (std::memcpy(&eight, at, 8), eight == 0))
        at += 8;
      if (*at)
        visit(at - row);
    }
  }
};

/// With memory of their own, where a plan is made.
struct OwnLists {
  explicit OwnLists(const gaze_plan &plan)
      : ends(static_cast<std::size_t>(listSizes(plan).blocks)),
        queries(static_cast<std::size_t>(listSizes(plan).queries)),
        lists(plan, ends.data(), queries.data()) {}

  Vector<std::int32_t> ends, queries;
  Lists lists;
};

/// Calls visit(block, rows, count) for each tile of queries of a band.
template <typename Visit> void forEachTile(const Lists &lists, std::int64_t tileQ, Visit visit) {
  for (std::int64_t block = 0; block < lists.blockCount(); ++block)
    for (const std::int32_t *at = lists.begin(block); at < lists.end(block); at += tileQ)
      visit(block, at, std::min<std::int64_t>(tileQ, lists.end(block) - at));
}

/// Computes bands, one at a time.
class BlockWorker {
public:
  BlockWorker(const gaze_plan &owner, const Part &part, const Tensors &tensors, RowStates &states,
              const WorkerMemory &given)
      : plan(owner), kernel(*owner.kernel), code(*part.code), grid(part.grids[0]), tensors(tensors),
        states(states), memory(given), lists(owner, given.listEnds, given.listQueries),
        scratch(given.scratch, kernel.scratch_bytes), arguments(owner),
        layout{kernel.tile_q, kernel.value_dim, 1, kernel.tile_q}, current(given.states),
        next(given.states + given.stateSize) {}

  void run(std::int64_t plane, std::int64_t band) {
    const std::int64_t head = plane % plan.shape.heads, batch = plane / plan.shape.heads;
    clear(plane, band);
    lists.collect(head, batch, band);
    forEachTile(lists, kernel.tile_q,
                [&](std::int64_t block, const std::int32_t *list, std::int64_t count) {
                  gather(plane, list, count);
                  accumulate(head, batch, block, count);
                  scatter(plane, list, count);
                });
  }

private:
  const gaze_plan &plan;
  const gaze_kernel &kernel;
  const gaze_part &code;
  const Grid &grid;
  const Tensors &tensors;
  RowStates &states;
  const WorkerMemory memory;
  Lists lists;
  Scratch scratch;
  Arguments arguments;
  const StateLayout layout;
  float *current, *next; ///< states of the tile

  Buffer stateBuffer(float *state) const {
    return {state, float32, layout.rows, layout.valueDim + 2, layout.elementStride};
  }

  /// No row has seen a key.
  void clear(std::int64_t plane, std::int64_t band) {
    const std::int64_t first = band * queriesOfBand;
    const std::int64_t count = std::min(queriesOfBand, plan.shape.seq_q - first);
    float *const begin = states.at(plane, first);
    std::fill_n(begin, count * states.rowLength, 0.0F);
    for (std::int64_t row = 0; row < count; ++row)
      begin[row * states.rowLength + kernel.value_dim] = -std::numeric_limits<float>::infinity();
  }

  /// The rows of a tile, one behind the other, and what they have become as a state.
  void gather(std::int64_t plane, const std::int32_t *list, std::int64_t count) {
    const std::int64_t head = plane % plan.shape.heads, batch = plane / plan.shape.heads;
    const std::int64_t bytes = kernel.head_dim * halideType(kernel.element).bytes();
    auto *const to = reinterpret_cast<unsigned char *>(memory.queries);
    for (std::int64_t i = 0; i < count; ++i) {
      Buffer row = rowsOf(*tensors.q, batch, head, list[i], kernel.head_dim, 1);
      std::copy_n(row.get()->host, bytes, to + i * bytes);
      std::copy_n(states.at(plane, list[i]), states.rowLength, memory.rows + i * states.rowLength);
    }
    clearState(current, layout);
    Buffer from(memory.rows, float32, states.rowLength, count, states.rowLength);
    Buffer stateIn = stateBuffer(current), stateOut = stateBuffer(next);
    scratch.reset();
    check(kernel.merge_rows(from.get(), stateIn.get(), stateOut.get()), "merge_rows");
    std::swap(current, next);
  }

  void accumulate(std::int64_t head, std::int64_t batch, std::int64_t block, std::int64_t count) {
    const std::int64_t kvHead = head / (plan.shape.heads / plan.shape.kv_heads);
    Buffer q(memory.queries, halideType(kernel.element), kernel.head_dim, count, kernel.head_dim);
    Buffer k = rowsOf(*tensors.k, batch, kvHead, 0, kernel.head_dim, plan.shape.seq_k);
    Buffer v = rowsOf(*tensors.v, batch, kvHead, 0, kernel.value_dim, plan.shape.seq_k);
    TileList list(grid, grid.row(static_cast<std::int32_t>(block)), plan.units, kernel.chunk_tiles);
    for (std::int64_t i = 0; i < list.chunks(); ++i) {
      const Chunk chunk = list.take(i, memory.tiles);
      Buffer tileBuffer(memory.tiles, int32, chunk.count);
      Buffer stateIn = stateBuffer(current), stateOut = stateBuffer(next);
      scratch.reset();
      check(code.accumulate(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                            arguments.bools.get(), q.get(), k.get(), v.get(), tileBuffer.get(),
                            chunk.full, chunk.count, plan.shape.q_start, head, batch, stateIn.get(),
                            stateOut.get()),
            "accumulate");
      std::swap(current, next);
    }
  }

  void scatter(std::int64_t plane, const std::int32_t *list, std::int64_t count) {
    Buffer state = stateBuffer(current);
    Buffer to(memory.rows, float32, states.rowLength, count, states.rowLength);
    scratch.reset();
    check(kernel.save_rows(state.get(), to.get()), "save_rows");
    for (std::int64_t i = 0; i < count; ++i)
      std::copy_n(memory.rows + i * states.rowLength, states.rowLength, states.at(plane, list[i]));
  }
};

} // namespace

bool canTakeBlocks(const gaze_plan &plan) {
  const Blocks blocks(plan.shape, plan.selections.at(0).block);
  return plan.selections.size() == 1 && !plan.fewRows &&
         (blocks.size % plan.units.keys == 0 || blocks.count == 1);
}

Grid blockGrid(const gaze_plan &plan) {
  const Blocks blocks(plan.shape, plan.selections.at(0).block);
  Grid grid;
  grid.strips.resize(static_cast<std::size_t>(ceilDivide(blocks.count, std::int64_t{stripTiles})));
  for (std::int64_t block = 0; block < blocks.count; ++block) {
    const Span keys = blocks.keysOf(block, block + 1);
    const std::int64_t tile = std::int64_t{plan.units.keys} * plan.units.ofTile;
    Row row;
    row.queryTile = static_cast<std::int32_t>(block);
    row.fullTiles = static_cast<std::int32_t>(keys.size() / tile);
    row.partialTiles =
        static_cast<std::int32_t>(ceilDivide(keys.size() % tile, std::int64_t{plan.units.keys}));
    row.fullRuns = row.fullTiles > 0 ? 1 : 0;
    Strip &strip = grid.strips[block / stripTiles];
    row.firstRun = static_cast<std::int64_t>(strip.runs.size());
    const auto begin = static_cast<std::int32_t>(keys.first / plan.units.keys);
    const std::int32_t middle = begin + row.fullTiles * plan.units.ofTile;
    if (row.fullTiles > 0)
      strip.runs.push_back({begin, middle});
    if (row.partialTiles > 0)
      strip.runs.push_back({middle, middle + row.partialTiles});
    row.endRun = static_cast<std::int64_t>(strip.runs.size());
    strip.rows.push_back(row);
  }
  return grid;
}

double costOfBlocks(const gaze_plan &plan, const Grid &blocks, std::int64_t head,
                    std::int64_t batch, std::int64_t costOfTile, std::int64_t samples) {
  OwnLists own(plan);
  Lists &lists = own.lists;
  const std::int64_t bands = bandsOf(plan);
  samples = std::min(samples, bands);
  double cost = 0, queries = 0;
  for (std::int64_t i = 0; i < samples; ++i) {
    const std::int64_t band = (2 * i + 1) * bands / (2 * samples);
    lists.collect(head, batch, band);
    forEachTile(lists, plan.kernel->tile_q, [&](std::int64_t block, const auto *, std::int64_t) {
      cost += static_cast<double>(costOf(blocks.row(static_cast<std::int32_t>(block)), plan.units) +
                                  costOfTile);
    });
    queries +=
        static_cast<double>(std::min(queriesOfBand, plan.shape.seq_q - band * queriesOfBand));
  }
  return cost * static_cast<double>(plan.shape.seq_q) / queries;
}

TileCounts countTiles(const gaze_plan &plan, const Grid &blocks) {
  TileCounts counts = {};
  OwnLists own(plan);
  Lists &lists = own.lists;
  for (std::int64_t plane = 0; plane < plan.planes(); ++plane)
    for (std::int64_t band = 0; band < bandsOf(plan); ++band) {
      lists.collect(plane % plan.shape.heads, plane / plan.shape.heads, band);
      forEachTile(lists, plan.kernel->tile_q, [&](std::int64_t block, const auto *, std::int64_t) {
        const Row &row = blocks.row(static_cast<std::int32_t>(block));
        ++counts.rows;
        counts.full += row.fullTiles;
        counts.partial += row.partialTiles;
      });
    }
  return counts;
}

std::int64_t itemsOfBlocks(const gaze_plan &plan) { return plan.planes() * bandsOf(plan); }

ListSizes listSizes(const gaze_plan &plan) {
  const Selection &selection = plan.selections.at(0);
  const Blocks blocks(plan.shape, selection.block);
  return {blocks.count, std::min(queriesOfBand, plan.shape.seq_q) *
                            std::clamp<std::int64_t>(selection.count, 0, blocks.count)};
}

void runBlocks(const gaze_plan &plan, const Part &part, const Tensors &tensors, std::int64_t begin,
               std::int64_t end, const Threads &threads, RunMemory &memory) {
  const std::int64_t bands = bandsOf(plan);
  forEachWorker((end - begin) * bands, threads, [&](const Next &next) {
    BlockWorker worker(plan, part, tensors, memory.rows, memory.ofWorker(next.worker));
    for (std::int64_t i = next(); i >= 0; i = next())
      worker.run(begin + i / bands, i % bands);
  });
}

} // namespace gaze::runtime
