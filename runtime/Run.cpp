//===- Run.cpp - Executes a plan -----------------------------------------------===//
#include "runtime/Run.h"

#include "runtime/Device.h"
#include "runtime/Error.h"
#include "runtime/SelectedBlocks.h"
#include "runtime/Selection.h"
#include "runtime/Summaries.h"
#include "runtime/Threads.h"
#include "runtime/Worker.h"
#include "runtime/Workspace.h"

#include <algorithm>
#include <chrono>
#include <memory>

using namespace gaze::runtime;

namespace {

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
      if (part.isOfSelectedBlocks()) {
        runBlocks(plan, part, tensors, first, last, threads, memory);
        continue;
      }
      const Items items(plan, part);
      runItems(plan, tensors,
               {part, memory.pieces, &memory.rows, &part == &plan.parts.front(),
                &part == &plan.parts.back()},
               items, items.countBefore(first), items.countBefore(last), threads, memory);
    }
  }
}

/// Computes the tiles that a plan lists.
void runTiles(const gaze_plan &plan, const Tensors &tensors, const Options &options,
              gaze_workspace *workspace) {
  if (plan.onDevice) {
    plan.onDevice->run(tensors, options.tensorMemory, options.stream);
    return;
  }
  checkSteps(plan, tensors);
  const Threads &given = options.threads;
  const int count = threadCount(given);
  const Threads threads(count, given.parallelFor, given.context); // counts cores once
  const Lease lease(workspace, RunMemory::bytesFor(plan, count));
  RunMemory memory(lease.block(), plan, count);
  if (plan.isInParts())
    runParts(plan, tensors, threads, memory);
  else
    runWhole(plan, tensors, threads, memory);
}

/// The rows of a slice in Q and in what is written.
class SliceTensors {
public:
  SliceTensors(const Tensors &of, std::int64_t row)
      : q(rowsFrom(*of.q, row)), out(rowsFrom(*of.out, row)) {
    if (of.lse)
      lse = rowsFrom(*of.lse, row);
    tensors = {&q, of.k, of.v, &out, of.lse ? &lse : nullptr};
  }

  const Tensors &get() const { return tensors; }

private:
  gaze_tensor q, out, lse = {};
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

void checkKernel(const gaze_kernel &kernel) {
  if (kernel.gpu ? !kernel.gpu->attend || !kernel.gpu->finish
                 : !kernel.accumulate || !kernel.finish)
    invalid("the kernel was compiled for its mask alone");
}

RunCosts selectAndRun(const gaze_plan &plan, const Tensors &tensors, const Options &options) {
  const Threads &threads = options.threads;
  const gaze_summaries *const given = options.summaries;
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
    costs.parts = std::max(costs.parts, static_cast<std::int64_t>(selected->parts.size()));
    runTiles(*selected, SliceTensors(tensors, slice.first).get(), options, nullptr);
  }
  return costs;
}

} // namespace

RunCosts gaze::runtime::run(const gaze_plan &plan, const Tensors &tensors, const Options &options) {
  checkKernel(*plan.kernel);
  if (plan.kernel->gpu)
    checkDeviceRun(plan, tensors, options);
  else if (options.tensorMemory == GAZE_MEMORY_DEVICE)
    invalid("options.memory is GAZE_MEMORY_DEVICE, and the plan is of no GPU");
  checkTensors(plan, tensors,
               options.tensorMemory == GAZE_MEMORY_DEVICE &&
                       plan.kernel->gpu->api == GAZE_API_OPENCL
                   ? DataAre::Handles
                   : DataAre::Addresses);
  if (options.summaries)
    options.summaries->checkFit(plan, plan.shape.seq_k);
  if (!plan.mustSelect()) {
    runTiles(plan, tensors, options, options.workspace);
    return {0, static_cast<std::int64_t>(plan.parts.size())};
  }
  if (options.workspace)
    invalid("the plan selects blocks in each run: it takes no workspace");
  return selectAndRun(plan, tensors, options);
}

gaze_status gaze_run(const gaze_plan *plan, const gaze_tensor *q, const gaze_tensor *k,
                     const gaze_tensor *v, const gaze_tensor *out, const gaze_tensor *lse,
                     const gaze_options *options, gaze_error *error) {
  return guarded(options, error, [&](const Options &read) {
    if (!plan)
      invalid("plan is null");
    run(*plan, {q, k, v, out, lse}, read);
  });
}
