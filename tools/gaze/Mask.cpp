//===- Mask.cpp - What a pattern keeps, counted exactly ----------------------===//
#include "tools/gaze/Mask.h"
#include "tools/gaze/Options.h"

#include <algorithm>
#include <atomic>
#include <thread>

using namespace gaze;
using namespace gaze::cli;

namespace {

/// A run of tiles, in query rows and keys.
struct Run {
  std::int64_t qBegin, qEnd, kBegin, kEnd;
  bool full;
};

std::vector<Run> runsOf(const Plan &plan, std::int64_t head, std::int64_t batch) {
  std::vector<Run> runs;
  gaze_error error;
  const auto collect = [](void *context, std::int64_t qBegin, std::int64_t qEnd,
                          std::int64_t kBegin, std::int64_t kEnd, std::int32_t full) {
    static_cast<std::vector<Run> *>(context)->push_back({qBegin, qEnd, kBegin, kEnd, full != 0});
    return 0;
  };
  if (gaze_plan_visit(plan.get(), head, batch, collect, &runs, &error) != GAZE_OK)
    throw Error(error);
  return runs;
}

/// Takes kept keys as ranges of one query row.
class Counter {
public:
  Counter(const gaze_shape &shape, const Grid *like, PairBits *bits) : shape(shape), bits(bits) {
    if (like)
      grid.emplace(like->rows, like->columns);
  }

  void add(std::int64_t query, std::int64_t begin, std::int64_t end) {
    kept += end - begin;
    if (grid)
      addToGrid(query, begin, end);
    if (bits)
      for (std::int64_t key = begin; key < end; ++key)
        bits->row(query)[key / 64] |= std::uint64_t(1) << key % 64;
  }

  std::int64_t kept = 0;
  std::optional<Grid> grid;

private:
  void addToGrid(std::int64_t query, std::int64_t begin, std::int64_t end) {
    // The last cell that begins at or before the query, and the key.
    const std::int64_t row = ((query + 1) * grid->rows - 1) / shape.seq_q;
    std::int64_t column = ((begin + 1) * grid->columns - 1) / shape.seq_k;
    while (begin < end) {
      const std::int64_t next = std::min(end, (column + 1) * shape.seq_k / grid->columns);
      grid->kept[row * grid->columns + column++] += next - begin;
      begin = next;
    }
  }

  const gaze_shape &shape;
  PairBits *bits; ///< threads set bits of different rows
};

/// Gives the kept pairs of one run to the counter.
void countRun(const dsl::Interpreter &interpreter, dsl::Coordinates at, std::int64_t qStart,
              const Run &run, Counter &counter) {
  for (std::int64_t query = run.qBegin; query < run.qEnd; ++query) {
    if (run.full) {
      counter.add(query, run.kBegin, run.kEnd);
      continue;
    }
    at.integers[static_cast<int>(dsl::Ambient::Q)] = query + qStart;
    std::int64_t &key = at.integers[static_cast<int>(dsl::Ambient::K)];
    for (key = run.kBegin; key < run.kEnd; ++key) {
      const std::int64_t begin = key;
      while (key < run.kEnd && interpreter.keep(at))
        ++key;
      counter.add(query, begin, key);
    }
  }
}

} // namespace

std::int64_t Mask::count(std::int64_t head, std::int64_t batch, Grid *grid, PairBits *bits) const {
  const std::vector<Run> runs = runsOf(plan, head, batch);
  // The runs of one query tile stand together; a tile is the work of one thread.
  std::vector<std::size_t> tiles;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (i == 0 || runs[i].qBegin != runs[i - 1].qBegin)
      tiles.push_back(i);
  tiles.push_back(runs.size());

  dsl::Coordinates at;
  at.integers = {0, 0, head, batch, shape.seq_q, shape.seq_k, shape.heads, kernel.head_dim};
  std::vector<Counter> counters(threadCount(threads), Counter(shape, grid, bits));
  std::atomic<std::size_t> next{0};
  auto work = [&](Counter &counter) {
    for (std::size_t tile = next++; tile + 1 < tiles.size(); tile = next++)
      for (std::size_t i = tiles[tile]; i < tiles[tile + 1]; ++i)
        countRun(interpreter, at, shape.q_start, runs[i], counter);
  };
  std::vector<std::thread> team;
  for (std::size_t i = 1; i < counters.size(); ++i)
    team.emplace_back(work, std::ref(counters[i]));
  work(counters[0]);
  for (std::thread &thread : team)
    thread.join();

  std::int64_t kept = 0;
  for (const Counter &counter : counters) {
    kept += counter.kept;
    for (std::size_t i = 0; grid && i < grid->kept.size(); ++i)
      grid->kept[i] += counter.grid->kept[i];
  }
  return kept;
}

std::int64_t Mask::countAll() const {
  const std::int64_t heads = kernel.reads_head ? shape.heads : 1;
  const std::int64_t batches = kernel.reads_batch ? shape.batch : 1;
  std::int64_t kept = 0;
  for (std::int64_t batch = 0; batch < batches; ++batch)
    for (std::int64_t head = 0; head < heads; ++head)
      kept += count(head, batch);
  return kept * (shape.heads / heads) * (shape.batch / batches);
}
