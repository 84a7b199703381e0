//===- PlanTest.cpp - Plans against every pair ---------------------------------===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <tuple>
#include <vector>

namespace gaze::test {
namespace {

struct Destroy {
  void operator()(gaze_plan *plan) const { gaze_plan_destroy(plan); }
};
using PlanPointer = std::unique_ptr<gaze_plan, Destroy>;

PlanPointer makePlan(const gaze_kernel &kernel, const gaze_shape &shape, int threads = 1) {
  gaze_plan *plan = nullptr;
  gaze_error error = {};
  EXPECT_EQ(GAZE_OK, gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0,
                                      Options(threads).get(), &plan, &error))
      << error.message;
  return PlanPointer(plan);
}

/// (first query, first key) of every piece of tile_q x edge_k pairs that the plan lists,
/// and whether it is of a full tile.
using Pieces = std::map<std::pair<std::int64_t, std::int64_t>, bool>;

Pieces piecesOf(const gaze_plan *plan, const gaze_kernel &kernel, std::int64_t head = 0,
                std::int64_t batch = 0) {
  struct Context {
    Pieces pieces;
    const gaze_kernel &kernel;
  } context{{}, kernel};
  const auto visit = [](void *opaque, std::int64_t qBegin, std::int64_t, std::int64_t kBegin,
                        std::int64_t kEnd, std::int32_t full) {
    auto &into = *static_cast<Context *>(opaque);
    EXPECT_TRUE(!full || (kEnd - kBegin) % into.kernel.tile_k == 0);
    for (std::int64_t k = kBegin; k < kEnd; k += into.kernel.edge_k)
      EXPECT_TRUE(into.pieces.emplace(std::pair{qBegin, k}, full != 0).second) << "listed twice";
    return 0;
  };
  EXPECT_EQ(GAZE_OK, gaze_plan_visit(plan, head, batch, visit, &context, nullptr));
  return context.pieces;
}

/// The pieces worked out pair by pair: one with a kept pair is listed. As many as make a
/// full tile, one beside the other, with all pairs kept and within seq_k, are one.
Pieces expectedPieces(const gaze_kernel &kernel, const gaze_shape &shape, std::int64_t head = 0,
                      std::int64_t batch = 0) {
  Pieces pieces;
  for (std::int64_t q0 = 0; q0 < shape.seq_q; q0 += kernel.tile_q) {
    std::int64_t keysKept = 0; // in a row, so far
    for (std::int64_t k0 = 0; k0 < shape.seq_k; k0 += kernel.edge_k) {
      bool any = false, all = k0 + kernel.edge_k <= shape.seq_k;
      for (std::int64_t q = q0; q < std::min(q0 + kernel.tile_q, shape.seq_q); ++q)
        for (std::int64_t k = k0; k < std::min(k0 + kernel.edge_k, shape.seq_k); ++k) {
          const bool kept = keep(q + shape.q_start, k, head, batch);
          any |= kept;
          all &= kept;
        }
      if (any)
        pieces[{q0, k0}] = false;
      keysKept = all ? keysKept + kernel.edge_k : 0;
      if (keysKept == kernel.tile_k) {
        for (; keysKept > 0; keysKept -= kernel.edge_k)
          pieces[{q0, k0 + kernel.edge_k - keysKept}] = true;
      }
    }
  }
  return pieces;
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

TEST_P(PlanOfMask, ListsWhatHasKeptPairsAndNothingElse) {
  keep = mask();
  for (const auto &[tileQ, tileK, edgeK] :
       {std::tuple{16, 32, 32}, std::tuple{32, 8, 8}, std::tuple{1, 1, 1}, std::tuple{16, 32, 16},
        std::tuple{8, 32, 8}, std::tuple{1, 4, 1}})
    for (const auto &[seqQ, seqK, start] :
         {std::tuple{1, 1, 0}, std::tuple{33, 64, 31}, std::tuple{64, 33, -31},
          std::tuple{100, 257, 157}, std::tuple{31, 7, 0}, std::tuple{9, 60, 51}}) {
      const gaze_kernel kernel = fakeKernel(tileQ, tileK, edgeK);
      const gaze_shape shape = {2, 3, 1, seqQ, seqK, start};
      const PlanPointer plan = makePlan(kernel, shape);
      const Pieces expected = expectedPieces(kernel, shape);
      EXPECT_EQ(expected, piecesOf(plan.get(), kernel, 2, 1))
          << "tiles " << tileQ << "x" << tileK << " and " << edgeK << ", " << seqQ << "x" << seqK;

      gaze_plan_info info = {};
      info.struct_size = sizeof info;
      ASSERT_EQ(GAZE_OK, gaze_plan_get_info(plan.get(), &info, nullptr));
      std::int64_t full = 0;
      for (const auto &[place, isFull] : expected)
        full += isFull;
      const auto listed = static_cast<std::int64_t>(expected.size());
      EXPECT_EQ(6 * full, info.full_tiles * (tileK / edgeK));
      EXPECT_EQ(6 * (listed - full), info.partial_tiles);
      EXPECT_EQ(static_cast<double>(6 * listed * tileQ * edgeK), info.cost);
    }
}

TEST_P(PlanOfMask, IsTheSameForEveryNumberOfThreads) {
  keep = mask();
  const gaze_kernel kernel = fakeKernel(2, 4, 2);
  const gaze_shape shape = {1, 1, 1, 400, 300, 7};
  const Pieces expected = piecesOf(makePlan(kernel, shape, 1).get(), kernel);
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(expected, piecesOf(makePlan(kernel, shape, threads).get(), kernel));
}

INSTANTIATE_TEST_SUITE_P(Masks, PlanOfMask, testing::Range(0, 6));

/// Rectangles at random places, so that borders fall anywhere.
TEST(Plan, OfRandomRectangles) {
  std::mt19937 random(5);
  const auto below = [&](int end) { return static_cast<std::int64_t>(random() % end); };
  for (int trial = 0; trial < 60; ++trial) {
    std::vector<std::array<std::int64_t, 4>> kept(1 + trial % 9);
    for (auto &[q, rows, k, keys] : kept)
      q = below(50), rows = 1 + below(50), k = below(90), keys = 1 + below(60);
    keep = [&](auto q, auto k, auto, auto) {
      return std::any_of(kept.begin(), kept.end(), [&](const auto &r) {
        return q >= r[0] && q < r[0] + r[1] && k >= r[2] && k < r[2] + r[3];
      });
    };
    const int edgeK = 1 << below(4), tileK = edgeK << below(3);
    const gaze_kernel kernel = fakeKernel(1 << below(5), tileK, edgeK);
    const gaze_shape shape = {1, 1, 1, 1 + below(80), 1 + below(120), below(40) - 20};
    ASSERT_EQ(expectedPieces(kernel, shape), piecesOf(makePlan(kernel, shape).get(), kernel))
        << "trial " << trial;
  }
}

TEST(Plan, DiffersByHeadAndBatchOnlyWhereTheMaskDoes) {
  keep = [](auto q, auto k, auto head, auto batch) { return q - k == 10 * head + batch; };
  gaze_kernel kernel = fakeKernel(4, 4);
  const gaze_shape shape = {3, 2, 2, 40, 40, 0};
  kernel.reads_head = kernel.reads_batch = 1;
  const PlanPointer plan = makePlan(kernel, shape);
  for (int head = 0; head < 2; ++head)
    for (int batch = 0; batch < 3; ++batch)
      EXPECT_EQ(expectedPieces(kernel, shape, head, batch),
                piecesOf(plan.get(), kernel, head, batch));
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

TEST(Plan, TakesMemoryForWhatItLists) {
  keep = [](auto q, auto k, auto, auto) { return k <= q; };
  const gaze_kernel kernel = fakeKernel(8, 8, 4);
  const auto bytes = [&](std::int64_t length) {
    gaze_plan_info info = {};
    info.struct_size = sizeof info;
    gaze_plan_get_info(makePlan(kernel, {1, 8, 8, length, length, 0}).get(), &info, nullptr);
    return info.bytes;
  };
  // A row, its place in the order, and a full and a partial run, each of two numbers.
  const std::int64_t more = bytes(1024) - bytes(512);
  EXPECT_GE(more, 64 * (32 + 4 + 2 * 8));
  EXPECT_LE(more, 64 * (32 + 4 + 2 * 8) + 256);
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
