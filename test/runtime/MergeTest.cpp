//===- MergeTest.cpp - States over disjoint keys make one ---------------------===//
#include "runtime/Merge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace gaze::runtime;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// A row of two channels: output times weight, highest score, weight.
using State = std::vector<float>;
constexpr StateLayout oneRow{1, 2, 4, 1};

State merged(State a, const State &b) {
  mergeState(a.data(), b.data(), oneRow);
  return a;
}

TEST(Merge, scalesTheLowerOne) {
  // 2^(1 - 3) = 1/4 of (8, -4; 2), and all of (1, 2; 5).
  EXPECT_EQ(merged({8, -4, 1, 2}, {1, 2, 3, 5}), (State{3, 1, 3, 5.5F}));
  EXPECT_EQ(merged({1, 2, 3, 5}, {8, -4, 1, 2}), (State{3, 1, 3, 5.5F}));
}

TEST(Merge, emptyStatesAddNothing) {
  State empty(4);
  clearState(empty.data(), oneRow);
  EXPECT_EQ(empty, (State{0, 0, -infinity, 0}));
  EXPECT_EQ(merged(empty, empty), empty);
  EXPECT_EQ(merged(empty, {8, -4, 1, 2}), (State{8, -4, 1, 2}));
  EXPECT_EQ(merged({8, -4, 1, 2}, empty), (State{8, -4, 1, 2}));
}

TEST(Merge, farApart) {
  EXPECT_EQ(merged({8, -4, -500, 2}, {1, 2, 500, 5}), (State{1, 2, 500, 5}));
}

/// A weight that is no number keeps its row from having one, whatever the highest
/// scores say.
TEST(Merge, notANumberStays) {
  const float bad = std::nanf("");
  for (const float highest : {-infinity, 0.0F, bad, infinity})
    for (const State &state : {merged({bad, bad, highest, bad}, {1, 2, 3, 5}),
                               merged({1, 2, 3, 5}, {bad, bad, highest, bad})}) {
      EXPECT_TRUE(std::isnan(state[0])) << highest;
      EXPECT_TRUE(std::isnan(state[3])) << highest;
    }
}

/// Two rows of one channel, in the order of query tiles: each row by itself.
TEST(Merge, rowsSideBySide) {
  const StateLayout layout{2, 1, 1, 2};
  State a(6);
  clearState(a.data(), layout);
  EXPECT_EQ(a, (State{0, 0, -infinity, -infinity, 0, 0}));
  a = {4, 10, 0, 2, 1, 3};
  const State b{6, 8, 1, 1, 2, 2};
  mergeState(a.data(), b.data(), layout);
  EXPECT_EQ(a, (State{2 + 6, 10 + 4, 1, 2, 0.5F + 2, 3 + 1}));
}

} // namespace
