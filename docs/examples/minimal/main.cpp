//===- main.cpp - A program that runs a compiled kernel -----------------------===//
//
// Makes Q, K and V, runs the kernel of my_window.gaze on them, and checks one row of
// the output against the formula, written out by hand.
//
//===----------------------------------------------------------------------===//
#include "my_window.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

constexpr std::int64_t heads = 4, seq = 1000, dim = 32;
constexpr int window = 100, sinks = 2;

/// A tensor [1, heads, seq, dim] of normal random numbers.
static std::vector<float> makeTensor(unsigned seed) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal;
  std::vector<float> tensor(heads * seq * dim);
  std::generate(tensor.begin(), tensor.end(), [&] { return normal(bits); });
  return tensor;
}

/// Attention of one query, in double.
static std::vector<double> rowByHand(const float *q, const float *k, const float *v,
                                     std::int64_t row) {
  std::vector<double> out(dim);
  double sum = 0;
  for (std::int64_t key = 0; key <= row; ++key) {
    if (row - key > window && key >= sinks)
      continue;
    double score = 0;
    for (std::int64_t d = 0; d < dim; ++d)
      score += double(q[row * dim + d]) * k[key * dim + d];
    const double weight = std::exp(score / std::sqrt(double(dim)));
    sum += weight;
    for (std::int64_t d = 0; d < dim; ++d)
      out[d] += weight * v[key * dim + d];
  }
  for (double &value : out)
    value /= sum;
  return out;
}

int main() try {
  const std::vector<float> q = makeTensor(1), k = makeTensor(2), v = makeTensor(3);
  std::vector<float> out(q.size());

  // The plan belongs to the shape and the values of the parameters: make it once, run
  // it for every layer and step.
  const gaze_shape shape = {/*batch=*/1, heads, /*kv_heads=*/heads,
                            seq,         seq,   /*q_start=*/0};
  my_window_parameters parameters;
  parameters.window = window;
  parameters.sinks = sinks;
  const gaze::Plan plan = my_window_plan(shape, parameters);
  plan.run(gaze::view(q.data(), {1, heads, seq, dim}), gaze::view(k.data(), {1, heads, seq, dim}),
           gaze::view(v.data(), {1, heads, seq, dim}),
           gaze::view(out.data(), {1, heads, seq, dim}));

  const std::int64_t head = 3, row = 777, begin = head * seq * dim;
  const std::vector<double> expected =
      rowByHand(q.data() + begin, k.data() + begin, v.data() + begin, row);
  double error = 0;
  for (std::int64_t d = 0; d < dim; ++d)
    error = std::max(error, std::abs(out[begin + row * dim + d] - expected[d]));
  const gaze_plan_info info = plan.info();
  const double pairs = static_cast<double>(heads * seq) * static_cast<double>(seq);
  std::printf("%lld tiles, %.1f %% of all pairs; head %lld, row %lld is off by %.1e\n",
              static_cast<long long>(info.full_tiles + info.partial_tiles), 100 * info.cost / pairs,
              static_cast<long long>(head), static_cast<long long>(row), error);
  return error < 3e-6 ? 0 : 1;
} catch (const gaze::Error &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
