//===- main.cpp - A toy transformer of two layers, dense and sparse ----------------===//
//
//   transformer FOLDER      with q.npy, k.npy and v.npy, float16 [1, 12, 1024, 32]
//
// The first layer has Q, K and V of a real model that reads a text; the second, and the
// feed-forward parts, have random weights. The same network runs with dense attention and with
// Longformer's, and the difference of their outputs is printed layer by layer.
//
//===----------------------------------------------------------------------===//
#include "Npy.h"
#include "dense.h"
#include "longformer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

constexpr std::int64_t heads = 12, seq = 1024, dim = 32, width = heads * dim;

/// [seq, width]: the heads of a token side by side. So [1, heads, seq, dim] is a view of it.
using Tokens = std::vector<float>;

template <typename Element> static gaze::View<Element> headsOf(Element *tokens) {
  return gaze::view(tokens, {1, heads, seq, dim}, {seq * width, dim, width, 1});
}

static Tokens attend(const gaze::Plan &plan, const Tokens &q, const Tokens &k, const Tokens &v) {
  Tokens out(q.size());
  plan.run(headsOf(q.data()), headsOf(k.data()), headsOf(v.data()), headsOf(out.data()));
  return out;
}

/// A linear layer with random weights [width, width].
class Linear {
public:
  explicit Linear(unsigned seed) : weights(width * width) {
    std::mt19937 bits(seed);
    std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(width)));
    std::generate(weights.begin(), weights.end(), [&] { return normal(bits); });
  }

  Tokens operator()(const Tokens &in) const {
    Tokens out(in.size());
    for (std::int64_t token = 0; token < seq; ++token)
      for (std::int64_t from = 0; from < width; ++from)
        for (std::int64_t to = 0; to < width; ++to)
          out[token * width + to] += in[token * width + from] * weights[from * width + to];
    return out;
  }

private:
  std::vector<float> weights;
};

/// normalize(a + b), token by token.
static Tokens addAndNormalize(const Tokens &a, const Tokens &b) {
  Tokens sum(a.size());
  for (std::int64_t token = 0; token < seq; ++token) {
    float *const row = sum.data() + token * width;
    double mean = 0, square = 0;
    for (std::int64_t i = 0; i < width; ++i) {
      row[i] = a[token * width + i] + b[token * width + i];
      mean += row[i];
      square += double(row[i]) * row[i];
    }
    mean /= width;
    const double deviation = std::sqrt(square / width - mean * mean + 1e-5);
    for (std::int64_t i = 0; i < width; ++i)
      row[i] = static_cast<float>((row[i] - mean) / deviation);
  }
  return sum;
}

/// What follows attention in a layer.
static Tokens feedForward(const Tokens &in, unsigned seed) {
  Tokens hidden = Linear(seed)(in);
  for (float &value : hidden)
    value = std::max(value, 0.0F);
  return addAndNormalize(in, Linear(seed + 1)(hidden));
}

/// The outputs of both layers.
static std::vector<Tokens> network(const gaze::Plan &plan, const Tokens &q, const Tokens &k,
                                   const Tokens &v) {
  const Tokens first = feedForward(addAndNormalize(v, attend(plan, q, k, v)), 1);
  const Tokens attended = attend(plan, Linear(3)(first), Linear(4)(first), Linear(5)(first));
  return {first, feedForward(addAndNormalize(first, attended), 6)};
}

/// The Frobenius norm of a - b beside that of a.
static double relativeError(const Tokens &a, const Tokens &b) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
    norm += double(a[i]) * a[i];
  }
  return std::sqrt(difference / norm);
}

/// A file's [1, heads, seq, dim] as tokens.
static Tokens readTokens(const std::string &path) {
  const std::vector<float> tensor = readHalves(path, heads * seq * dim);
  Tokens tokens(tensor.size());
  for (std::int64_t head = 0; head < heads; ++head)
    for (std::int64_t token = 0; token < seq; ++token)
      std::copy_n(tensor.begin() + (head * seq + token) * dim, dim,
                  tokens.begin() + token * width + head * dim);
  return tokens;
}

int main(int argc, char **argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: transformer FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  const Tokens q = readTokens(folder + "/q.npy"), k = readTokens(folder + "/k.npy"),
               v = readTokens(folder + "/v.npy");
  const gaze_shape shape = {1, heads, heads, seq, seq, 0};
  longformer_parameters parameters;
  parameters.window = 128;
  parameters.globals = 16;
  const gaze::Plan sparsePlan = longformer_plan(shape, parameters), densePlan = dense_plan(shape);

  const std::vector<Tokens> exact = network(densePlan, q, k, v);
  const std::vector<Tokens> sparse = network(sparsePlan, q, k, v);
  std::printf("pairs computed: %.1f %% of dense attention's\n",
              100 * sparsePlan.info().cost / densePlan.info().cost);
  for (std::size_t layer = 0; layer < exact.size(); ++layer)
    std::printf("layer %zu: relative error %.3f\n", layer + 1,
                relativeError(exact[layer], sparse[layer]));

  // A window that reaches every token is dense attention, in another order of sums.
  parameters.window = 2 * seq;
  const std::vector<Tokens> wide = network(longformer_plan(shape, parameters), q, k, v);
  const double error = relativeError(exact.back(), wide.back());
  std::printf("a window over all tokens: relative error %.1e\n", error);
  return error < 1e-5 ? 0 : 1;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
