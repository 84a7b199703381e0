//===- Runner.cpp - Runs a plan again and again, to be timed ------------------===//
#include "tools/gaze/Runner.h"
#include "tools/gaze/Timing.h"

#include <algorithm>
#include <utility>

using namespace gaze;
using namespace gaze::cli;

Runner::Runner(const Problem &toSolve, const gaze_kernel &kernel, Plan plan, int onThreads)
    : problem(toSolve), runs(std::move(plan)), threads(onThreads),
      cached(std::clamp<std::int64_t>(toSolve.shape.q_start, 0, toSolve.shape.seq_k)) {
  if (!runs.get()->mustSelect() || cached == 0)
    return;
  summaries.emplace(kernel, problem.shape.batch, problem.shape.kv_heads);
  made = timeOnce([&] { summaries->update(runs, problem.keyTensor(), threads); });
}

runtime::RunCosts Runner::run(Output &output) {
  if (!summaries)
    return problem.run(runs, output, threads);
  const double updateMs = timeOnce([&] {
    summaries->truncate(cached);
    summaries->update(runs, problem.keyTensor(), threads);
  });
  runtime::RunCosts costs = problem.run(runs, output, threads, summaries->get());
  costs.selectionMs += updateMs;
  return costs;
}
