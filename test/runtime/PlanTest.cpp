//===- PlanTest.cpp - Plans against every pair ---------------------------------===//
#include "FakeKernel.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <tuple>

namespace gaze::test {
namespace {

struct Destroy {
  void operator()(gaze_plan *plan) const { gaze_plan_destroy(plan); }
};
using PlanPointer = std::unique_ptr<gaze_plan, Destroy>;

PlanPointer makePlan(const gaze_kernel &kernel, const gaze_shape &shape, int threads = 1) {
  gaze_plan *plan = nullptr;
  gaze_error error = {};
  EXPECT_EQ(GAZE_OK,
            gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, threads, &plan, &error))
      << error.message;
  return PlanPointer(plan);
}

/// (first query, first key) of every tile that the plan lists, and whether it is full.
using Tiles = std::map<std::pair<std::int64_t, std::int64_t>, bool>;

Tiles tilesOf(const gaze_plan *plan, std::int32_t tileK, std::int64_t head = 0,
              std::int64_t batch = 0) {
  struct Context {
    Tiles tiles;
    std::int32_t tileK;
  } context{{}, tileK};
  const auto visit = [](void *opaque, std::int64_t qBegin, std::int64_t, std::int64_t kBegin,
                        std::int64_t kEnd, std::int32_t full) {
    auto &into = *static_cast<Context *>(opaque);
    for (std::int64_t k = kBegin; k < kEnd; k += into.tileK)
      EXPECT_TRUE(into.tiles.emplace(std::pair{qBegin, k}, full != 0).second) << "listed twice";
    return 0;
  };
  EXPECT_EQ(GAZE_OK, gaze_plan_visit(plan, head, batch, visit, &context, nullptr));
  return context.tiles;
}

/// The tiles worked out pair by pair: a tile with a kept pair is listed; it is full
/// where all pairs are kept and it lies within seq_k.
Tiles expectedTiles(const gaze_kernel &kernel, const gaze_shape &shape, std::int64_t head = 0,
                    std::int64_t batch = 0) {
  Tiles tiles;
  for (std::int64_t q0 = 0; q0 < shape.seq_q; q0 += kernel.tile_q)
    for (std::int64_t k0 = 0; k0 < shape.seq_k; k0 += kernel.tile_k) {
      bool any = false, all = k0 + kernel.tile_k <= shape.seq_k;
      for (std::int64_t q = q0; q < std::min(q0 + kernel.tile_q, shape.seq_q); ++q)
        for (std::int64_t k = k0; k < std::min(k0 + kernel.tile_k, shape.seq_k); ++k) {
          const bool kept = keep(q + shape.q_start, k, head, batch);
          any |= kept;
          all &= kept;
        }
      if (any)
        tiles[{q0, k0}] = all;
    }
  return tiles;
}

class PlanOfMask : public testing::TestWithParam<int> {
protected:
  Keep mask() const {
    switch (GetParam()) {
    case 0:
      return [](auto q, auto k, auto, auto) { return k <= q; };
    case 1:
      return [](auto q, auto k, auto, auto) { return q - k < 40 && k <= q; };
    case 2:
      return [](auto q, auto k, auto, auto) { return k < 5 || q < 3 || std::abs(q - k) < 9; };
    case 3:
      return [](auto q, auto k, auto, auto) { return (q - k) % 37 == 0; };
    case 4:
      return [](auto, auto, auto, auto) { return true; };
    default:
      return [](auto, auto, auto, auto) { return false; };
    }
  }
};

TEST_P(PlanOfMask, ListsTheTilesWithKeptPairsAndNoOthers) {
  keep = mask();
  for (const auto &[tileQ, tileK] : {std::pair{16, 32}, std::pair{32, 8}, std::pair{1, 1}})
    for (const auto &[seqQ, seqK, start] :
         {std::tuple{1, 1, 0}, std::tuple{33, 64, 31}, std::tuple{64, 33, -31},
          std::tuple{100, 257, 157}, std::tuple{31, 7, 0}}) {
      const gaze_kernel kernel = fakeKernel(tileQ, tileK);
      const gaze_shape shape = {2, 3, 1, seqQ, seqK, start};
      const PlanPointer plan = makePlan(kernel, shape);
      const Tiles expected = expectedTiles(kernel, shape);
      EXPECT_EQ(expected, tilesOf(plan.get(), tileK, 2, 1))
          << "tiles " << tileQ << "x" << tileK << ", " << seqQ << "x" << seqK;

      gaze_plan_info info;
      ASSERT_EQ(GAZE_OK, gaze_plan_get_info(plan.get(), &info, nullptr));
      std::int64_t full = 0;
      for (const auto &[place, isFull] : expected)
        full += isFull;
      const auto listed = static_cast<std::int64_t>(expected.size());
      EXPECT_EQ(6 * full, info.full_tiles);
      EXPECT_EQ(6 * (listed - full), info.partial_tiles);
      const std::int64_t all =
          ((seqQ + tileQ - 1) / tileQ) * static_cast<std::int64_t>((seqK + tileK - 1) / tileK);
      EXPECT_EQ(6 * (all - listed), info.empty_tiles);
    }
}

TEST_P(PlanOfMask, IsTheSameForEveryNumberOfThreads) {
  keep = mask();
  const gaze_kernel kernel = fakeKernel(2, 4);
  const gaze_shape shape = {1, 1, 1, 400, 300, 7};
  const Tiles expected = tilesOf(makePlan(kernel, shape, 1).get(), 4);
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(expected, tilesOf(makePlan(kernel, shape, threads).get(), 4));
}

INSTANTIATE_TEST_SUITE_P(Masks, PlanOfMask, testing::Range(0, 6));

TEST(Plan, DiffersByHeadAndBatchOnlyWhereTheMaskDoes) {
  keep = [](auto q, auto k, auto head, auto batch) { return q - k == 10 * head + batch; };
  gaze_kernel kernel = fakeKernel(4, 4);
  const gaze_shape shape = {3, 2, 2, 40, 40, 0};
  kernel.reads_head = kernel.reads_batch = 1;
  const PlanPointer plan = makePlan(kernel, shape);
  for (int head = 0; head < 2; ++head)
    for (int batch = 0; batch < 3; ++batch)
      EXPECT_EQ(expectedTiles(kernel, shape, head, batch), tilesOf(plan.get(), 4, head, batch));
}

TEST(Plan, CostsWhatItListsNotSequenceSquared) {
  keep = [](auto q, auto k, auto, auto) { return q - k < 8 && k <= q; };
  const gaze_kernel kernel = fakeKernel(8, 8);
  const auto cost = [&](std::int64_t length) {
    classified = 0;
    makePlan(kernel, {1, 1, 1, length, length, 0});
    return classified.load();
  };
  const std::int64_t small = cost(512), large = cost(2048);
  EXPECT_LT(large, 5 * small); // four times the tiles; sixteen times the pairs
}

TEST(Plan, VisitStopsWhenItIsTold) {
  keep = [](auto, auto, auto, auto) { return true; };
  const gaze_kernel kernel = fakeKernel(4, 4);
  const PlanPointer plan = makePlan(kernel, {1, 1, 1, 40, 40, 0});
  int calls = 0;
  const auto visit = [](void *context, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                        std::int32_t) { return ++*static_cast<int *>(context) == 3 ? 1 : 0; };
  EXPECT_EQ(GAZE_OK, gaze_plan_visit(plan.get(), 0, 0, visit, &calls, nullptr));
  EXPECT_EQ(3, calls);
}

} // namespace
} // namespace gaze::test
