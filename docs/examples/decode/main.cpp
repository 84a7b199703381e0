//===- main.cpp - Decoding with a growing KV cache ------------------------------===//
//
// A prompt fills the cache, then tokens come one by one. The cache has room for more tokens
// than it holds, so K and V are views with strides; what top_blocks knows of its blocks grows
// with it: a step computes what it would with no summaries, to the last bit.
//
//===----------------------------------------------------------------------===//
#include "attention.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <vector>

constexpr std::int64_t heads = 8, kvHeads = 2, dim = attention_head_dim;
constexpr std::int64_t prompt = 2000, steps = 100, all = prompt + steps;

/// Normal random numbers, in place of what a model would compute.
static std::vector<float> makeTensor(std::int64_t size, unsigned seed) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal;
  std::vector<float> tensor(size);
  std::generate(tensor.begin(), tensor.end(), [&] { return normal(bits); });
  return tensor;
}

/// K and V of one layer, [1, kvHeads, capacity, dim], of which `length` tokens are there.
struct Cache {
  static constexpr std::int64_t capacity = 4096;
  std::vector<float> k = std::vector<float>(kvHeads * capacity * dim);
  std::vector<float> v = k;
  std::int64_t length = 0;

  /// Tokens [length, to) of `allK` and `allV`, [kvHeads, all, dim].
  void append(const std::vector<float> &allK, const std::vector<float> &allV, std::int64_t to) {
    for (std::int64_t head = 0; head < kvHeads; ++head) {
      const std::int64_t from = (head * all + length) * dim, end = (head * all + to) * dim;
      const std::int64_t place = (head * capacity + length) * dim;
      std::copy(allK.begin() + from, allK.begin() + end, k.begin() + place);
      std::copy(allV.begin() + from, allV.begin() + end, v.begin() + place);
    }
    length = to;
  }

  gaze::View<const float> view(const std::vector<float> &tensor) const {
    return gaze::view(tensor.data(), {1, kvHeads, length, dim},
                      {kvHeads * capacity * dim, capacity * dim, dim, 1});
  }
};

/// Tokens [from, to) of a tensor [1, heads, all, dim].
template <typename Element>
static gaze::View<Element> tokens(Element *tensor, std::int64_t from, std::int64_t to) {
  return gaze::view(tensor + from * dim, {1, heads, to - from, dim},
                    {heads * all * dim, all * dim, dim, 1});
}

int main() try {
  const std::vector<float> q = makeTensor(heads * all * dim, 1);
  const std::vector<float> k = makeTensor(kvHeads * all * dim, 2);
  const std::vector<float> v = makeTensor(kvHeads * all * dim, 3);
  std::vector<float> out(q.size()), afresh(q.size());

  Cache cache;
  gaze::Summaries summaries(attention, /*batch=*/1, kvHeads);
  const auto run = [&](std::int64_t from, std::int64_t to) {
    cache.append(k, v, to);
    // A plan costs little beside a step; its shape grows with the cache.
    const gaze::Plan plan = attention_plan({1, heads, kvHeads, to - from, to, /*q_start=*/from});
    summaries.update(plan, cache.view(cache.k));
    plan.run(tokens(q.data(), from, to), cache.view(cache.k), cache.view(cache.v),
             tokens(out.data(), from, to), gaze::Options().summaries(summaries));
  };
  run(0, prompt);
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t token = prompt; token < all; ++token)
    run(token, token + 1);
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;

  attention_plan({1, heads, kvHeads, 1, all, /*q_start=*/all - 1})
      .run(tokens(q.data(), all - 1, all), cache.view(cache.k), cache.view(cache.v),
           tokens(afresh.data(), all - 1, all));
  bool isSame = true;
  for (std::int64_t head = 0; head < heads; ++head) {
    const std::int64_t last = (head * all + all - 1) * dim;
    isSame &= std::equal(out.begin() + last, out.begin() + last + dim, afresh.begin() + last);
  }
  std::printf("%lld tokens behind a prompt of %lld, %.0f us each; the last one is %s\n",
              static_cast<long long>(steps), static_cast<long long>(prompt),
              time.count() / static_cast<double>(steps),
              isSame ? "what it is without summaries" : "wrong");
  return isSame ? 0 : 1;
} catch (const gaze::Error &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
