//===- threads.cpp - Sixteen threads run three kernels at once -----------------===//
//
// Each thread takes the kernels by turns, with a plan of its own and with one that all
// share, with a workspace and without, and holds the bits to those of one thread alone.
// With -DOWN_POOL runs spread over threads that this program makes: what
// ThreadSanitizer cannot see into is then not used, Halide's thread pool.
//
//===----------------------------------------------------------------------===//
#include "gaze/gaze.hpp"
#include "longformer.h"
#include "moba.h"
#include "strided.h"

#include <atomic>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr std::int64_t heads = 3, dim = 16, longest = 5000;

gaze::Options optionsFor(int threads) {
  gaze::Options options(threads);
#ifdef OWN_POOL
  static const auto pool = [](std::int64_t count, const auto &task) {
    std::vector<std::thread> others;
    for (std::int64_t i = 1; i < count; ++i)
      others.emplace_back([&task, i] { task(i); });
    task(0);
    for (std::thread &other : others)
      other.join();
  };
  options.parallelFor(pool);
#endif
  return options;
}

std::vector<float> randomTensor(unsigned seed) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal;
  std::vector<float> tensor(heads * longest * dim);
  for (float &value : tensor)
    value = normal(bits);
  return tensor;
}

const std::vector<float> q = randomTensor(1), k = randomTensor(2), v = randomTensor(3);

/// The output and, behind it, the log-sum-exp.
using Result = std::vector<float>;

void run(const gaze::Plan &plan, const gaze_shape &shape, const gaze::Options &options,
         Result &result) {
  const auto in = [](const std::vector<float> &of, std::int64_t seq) {
    return gaze::view(of.data(), {1, heads, seq, dim});
  };
  const std::int64_t rows = shape.seq_q, elements = heads * rows * dim;
  result.assign(elements + heads * rows, 7.0F);
  plan.run(in(q, rows), in(k, shape.seq_k), in(v, shape.seq_k),
           gaze::view(result.data(), {1, heads, rows, dim}),
           gaze::view(result.data() + elements, {1, heads, rows}), options);
}

struct Kernel {
  const gaze_kernel &table;
  gaze_shape shape;
  std::vector<gaze::Value> values;
  gaze::Plan shared;
  Result expected;

  Kernel(const gaze_kernel &table, const gaze_shape &shape, std::vector<gaze::Value> values)
      : table(table), shape(shape), values(std::move(values)), shared(makePlan(1)) {
    run(shared, shape, 1, expected);
  }
  gaze::Plan makePlan(int threads) const {
    return gaze::Plan(table, shape, values, {}, optionsFor(threads));
  }
  bool selects() const { return table.selection_count > 0; }
};

std::atomic<int> wrong{0};

void work(int thread, const std::vector<Kernel> &kernels) {
  for (int round = 0; round < 8; ++round) {
    const Kernel &kernel = kernels[(thread + round) % kernels.size()];
    const int threads = 1 + (thread + round) % 3;
    const gaze::Plan own = kernel.makePlan(threads);
    gaze::Workspace workspace;
    gaze::Options options = optionsFor(threads);
    if (!kernel.selects() && round % 2 == 0) {
      workspace = gaze::Workspace(kernel.shared, threads);
      options.workspace(workspace);
    }
    for (const gaze::Plan *plan : {&own, &kernel.shared}) {
      Result result;
      run(*plan, kernel.shape, options, result);
      wrong += result == kernel.expected ? 0 : 1;
    }
  }
}

} // namespace

int main() {
  using Values = std::vector<gaze::Value>;
  const gaze_shape prefill = {1, heads, heads, 400, 400, 0};
  const gaze_shape decode = {1, heads, heads, 1, longest, longest - 1}; // in pieces
  std::vector<Kernel> kernels;
  kernels.emplace_back(longformer, prefill, Values{64, 5});
  kernels.emplace_back(strided, prefill, Values{16});
  kernels.emplace_back(moba, prefill, Values{32, 4});
  kernels.emplace_back(longformer, decode, Values{longest, 5});
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&kernels, i] { work(i, kernels); });
  for (std::thread &thread : threads)
    thread.join();
  std::printf("parts %d, wrong %d\n", static_cast<int>(kernels[1].shared.info().parts),
              wrong.load());
  return wrong == 0 ? 0 : 1;
}
