//===- TimingTest.cpp - Two candidates by turns -------------------------------===//
#include "tools/gaze/Timing.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

using namespace gaze::cli;

namespace {

void wait(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

TEST(Timing, theFasterWins) {
  const Duel result = duel([] { wait(20); }, [] { wait(5); }, 4, 1e6);
  EXPECT_GE(result.first, 20);
  EXPECT_GE(result.second, 5);
  EXPECT_LT(result.second, result.first);
  EXPECT_TRUE(result.secondIsFaster());
}

TEST(Timing, runsByTurnsAndStopsEarlyWhereItIsDecided) {
  std::string order;
  duel([&] { order += 'a'; },
       [&] {
         order += 'b';
         wait(5);
       },
       100, 1e6);
  EXPECT_EQ(order, "abababab"); // one to warm up, three that count
}

TEST(Timing, aTimeWithinTheNoiseIsNoFasterOne) {
  Duel result;
  result.first = 100;
  result.second = 97;
  result.noise = 0.04;
  EXPECT_FALSE(result.secondIsFaster());
  result.noise = 0.02;
  EXPECT_TRUE(result.secondIsFaster());
}

TEST(Timing, aMedianIsOfFiveAtLeast) {
  int runs = 0;
  EXPECT_GE(medianTime([&] {
              ++runs;
              wait(150);
            }),
            150);
  EXPECT_EQ(runs, 6); // and one to warm up
}

} // namespace
