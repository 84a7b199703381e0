//===- Runner.h - Runs a plan again and again, to be timed --------------------===//
//
// As the program does that it stands for. Where the queries come behind keys that were there
// before, a pattern with top_blocks keeps the summaries of that cache: they are made once, and
// a run is a step, which brings them up to its own keys, selects, and computes. On a GPU tensors
// are where it computes, but of a pattern with top_blocks, for the CPU selects.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_RUNNER_H
#define GAZE_TOOLS_RUNNER_H

#include "tools/gaze/Gpu.h"
#include "tools/gaze/Problem.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace gaze::cli {

class Runner {
public:
  /// `problem` and `kernel` outlive it. Makes the summaries, and copies the tensors to the device,
  /// but where `tensors` are there already. Throws gaze::Error.
  Runner(const Problem &problem, const gaze_kernel &kernel, Plan plan, int threads, int device = 0,
         std::shared_ptr<ProblemOnDevice> tensors = nullptr);

  /// Into the memory of `output`, as Problem::run, or on the GPU into its own.
  runtime::RunCosts run(Output &output);
  /// Into the memory of `output`, wherever it computes.
  void compute(Output &output);

  const Plan &plan() const { return runs; }
  /// On the device; null where it reads those of the host.
  const std::shared_ptr<ProblemOnDevice> &tensors() const { return onDevice; }
  /// Keys in front of a step; 0 where a run is no step.
  std::int64_t cachedKeys() const { return summaries ? cached : 0; }
  /// What it took to make the summaries, where a run is a step.
  std::optional<double> summariesMs() const { return made; }

private:
  const Problem &problem;
  Plan runs;
  int threads;
  std::int64_t cached; ///< keys in front of the queries
  std::optional<Summaries> summaries;
  std::optional<double> made;
  std::shared_ptr<ProblemOnDevice> onDevice;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_RUNNER_H
