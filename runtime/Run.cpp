//===- Run.cpp - Executes a plan -----------------------------------------------===//
#include "runtime/Run.h"

#include "runtime/Error.h"
#include "runtime/Selection.h"
#include "runtime/Threads.h"
#include "runtime/Worker.h"

#include <algorithm>
#include <chrono>
#include <memory>

using namespace gaze::runtime;

namespace {

/// Memory of one run.
class BlockOfMemory {
public:
  explicit BlockOfMemory(std::size_t bytes)
      : bytes(bytes), begin(memory.take(bytes, vectorAlignment)) {}
  ~BlockOfMemory() { memory.giveBack(begin, bytes, vectorAlignment); }
  BlockOfMemory(const BlockOfMemory &) = delete;
  BlockOfMemory &operator=(const BlockOfMemory &) = delete;

  void *get() const { return begin; }

private:
  const Memory memory = Memory::current();
  const std::size_t bytes;
  void *const begin;
};

/// The items of some planes of a part.
void runItems(const gaze_plan &plan, const Tensors &tensors, const Stage &stage, const Items &items,
              std::int64_t begin, std::int64_t end, const Threads &threads,
              const RunMemory &memory) {
  // Enough groups of items that all threads end together.
  const std::int64_t count = end - begin;
  const std::int64_t group =
      std::clamp<std::int64_t>(count / (16 * threadCount(threads)), 1, Worker::mostTogether);
  stage.pieces.restart();
  forEachWorker(ceilDivide(count, group), threads, [&](const Next &next) {
    Worker worker(plan, tensors, stage, memory.ofWorker(next.worker));
    for (std::int64_t i = next(); i >= 0; i = next())
      worker.run(items, begin + i * group, std::min(begin + (i + 1) * group, end));
  });
}

void runWhole(const gaze_plan &plan, const Tensors &tensors, const Threads &threads,
              RunMemory &memory) {
  const Items items(plan, plan.parts[0]);
  runItems(plan, tensors, {plan.parts[0], memory.pieces, nullptr, true, true}, items, 0,
           items.count(), threads, memory);
}

/// Part after part, for some planes at a time.
void runParts(const gaze_plan &plan, const Tensors &tensors, const Threads &threads,
              RunMemory &memory) {
  const std::int64_t planes = memory.rows.planesAtATime();
  for (std::int64_t first = 0; first < plan.planes(); first += planes) {
    const std::int64_t last = std::min(first + planes, plan.planes());
    memory.rows.startAt(first);
    for (const Part &part : plan.parts) {
      const Items items(plan, part);
      runItems(plan, tensors,
               {part, memory.pieces, &memory.rows, &part == &plan.parts.front(),
                &part == &plan.parts.back()},
               items, items.countBefore(first), items.countBefore(last), threads, memory);
    }
  }
}

/// Computes the tiles that a plan lists.
void runTiles(const gaze_plan &plan, const Tensors &tensors, const Threads &threads) {
  checkSteps(plan, tensors);
  const int count = threadCount(threads);
  BlockOfMemory block(RunMemory::bytesFor(plan, count));
  RunMemory memory(block.get(), plan, count);
  if (plan.isInParts())
    runParts(plan, tensors, threads, memory);
  else
    runWhole(plan, tensors, threads, memory);
}

/// The rows of a slice in Q and in what is written.
class SliceTensors {
public:
  SliceTensors(const Tensors &of, std::int64_t row)
      : q(rowsFrom(*of.q, row)), out(rowsFrom(*of.out, row)),
        tensors{&q, of.k, of.v, &out, of.lse ? of.lse + row : nullptr, of.lseStride} {}

  const Tensors &get() const { return tensors; }

private:
  gaze_tensor q, out;
  Tensors tensors;
};

/// Adds what it lasts, in milliseconds.
class Timed {
public:
  explicit Timed(double &sum) : sum(sum) {}
  ~Timed() { sum += std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); }

private:
  using Clock = std::chrono::steady_clock;
  double &sum;
  Clock::time_point begin = Clock::now();
};

RunCosts selectAndRun(const gaze_plan &plan, const gaze_summaries *given, const Tensors &tensors,
                      const Threads &threads) {
  RunCosts costs;
  gaze_summaries own(plan.kernel, plan.shape.batch, plan.shape.kv_heads);
  if (!given) {
    const Timed selecting(costs.selectionMs);
    own.update(plan, *tensors.k, threads);
  }
  const gaze_summaries &summaries = given ? *given : own;
  for (const Slice &slice : slicesOf(plan)) {
    Owned<gaze_plan> selected;
    {
      const Timed selecting(costs.selectionMs);
      selected = selectBlocks(plan, slice, *tensors.q, summaries, threads);
      makeParts(*selected, threads);
    }
    runTiles(*selected, SliceTensors(tensors, slice.first).get(), threads);
  }
  return costs;
}

} // namespace

RunCosts gaze::runtime::run(const gaze_plan &plan, const gaze_summaries *summaries,
                            const Tensors &tensors, const Threads &threads) {
  if (!plan.kernel->accumulate || !plan.kernel->finish)
    invalid("the kernel was compiled for its mask alone");
  checkTensors(plan, tensors);
  if (summaries)
    summaries->checkFit(plan, plan.shape.seq_k);
  if (plan.mustSelect())
    return selectAndRun(plan, summaries, tensors, threads);
  runTiles(plan, tensors, threads);
  return {};
}

gaze_status gaze_run(const gaze_plan *plan, const gaze_tensor *q, const gaze_tensor *k,
                     const gaze_tensor *v, const gaze_tensor *out, float *lse, int32_t threads,
                     gaze_error *error) {
  return guarded(error, [&] {
    if (!plan)
      invalid("plan is null");
    run(*plan, nullptr, {q, k, v, out, lse, plan->shape.seq_q}, threads);
  });
}

gaze_status gaze_run_summarized(const gaze_plan *plan, const gaze_summaries *summaries,
                                const gaze_tensor *q, const gaze_tensor *k, const gaze_tensor *v,
                                const gaze_tensor *out, float *lse, int32_t threads,
                                gaze_error *error) {
  return guarded(error, [&] {
    if (!plan || !summaries)
      invalid(plan ? "summaries is null" : "plan is null");
    run(*plan, summaries, {q, k, v, out, lse, plan->shape.seq_q}, threads);
  });
}
