//===- Runner.cpp - Runs a plan again and again, to be timed ------------------===//
#include "tools/gaze/Runner.h"
#include "tools/gaze/Timing.h"

#include <algorithm>
#include <utility>

using namespace gaze;
using namespace gaze::cli;

Runner::Runner(const Problem &toSolve, const gaze_kernel &kernel, Plan plan, int onThreads,
               int device, std::shared_ptr<ProblemOnDevice> tensors)
    : problem(toSolve), runs(std::move(plan)), threads(onThreads),
      cached(std::clamp<std::int64_t>(toSolve.shape.q_start, 0, toSolve.shape.seq_k)) {
  if (kernel.gpu && !runs.get()->mustSelect())
    onDevice = tensors
                   ? std::move(tensors)
                   : std::make_shared<ProblemOnDevice>(problem, deviceOf(kernel.gpu->api, device));
  if (!runs.get()->mustSelect() || cached == 0)
    return;
  summaries.emplace(kernel, problem.shape.batch, problem.shape.kv_heads);
  made = timeOnce([&] { summaries->update(runs, problem.keyTensor(), threads); });
}

void Runner::compute(Output &output) {
  if (onDevice)
    problem.run(runs, output, threads);
  else
    run(output);
}

runtime::RunCosts Runner::run(Output &output) {
  if (onDevice) {
    onDevice->run(runs);
    return {0, 1};
  }
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
