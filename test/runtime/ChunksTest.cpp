//===- ChunksTest.cpp - What one call of accumulate is given -------------------===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace gaze::test {
namespace {

/// A call of accumulate: what it was given.
struct Call {
  std::int64_t qFirst;
  std::int32_t full;
  std::vector<std::int32_t> tiles;
};

std::mutex mutex;
std::vector<Call> calls;

int recordCall(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
               halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *tiles,
               std::int32_t full, std::int32_t count, std::int64_t qFirst, std::int64_t,
               std::int64_t, halide_buffer_t *, halide_buffer_t *) {
  const std::lock_guard<std::mutex> lock(mutex);
  EXPECT_EQ(count, tiles->dim[0].extent);
  const auto *first = reinterpret_cast<const std::int32_t *>(tiles->host);
  calls.push_back({qFirst, full, {first, first + count}});
  return 0;
}

int finishNothing(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *) { return 0; }

gaze_kernel recordingKernel(int tileQ, int tileK, int edgeK, int chunkTiles) {
  gaze_kernel kernel = fakeKernel(tileQ, tileK, edgeK);
  kernel.chunk_tiles = chunkTiles;
  kernel.accumulate = recordCall;
  kernel.finish = finishNothing;
  return kernel;
}

void runAll(const gaze_kernel &kernel, const gaze_shape &shape, int threads) {
  const Plan plan(kernel, shape);
  std::vector<float> q(shape.seq_q * 8), k(shape.seq_k * 8), v(k.size()), out(q.size());
  calls.clear();
  plan.run(view(q.data(), {1, 1, shape.seq_q, 8}), view(k.data(), {1, 1, shape.seq_k, 8}),
           view(v.data(), {1, 1, shape.seq_k, 8}), view(out.data(), {1, 1, shape.seq_q, 8}),
           threads);
}

class Chunks : public testing::TestWithParam<std::tuple<int, int, int>> {};

/// Every kept pair is in exactly one tile, full tiles have no other pairs, and a call has
/// no more keys than its strips have room for.
TEST_P(Chunks, HaveEveryKeptPairOnce) {
  const auto [tileK, edgeK, chunkTiles] = GetParam();
  const gaze_kernel kernel = recordingKernel(4, tileK, edgeK, chunkTiles);
  keep = [](auto q, auto k, auto, auto) {
    return k <= q && (q - k < 70 || k < 3 || (k > 40 && k < 80) || q % 40 == 9);
  };
  for (const std::int64_t seqK : {1, 5, 33, 150, 203}) {
    const gaze_shape shape = {
        1, 1, 1, std::min<std::int64_t>(seqK, 90), seqK, std::max<std::int64_t>(0, seqK - 90)};
    runAll(kernel, shape, 3);
    std::set<std::pair<std::int64_t, std::int64_t>> seen;
    for (const Call &call : calls) {
      const auto count = static_cast<std::int32_t>(call.tiles.size());
      EXPECT_LE(call.full * tileK + (count - call.full) * edgeK, chunkTiles * tileK);
      EXPECT_GT(count, 0);
      for (std::int32_t i = 0; i < count; ++i) {
        const bool full = i < call.full;
        const std::int64_t first = std::int64_t{call.tiles[i]} * edgeK;
        const std::int64_t end = first + (full ? tileK : edgeK);
        EXPECT_TRUE(!full || end <= seqK);
        for (std::int64_t k = first; k < std::min(end, seqK); ++k)
          for (std::int64_t q = call.qFirst; q < std::min(call.qFirst + 4, seqK); ++q) {
            EXPECT_TRUE(!full || keep(q, k, 0, 0));
            EXPECT_TRUE(seen.emplace(q, k).second) << q << ", " << k << " twice";
          }
      }
    }
    for (std::int64_t q = shape.q_start; q < seqK; ++q)
      for (std::int64_t k = 0; k < seqK; ++k)
        EXPECT_TRUE(!keep(q, k, 0, 0) || seen.count({q, k})) << q << ", " << k << " is missing";
  }
}

/// A last call with little to do would cost as much as the others.
TEST_P(Chunks, AreOfAboutEqualSize) {
  const auto [tileK, edgeK, chunkTiles] = GetParam();
  const gaze_kernel kernel = recordingKernel(1, tileK, edgeK, chunkTiles);
  keep = [](auto q, auto k, auto, auto) { return k <= q; };
  for (const std::int64_t seqK : {61, 64, 150, 255}) {
    runAll(kernel, {1, 1, 1, 1, seqK, seqK - 1}, 1);
    std::vector<std::int64_t> keys;
    for (const Call &call : calls)
      keys.push_back(call.full * tileK +
                     (static_cast<std::int64_t>(call.tiles.size()) - call.full) * edgeK);
    const auto [least, most] = std::minmax_element(keys.begin(), keys.end());
    EXPECT_LE(*most - *least, tileK) << seqK << " keys";
    EXPECT_EQ((seqK + edgeK - 1) / edgeK * edgeK,
              std::accumulate(keys.begin(), keys.end(), std::int64_t{0}));
  }
}

/// So that threads end together; within an eighth they may be in any order. Some rows are
/// computed side by side: they begin in that order.
TEST_P(Chunks, OfLongRowsComeFirst) {
  const auto [tileK, edgeK, chunkTiles] = GetParam();
  const gaze_kernel kernel = recordingKernel(2, tileK, edgeK, chunkTiles);
  keep = [](auto q, auto k, auto, auto) { return q % 6 < 2 ? k < 2 * q : k <= q / 3; };
  runAll(kernel, {1, 1, 1, 160, 330, 0}, 1);
  std::map<std::int64_t, double> costs; // a masked pair takes half as long again
  for (const Call &call : calls)
    costs[call.qFirst] +=
        call.full * tileK + 1.5 * (static_cast<double>(call.tiles.size()) - call.full) * edgeK;
  EXPECT_GT(costs.size(), 50u);
  double least = costs[calls.front().qFirst];
  std::set<std::int64_t> begun;
  for (const Call &call : calls) {
    if (!begun.insert(call.qFirst).second)
      continue;
    EXPECT_LE(costs[call.qFirst], 1.125 * least) << call.qFirst;
    least = std::min(least, costs[call.qFirst]);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Chunks,
                         testing::Values(std::tuple{8, 8, 1}, std::tuple{8, 8, 5},
                                         std::tuple{8, 4, 2}, std::tuple{16, 4, 1},
                                         std::tuple{16, 4, 3}, std::tuple{32, 8, 2},
                                         std::tuple{4, 1, 4}));

} // namespace
} // namespace gaze::test
