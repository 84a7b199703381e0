//===- ReachTest.cpp - Layers until everyone has heard of everyone ------------===//
#include "tools/gaze/Reach.h"
#include "FunctionMask.h"

#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>

using namespace gaze::cli;

namespace {

using Keep = std::function<bool(std::int64_t, std::int64_t)>;

Reach exactly(std::int64_t seq, const Keep &keep) {
  PairBits bits(seq, seq);
  for (std::int64_t q = 0; q < seq; ++q)
    for (std::int64_t k = 0; k < seq; ++k)
      if (keep(q, k))
        bits.set(q, k);
  return reachExactly(bits, seq);
}

/// The layers, or 0 for never.
std::int64_t reach(std::int64_t seq, const Keep &keep) {
  const Reach found = exactly(seq, keep);
  return found.kind == Reach::Kind::Never ? 0 : found.layers;
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

void expectNever(const Reach &reach, std::int64_t query, std::int64_t key) {
  EXPECT_EQ(reach.kind, Reach::Kind::Never);
  EXPECT_EQ(reach.query, query);
  EXPECT_EQ(reach.key, key);
}

/// The first query that misses a key, and the first key that it misses.
TEST(Reach, neverHasAnExample) {
  expectNever(exactly(2, [](auto, auto) { return false; }), 1, 0);
  expectNever(exactly(100, [](auto q, auto k) { return q / 10 == k / 10; }), 0, 10);
  expectNever(exactly(100, [](auto q, auto k) { return k <= q && q / 10 == k / 10; }), 10, 0);
  expectNever(exactly(100, [](auto q, auto k) { return k <= q && q % 2 == k % 2; }), 1, 0);
}

//===----------------------------------------------------------------------===//
// From a few queries
//===----------------------------------------------------------------------===//

constexpr Work enough = 1'000'000'000;

Reach fromSome(std::int64_t seq, const Keep &keep, bool ahead, Work work = enough) {
  const FunctionMask mask(seq, seq, [&](auto q, auto k, auto) { return keep(q, k); });
  return reachFromSome(mask, 1, 0, ahead, work);
}

/// The last query has furthest to hear, so these bounds are the reach itself.
TEST(ReachFromSome, findsWhatTheLastQueryNeeds) {
  for (int window : {1, 2, 7, 64, 128, 129}) {
    const Reach found =
        fromSome(130, [&](auto q, auto k) { return 0 <= q - k && q - k <= window; }, false);
    EXPECT_EQ(found.kind, Reach::Kind::AtLeast);
    EXPECT_EQ(found.layers, (129 + window - 1) / window) << window;
    EXPECT_EQ(found.queries, 5);
  }
  EXPECT_EQ(
      fromSome(300, [](auto q, auto k) { return q == 5 || k == 5 || q == k; }, true).layers, 2);
  EXPECT_EQ(fromSome(300, [](auto q, auto k) { return k <= q; }, false).layers, 1);
}

TEST(ReachFromSome, provesNever) {
  const auto parity = [](auto q, auto k) { return k <= q && q % 2 == k % 2; };
  expectNever(fromSome(100, parity, false), 99, 0);
  const auto blocks = [](auto q, auto k) { return q / 10 == k / 10; };
  expectNever(fromSome(100, blocks, true), 99, 0);
}

/// With little work it stops early, and what it says is still true: 99 layers are needed.
TEST(ReachFromSome, stopsWithABound) {
  const auto neighbour = [](auto q, auto k) { return 0 <= q - k && q - k <= 1; };
  const Reach some = fromSome(100, neighbour, false, 20'000),
              more = fromSome(100, neighbour, false, 40'000);
  EXPECT_EQ(some.kind, Reach::Kind::AtLeast);
  EXPECT_GT(some.layers, 1);
  EXPECT_GT(more.layers, some.layers);
  EXPECT_LT(more.layers, 99);
}

//===----------------------------------------------------------------------===//
// Heads, batch entries, shapes
//===----------------------------------------------------------------------===//

/// Head 0 goes back two keys, head 1 one: 49 keys take the two together 25 layers, and
/// head 0 alone never hears of every other key.
TEST(Reach, headsHearEachOther) {
  const FunctionMask mask(50, 50, [](auto q, auto k, auto head) { return k == q - 2 + head; });
  expectNever(reachOf(mask, 1, 1, false), 1, 0);
  EXPECT_EQ(reachOf(mask, 2, 1, false).kind, Reach::Kind::Exactly);
  EXPECT_EQ(reachOf(mask, 2, 1, false).layers, 25);
}

TEST(Reach, isForSelfAttention) {
  const auto all = [](auto, auto, auto) { return true; };
  EXPECT_EQ(reachOf(FunctionMask(3, 5, all), 1, 1, true).kind, Reach::Kind::NotComputed);
  FunctionMask later(5, 5, all);
  later.qStart = 1;
  EXPECT_EQ(reachOf(later, 1, 1, true).kind, Reach::Kind::NotComputed);
}

} // namespace
