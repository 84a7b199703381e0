//===- MergingTest.cpp - Attention over chunks of keys, merged -----------------===//
//
// Chunks are attended to one by one and merged with gaze::merge; the reference attends to
// all keys at once. A log-sum-exp is rounded to float32, by at most |lse| 2^-24, and so is
// the weight of its rows, of which two are compared in each merge; beside that each merge
// rounds an output five times.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr int dim = 32;

reference::Tolerance toleranceAfter(int merges, const reference::Result &result) {
  double largest = 0;
  for (const double lse : result.lse)
    if (std::isfinite(lse))
      largest = std::max(largest, std::abs(lse));
  const double ofMerges = merges * (2 * largest + 5) * 0x1p-24;
  return {reference::toleranceF32 + ofMerges, reference::toleranceF32 + ofMerges};
}

struct Result {
  std::vector<float> out, lse;

  explicit Result(const gaze_shape &shape)
      : out(shape.batch * shape.heads * shape.seq_q * dim),
        lse(shape.batch * shape.heads * shape.seq_q) {}
  gaze_tensor outView(const gaze_shape &shape) {
    return view(out.data(), {shape.batch, shape.heads, shape.seq_q, dim});
  }
  gaze_tensor lseView(const gaze_shape &shape) {
    return view(lse.data(), {shape.batch, shape.heads, shape.seq_q});
  }
};

void expectEqual(const reference::Result &expected, const Result &found, int merges) {
  const reference::Comparison comparison = reference::compare(
      expected, dim, found.out.data(), found.lse.data(), toleranceAfter(merges, expected));
  EXPECT_TRUE(comparison.ok) << "row " << comparison.worstRow << ", off by "
                             << comparison.maxAbsError << " and " << comparison.maxLseError;
}

/// Chunks of keys of a prefill, of several sizes: keys [begin, end) of a cache are keys 0 on of a
/// plan whose queries stand `begin` further left.
TEST(Merging, chunkedPrefill) {
  for (const std::string keep :
       {"k <= q", "k <= q and (q - k < 90 or (q - k) % 16 == 3)", "abs(q - k) < 70"}) {
    const CompiledPattern pattern("pattern p() { keep " + keep + "; }", dim);
    Tensors data = pattern.tensors(shape(2, 4, 2, 200, 300));
    const gaze_shape &all = data.shape;
    const reference::Result expected = pattern.check(data);
    Result sum(all), part(all);
    std::fill(sum.lse.begin(), sum.lse.end(), -std::numeric_limits<float>::infinity());
    const std::vector<std::int64_t> ends = {1, 64, 65, 190, 300};
    std::int64_t begin = 0;
    for (const std::int64_t end : ends) {
      const gaze_shape chunk = {2, 4, 2, 200, end - begin, all.q_start - begin};
      const auto keys = [&](std::vector<float> &of) {
        return view(of.data() + begin * dim, {2, 2, end - begin, dim},
                    {2 * 300 * dim, 300 * dim, dim, 1});
      };
      pattern.plan(chunk).run(view(data.q.data(), {2, 4, 200, dim}), keys(data.k), keys(data.v),
                              part.outView(all), part.lseView(all));
      merge(sum.outView(all), sum.lseView(all), part.outView(all), part.lseView(all));
      begin = end;
    }
    expectEqual(expected, sum, static_cast<int>(ends.size()));
  }
}

/// Three requests decode behind one prefix of 300 keys, whose keys stand in memory once.
TEST(Merging, sharedPrefix) {
  const CompiledPattern pattern("pattern p() { keep k <= q; }", dim);
  const std::int64_t prefix = 300, own = 41;
  Tensors data = pattern.tensors(shape(3, 4, 2, 2, prefix + own));
  const std::int64_t head = (prefix + own) * dim, batch = 2 * head;
  for (std::vector<float> *cache : {&data.k, &data.v}) // the same prefix for all
    for (std::int64_t request = 1; request < 3; ++request)
      for (std::int64_t kvHead = 0; kvHead < 2; ++kvHead)
        std::copy_n(cache->begin() + kvHead * head, prefix * dim,
                    cache->begin() + request * batch + kvHead * head);
  const reference::Result expected = pattern.check(data);

  const gaze_shape &all = data.shape;
  Result shared(all), rest(all);
  const gaze_tensor q = view(data.q.data(), {3, 4, 2, dim});
  const auto ofPrefix = [&](std::vector<float> &of) {
    return view(of.data(), {3, 2, prefix, dim}, {0, head, dim, 1});
  };
  const auto ofOwn = [&](std::vector<float> &of) {
    return view(of.data() + prefix * dim, {3, 2, own, dim}, {batch, head, dim, 1});
  };
  pattern.plan({3, 4, 2, 2, prefix, all.q_start})
      .run(q, ofPrefix(data.k), ofPrefix(data.v), shared.outView(all), shared.lseView(all));
  pattern.plan({3, 4, 2, 2, own, all.q_start - prefix})
      .run(q, ofOwn(data.k), ofOwn(data.v), rest.outView(all), rest.lseView(all));
  Result sum(all);
  merge(shared.outView(all), shared.lseView(all), rest.outView(all), rest.lseView(all),
        sum.outView(all), sum.lseView(all));
  expectEqual(expected, sum, 1);
}

} // namespace
