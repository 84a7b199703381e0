//===- ReachTest.cpp - Layers until everyone has heard of everyone ------------===//
#include "tools/gaze/Mask.h"

#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>

using namespace gaze::cli;

namespace {

int reach(std::int64_t seq, const std::function<bool(std::int64_t, std::int64_t)> &keep) {
  PairBits bits(seq, seq);
  for (std::int64_t q = 0; q < seq; ++q)
    for (std::int64_t k = 0; k < seq; ++k)
      if (keep(q, k))
        bits.row(q)[k / 64] |= std::uint64_t(1) << k % 64;
  return reachLayers(bits, seq);
}

TEST(Reach, denseTakesOneLayer) {
  for (std::int64_t seq : {1, 2, 63, 64, 65, 200}) {
    EXPECT_EQ(reach(seq, [](auto, auto) { return true; }), 1);
    EXPECT_EQ(reach(seq, [](auto q, auto k) { return k <= q; }), 1);
  }
}

/// A query hears itself without attending to itself.
TEST(Reach, theResidualStreamCounts) {
  EXPECT_EQ(reach(70, [](auto q, auto k) { return k < q; }), 1);
  EXPECT_EQ(reach(70, [](auto q, auto k) { return k != q; }), 1);
}

/// The last of 130 hears `window` further back in every layer: ceil(129 / window).
TEST(Reach, windows) {
  for (int window : {1, 2, 7, 64, 128, 129})
    EXPECT_EQ(reach(130, [&](auto q, auto k) { return 0 <= q - k && q - k <= window; }),
              (129 + window - 1) / window)
        << window;
  EXPECT_EQ(reach(130, [](auto q, auto k) { return std::abs(q - k) <= 10; }), 13);
}

/// Through one token that sees all and is seen by all: two layers.
TEST(Reach, oneGlobalToken) {
  EXPECT_EQ(reach(300, [](auto q, auto k) { return q == 5 || k == 5 || q == k; }), 2);
}

/// Every stride-th key, and the keys between: two layers (Sparse Transformers, Child
/// et al. 2019).
TEST(Reach, stridedAndLocal) {
  EXPECT_EQ(reach(256, [](auto q, auto k) { return k <= q && (q - k < 16 || k % 16 == 15); }), 2);
}

TEST(Reach, never) {
  EXPECT_EQ(reach(2, [](auto, auto) { return false; }), 0);
  EXPECT_EQ(reach(100, [](auto q, auto k) { return q / 10 == k / 10; }), 0);
  EXPECT_EQ(reach(100, [](auto q, auto k) { return k <= q && q % 2 == k % 2; }), 0);
}

} // namespace
