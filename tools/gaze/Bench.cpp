//===- Bench.cpp - gaze bench: time, GFLOP/s, share of the measured peak ------===//
//
// Only arithmetic on kept pairs counts as useful: 2 * head_dim for the score and
// 2 * value_dim for the weighted sum of each. What a kernel computes in partial tiles
// for pairs that are not kept, and all exponentials, count as nothing.
//
//===----------------------------------------------------------------------===//
#include "compiler/Compiler.h"
#include "dsl/Load.h"
#include "runtime/Threads.h"
#include "tools/gaze/Bandwidth.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Gpu.h"
#include "tools/gaze/HeadGroups.h"
#include "tools/gaze/KernelMask.h"
#include "tools/gaze/Numbers.h"
#include "tools/gaze/Peak.h"
#include "tools/gaze/Problem.h"
#include "tools/gaze/Runner.h"
#include "tools/gaze/Timing.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct BenchOptions {
  PatternOptions pattern;
  ValueOptions values;
  TensorOptions tensors;
  ShapeOptions shape;
  CodeOptions code;
  int threads = 0;
  int repetitions = 0; ///< 0: as many as half a second takes, at least five
  bool dense = false;
  bool bandwidth = false;
  bool json = false;

  BenchOptions() {
    shape.heads = 8;
    shape.seq = 8192;
  }
};

/// Times of one pattern, in milliseconds.
struct Times {
  double run = 0, least = 0; ///< the median and the least of the runs
  double plan = 0, compile = 0;
  std::optional<double> selection;     ///< of a run: selecting blocks and planning what follows
  std::optional<double> summaries;     ///< of a cache, made before the runs, which are steps
  std::int64_t cachedKeys = 0;         ///< in front of a step
  std::optional<double> cachedCompile; ///< none where there is no cache
  double usefulGflops = 0;
  std::int64_t keptPairs = 0;
  std::int64_t bytes = 0;
  std::int64_t parts = 1;
};

/// What this machine can do at most.
struct Limits {
  std::optional<double> gflops;    ///< of a CPU
  std::optional<double> bandwidth; ///< GB/s of reading memory
};

} // namespace

