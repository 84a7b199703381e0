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

TEST(Timing, runsAreFiveAtLeast) {
  int runs = 0;
  const RunTimes times = timeRuns(
      [&] {
        ++runs;
        wait(150);
      },
      0);
  EXPECT_GE(times.shortest, 150);
  EXPECT_GE(times.median, times.shortest);
  EXPECT_EQ(runs, 6); // and one to warm up
}

TEST(Timing, runsAreAsManyAsAreWanted) {
  int runs = 0;
  // The last of three is the longest, behind one that is longer than all and not counted.
  const RunTimes times = timeRuns([&] { wait(runs++ == 0 ? 100 : 10 * runs); }, 3);
  EXPECT_EQ(runs, 4);
  EXPECT_GE(times.shortest, 20);
  EXPECT_GE(times.median, 30);
}

} // namespace
