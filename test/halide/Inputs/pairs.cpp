//===- pairs.cpp - A bfloat16 kernel beside attention written out by hand ------===//
//
// pairs.h is a kernel of `keep k <= q or k % 5 == 0`. Checks the output to twice the
// error of rounding it, and that NaN in V reaches exactly the rows that keep its key.
//
//===----------------------------------------------------------------------===//
#include "pairs.h"
#include "gaze/gaze.hpp"

#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

constexpr std::int64_t heads = 2, seq = 333, dim = 24, valueDim = 40;
constexpr std::int64_t badKey = 71; // no multiple of 5

static bool keeps(std::int64_t q, std::int64_t k) { return k <= q || k % 5 == 0; }

static std::vector<gaze::bfloat16> makeTensor(unsigned seed, std::int64_t width, float scale) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal;
  std::vector<gaze::bfloat16> tensor(heads * seq * width);
  for (gaze::bfloat16 &value : tensor)
    value = gaze::bfloat16(normal(bits) * scale);
  return tensor;
}

static std::vector<double> rowByHand(const gaze::bfloat16 *q, const gaze::bfloat16 *k,
                                     const gaze::bfloat16 *v, std::int64_t row) {
  std::vector<double> out(valueDim + 1); // and the log-sum-exp
  double sum = 0;
  for (std::int64_t key = 0; key < seq; ++key) {
    if (!keeps(row, key))
      continue;
    double score = 0;
    for (std::int64_t d = 0; d < dim; ++d)
      score += double(float(q[row * dim + d])) * float(k[key * dim + d]);
    const double weight = std::exp(score / std::sqrt(double(dim)));
    sum += weight;
    for (std::int64_t d = 0; d < valueDim; ++d)
      out[d] += weight * float(v[key * valueDim + d]);
  }
  for (double &value : out)
    value /= sum;
  out[valueDim] = std::log(sum);
  return out;
}

int main() {
  const std::vector<gaze::bfloat16> q = makeTensor(1, dim, 2), k = makeTensor(2, dim, 1);
  std::vector<gaze::bfloat16> v = makeTensor(3, valueDim, 1), out(heads * seq * valueDim);
  std::vector<float> lse(heads * seq);
  gaze_kernel emulated = pairs;
  emulated.cpu = 0; // no instruction is left that this CPU may lack
  const gaze::Plan plan(emulated, {1, heads, heads, seq, seq, 0});
  const auto run = [&] {
    plan.run(gaze::view(q.data(), {1, heads, seq, dim}), gaze::view(k.data(), {1, heads, seq, dim}),
             gaze::view(v.data(), {1, heads, seq, valueDim}),
             gaze::view(out.data(), {1, heads, seq, valueDim}),
             gaze::view(lse.data(), {1, heads, seq}));
  };
  run();
  double error = 0, plainError = 0, lseError = 0;
  for (std::int64_t i = 0; i < heads * seq; ++i) {
    const std::int64_t head = i / seq * seq;
    const std::vector<double> expected = rowByHand(q.data() + head * dim, k.data() + head * dim,
                                                   v.data() + head * valueDim, i % seq);
    for (std::int64_t d = 0; d < valueDim; ++d) {
      const auto plain = float(gaze::bfloat16(float(expected[d])));
      error = std::fmax(error, std::abs(float(out[i * valueDim + d]) - expected[d]));
      plainError = std::fmax(plainError, std::abs(plain - expected[d]));
    }
    lseError = std::fmax(lseError, std::abs(lse[i] - expected[valueDim]));
  }
  std::printf("error %.2f times that of rounding; log-sum-exp %.1e\n", error / plainError,
              lseError);
  bool right = error <= 2 * plainError && lseError <= 0x1p-9;

  for (std::int64_t head = 0; head < heads; ++head)
    v[(head * seq + badKey) * valueDim + 7].bits = 0x7fff;
  run();
  for (std::int64_t i = 0; i < heads * seq; ++i)
    for (std::int64_t d = 0; d < valueDim; ++d)
      right &= std::isnan(float(out[i * valueDim + d])) == (d == 7 && keeps(i % seq, badKey));
  std::puts(right ? "right" : "wrong");
  return right ? 0 : 1;
}
