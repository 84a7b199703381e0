//===- Kernels.cpp - Time of kernels, plans and compilation --------------------===//
//
//   gaze_bench --benchmark_filter=run --benchmark_min_time=1
//
// `run/PATTERN/seq/head_dim`: eight heads, all cores; items per second are FLOP on
// full and partial tiles. `plan/...` and `compile/...` are what comes before; `overhead` is what
// a run of one tile takes beside the calls of the kernel's functions, in nanoseconds.
//
//===----------------------------------------------------------------------===//
#include "Overhead.h"

#include "compiler/Compiler.h"
#include "dsl/Load.h"
#include "gaze/gaze.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <random>

namespace {

constexpr std::int64_t heads = 8;

gaze::dsl::Program loadPattern(const std::string &name) {
  gaze::dsl::Diagnostics diagnostics;
  const std::string folder = GAZE_PATTERNS;
  gaze::dsl::Program program =
      gaze::dsl::load(folder + "/" + name + ".gaze", {folder}, diagnostics);
  if (diagnostics.hasErrors()) {
    std::fputs(diagnostics.render(program.sources).c_str(), stderr);
    std::exit(1);
  }
  return program;
}

gaze::JitKernel compile(const gaze::dsl::Program &program, int headDim) {
  gaze::KernelOptions options;
  options.headDim = headDim;
  return gaze::jit(program, program.patterns[0], options);
}

gaze_shape shapeOf(std::int64_t seq) { return {1, heads, heads, seq, seq, 0}; }

void runKernel(benchmark::State &state, const std::string &name) {
  const std::int64_t seq = state.range(0), dim = state.range(1);
  const gaze::dsl::Program program = loadPattern(name);
  const gaze::JitKernel kernel = compile(program, static_cast<int>(dim));
  const gaze::Plan plan(kernel.table(), shapeOf(seq));
  std::mt19937 generator(1);
  std::normal_distribution<float> normal;
  std::vector<float> q(heads * seq * dim), k(q.size()), v(q.size()), out(q.size());
  for (std::vector<float> *tensor : {&q, &k, &v})
    for (float &value : *tensor)
      value = normal(generator);
  for (auto _ : state)
    plan.run(gaze::view(q.data(), {1, heads, seq, dim}), gaze::view(k.data(), {1, heads, seq, dim}),
             gaze::view(v.data(), {1, heads, seq, dim}),
             gaze::view(out.data(), {1, heads, seq, dim}));
  state.counters["tile_flops"] =
      benchmark::Counter(4.0 * static_cast<double>(dim) * plan.info().cost,
                         benchmark::Counter::kIsIterationInvariantRate);
}

void makePlan(benchmark::State &state, const std::string &name) {
  const gaze::dsl::Program program = loadPattern(name);
  const gaze::JitKernel kernel = compile(program, 64);
  for (auto _ : state)
    benchmark::DoNotOptimize(gaze::Plan(kernel.table(), shapeOf(state.range(0))).get());
}

void compileKernel(benchmark::State &state, const std::string &name) {
  const gaze::dsl::Program program = loadPattern(name);
  for (auto _ : state)
    benchmark::DoNotOptimize(&compile(program, static_cast<int>(state.range(0))).table());
}

void runTile(benchmark::State &state) {
  const gaze::dsl::Program program = loadPattern("causal");
  const gaze::JitKernel kernel = compile(program, 16);
  Overhead overhead{};
  for (auto _ : state)
    overhead = measureOverhead(kernel.table());
  state.counters["run_ns"] = overhead.run;
  state.counters["direct_ns"] = overhead.direct;
  state.counters["overhead_ns"] = overhead.run - overhead.direct;
  state.counters["without_workspace_ns"] = overhead.withoutWorkspace - overhead.direct;
}

} // namespace

int main(int argc, char **argv) {
  for (const char *name : {"causal", "window", "longformer", "bigbird", "sinks", "strided"}) {
    const std::string pattern = name;
    benchmark::RegisterBenchmark(("run/" + pattern).c_str(), runKernel, pattern)
        ->ArgsProduct({{2048, 8192}, {64, 128}})
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("plan/" + pattern).c_str(), makePlan, pattern)
        ->Arg(8192)
        ->Arg(1 << 20)
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("compile/" + pattern).c_str(), compileKernel, pattern)
        ->Arg(64)
        ->Arg(128)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("overhead", runTile)->Iterations(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