/// The first run warms up.
static double medianOf(std::vector<double> times) {
  times.erase(times.begin());
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

static Times measure(const ChosenPattern &chosen, const Problem &problem, KernelOptions compiling,
                     int threads, int repetitions, int device) {
  Times times;
  compiling.cached = Cached::Refresh;
  const Stopwatch fromSource;
  const JitKernel kernel = jit(*chosen.program, *chosen.pattern, compiling);
  times.compile = fromSource.ms();
  compiling.cached = Cached::Use;
  const Stopwatch fromCache;
  if (jit(*chosen.program, *chosen.pattern, compiling).fromCache())
    times.cachedCompile = fromCache.ms();
  const Stopwatch planning;
  Plan made = chosen.plan(kernel.table(), problem.shape, threads, device);
  times.plan = planning.ms();
  Runner runner(problem, kernel.table(), std::move(made), threads, device);
  const Plan &plan = runner.plan();
  times.summaries = runner.summariesMs();
  times.cachedKeys = runner.cachedKeys();
  Output output = problem.makeOutput();
  std::vector<double> selections;
  const auto run = [&] {
    const runtime::RunCosts costs = runner.run(output);
    selections.push_back(costs.selectionMs);
    times.parts = costs.parts;
  };
  const RunTimes runs = timeRuns(run, repetitions);
  times.run = runs.median;
  times.least = runs.shortest;

  const auto count = [&](const gaze_plan &counted) {
    times.keptPairs += keptPairs(KernelMask(counted), kernel.table(), counted.shape, threads);
  };
  if (plan.get()->mustSelect()) {
    times.selection = medianOf(std::move(selections));
    problem.selectInSlices(*plan.get(), threads, count);
  } else {
    count(*plan.get());
  }
  const auto flops =
      static_cast<double>(times.keptPairs) * 2 * (problem.headDim + problem.valueDim);
  times.usefulGflops = flops / times.run * 1e-6;
  const std::size_t bytes = problem.q.bytes() + problem.k.bytes() + problem.v.bytes() +
                            output.out.bytes() + output.lse.size() * sizeof(float);
  times.bytes = static_cast<std::int64_t>(bytes) + plan.info().bytes;
  return times;
}

/// The pattern that keeps every pair.
static ChosenPattern densePattern() {
  dsl::Diagnostics diagnostics;
  ChosenPattern chosen;
  chosen.program = std::make_shared<const dsl::Program>(
      dsl::loadText("dense", "pattern dense() {}", {}, diagnostics));
  chosen.pattern = &chosen.program->patterns.at(0);
  return chosen;
}

static void print(const Times &times, const std::optional<Times> &dense, const Limits &limits,
                  const BenchOptions &options, const std::string &dtype) {
  const auto percentOfPeak = [&](const Times &of) {
    return 100 * of.usefulGflops / *limits.gflops;
  };
  const int threads = runtime::threadCount(options.threads);
  if (options.json) {
    nlohmann::ordered_json object = {{"ms", times.run},
                                     {"ms_least", times.least},
                                     {"plan_ms", times.plan},
                                     {"compile_ms", times.compile},
                                     {"useful_gflops", times.usefulGflops}};
    if (limits.gflops) {
      object["peak_gflops"] = *limits.gflops;
      object["percent_of_peak"] = percentOfPeak(times);
    }
    object["kept_pairs"] = times.keptPairs;
    object["bytes"] = times.bytes;
    object["parts"] = times.parts;
    object["threads"] = threads;
    object["dtype"] = dtype;
    object["target"] = options.code.target;
    object["gpu"] = nullptr;
    if (options.code.onGpu())
      object["gpu"] = deviceOf(options.code.api(), options.code.device).name();
    if (times.selection)
      object["selection_ms"] = *times.selection;
    if (times.summaries)
      object["summaries_ms"] = *times.summaries;
    if (times.cachedCompile)
      object["cached_compile_ms"] = *times.cachedCompile;
    if (dense)
      object["dense_ms"] = dense->run;
    if (limits.bandwidth)
      object["read_gb_per_s"] = *limits.bandwidth;
    std::cout << object.dump(2) << "\n";
    return;
  }
  std::cout << std::fixed << std::setprecision(2) << "time        " << times.run << " ms on "
            << (options.code.onGpu()
                    ? deviceOf(options.code.api(), options.code.device).name()
                    : std::to_string(threads) + (threads == 1 ? " thread" : " threads"));
  if (dense)
    std::cout << "; dense attention takes " << dense->run << " ms, " << std::setprecision(1)
              << dense->run / times.run << " times as long";
  if (times.selection)
    std::cout << std::setprecision(2) << "\nselection   " << *times.selection << " ms of it, "
              << std::setprecision(1) << 100 * *times.selection / times.run
              << " %: which blocks the queries look at, and the tiles that follow";
  if (times.summaries)
    std::cout << std::setprecision(2) << "\nsummaries   " << *times.summaries
              << " ms, once for a cache of " << times.cachedKeys
              << " keys; timed are steps, which bring them up to their own keys";
  std::cout << std::setprecision(1) << "\nuseful      " << times.usefulGflops
            << " GFLOP/s on kept pairs";
  if (limits.gflops)
    std::cout << ", " << percentOfPeak(times) << " % of the measured peak of " << *limits.gflops;
  if (dense)
    std::cout << "\ndense       " << dense->usefulGflops << " GFLOP/s";
  if (dense && limits.gflops)
    std::cout << ", " << percentOfPeak(*dense) << " % of the peak";
  std::cout << "\n";
  std::cout << "before      plan " << std::setprecision(2) << times.plan << " ms, compile "
            << std::setprecision(0) << times.compile << " ms";
  if (times.cachedCompile)
    std::cout << ", from the cache " << *times.cachedCompile << " ms";
  std::cout << "\nmemory      " << bytesText(static_cast<double>(times.bytes))
            << ": Q, K, V, output, log-sum-exp and plan\n";
  if (times.parts > 1)
    std::cout << "in parts    " << times.parts << ", each in the order that suits it\n";
  if (limits.bandwidth)
    std::cout << "reading     " << std::setprecision(1) << *limits.bandwidth
              << " GB/s, what this machine reads from memory\n";
}

static void bench(const CLI::App &command, const BenchOptions &options) {
  if (options.bandwidth && options.code.onGpu())
    throw Failure("--bandwidth measures the CPU's memory, and the target is " + options.code.target,
                  ExitWrongUsage);
  checkDevice(options.code);
  const ChosenPattern chosen = choosePattern(options.pattern, options.values);
  const Problem problem =
      chooseProblem(command, options.tensors, options.shape, options.code, /*seed=*/0);
  checkRequirements(chosen, problem.shape, problem.headDim);
  checkRunsHere(options.code.target);
  if (!options.json)
    std::cout << chosen.title() << "\n"
              << problem.describe() << "\ndtype " << dtypeName(problem.element()) << ", target "
              << options.code.target << "\n"
              << std::flush;
  const auto peakNow = [&]() -> std::optional<double> {
    if (options.code.onGpu())
      return std::nullopt;
    return measurePeak(arithmeticOf(problem.element(), options.code.target),
                       runtime::threadCount(options.threads));
  };
  const std::optional<double> peakBefore = peakNow();
  const KernelOptions compiling = kernelOptions(options.code, problem);
  const Times times = measure(chosen, problem, compiling, options.threads, options.repetitions,
                              options.code.device);
  std::optional<Times> dense;
  if (options.dense)
    dense = measure(densePattern(), problem, compiling, options.threads, options.repetitions,
                    options.code.device);
  // Other programs slow the machine down at times; the higher figure is the true one.
  Limits limits;
  limits.gflops = std::max(peakBefore, peakNow());
  if (options.bandwidth)
    limits.bandwidth = measureReadBandwidth(runtime::threadCount(options.threads));
  print(times, dense, limits, options, dtypeName(problem.element()));
}

void cli::addBench(CLI::App &gaze) {
  CLI::App *command =
      gaze.add_subcommand("bench", "time, GFLOP/s, share of this CPU's measured peak");
  auto options = std::make_shared<BenchOptions>();
  addPatternOptions(*command, options->pattern);
  addValueOptions(*command, options->values);
  addShapeOptions(*command, options->shape);
  addTensorOptions(*command, options->tensors, /*required=*/false);
  command->add_flag("--dense", options->dense, "time dense attention of the same shape as well");
  command->add_flag("--bandwidth", options->bandwidth,
                    "measure how fast the machine reads memory, the limit of decoding, as well");
  command
      ->add_option("--repetitions", options->repetitions,
                   "runs to time [as many as half a second takes, at least 5]")
      ->type_name("N")
      ->transform(wholeNumber(1, 1 << 20));
  addCodeOptions(*command, options->code);
  addDeviceOption(*command, options->code);
  addThreadsOption(*command, options->threads);
  addJsonFlag(*command, options->json);
  command->footer("The time is the median of runs with a plan that is made once. The peak is of\n"
                  "fused multiply-adds between registers, measured in the same process\n"
                  "before and after, on as many threads; on a GPU none is measured. Where queries "
                  "come behind keys, a cache,\n"
                  "top_blocks has its summaries before the first run, as a decode step has.\n\n"
                  "Example:\n"
                  "  gaze bench patterns/longformer.gaze --seq 8192 --heads 8 --dense");
  command->callback([command, options] { bench(*command, *options); });
}
