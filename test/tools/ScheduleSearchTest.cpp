//===- ScheduleSearchTest.cpp - Does the search find what there is to find? ---===//
#include "tools/gaze/ScheduleSearch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

using namespace gaze;
using namespace gaze::cli;

namespace {

ScheduleBasis basis() {
  ScheduleBasis basis;
  basis.lanes = 8;
  basis.registers = 16;
  basis.headDim = basis.valueDim = 64;
  return basis;
}

/// A valley in the logarithms of the knobs, whose deepest place is the schedule (24, 48,
/// 12, 6, 8, 32): 1 there, more everywhere else.
double cost(const Schedule &schedule) {
  const auto away = [](int value, int best) { return std::abs(std::log2(1.0 * value / best)); };
  return 1 + away(schedule.tileQ, 24) + away(schedule.tileK, 48) + away(schedule.edgeK, 12) +
         away(schedule.keys, 6) + away(schedule.channels, 8) + away(schedule.chunkTiles, 32);
}

/// A machine on which schedules take their cost.
struct Machine {
  std::vector<Schedule> tried;
  std::size_t most = 400;

  std::optional<Trial> operator()(const Schedule &candidate, const Trial & /*incumbent*/) {
    if (tried.size() == most)
      return std::nullopt;
    EXPECT_EQ(invalidReason(candidate, basis()), "");
    EXPECT_EQ(std::count(tried.begin(), tried.end(), candidate), 0) << "tried twice";
    tried.push_back(candidate);
    Trial trial;
    trial.schedule = candidate;
    trial.relative = cost(candidate) / cost(defaultSchedule(basis()));
    trial.noise = 0.005;
    return trial;
  }
};

std::vector<Trial> theDefault() {
  Trial trial;
  trial.schedule = defaultSchedule(basis());
  trial.relative = 1;
  return {trial};
}

TEST(ScheduleSearch, findsTheBestOfAValley) {
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    Machine machine;
    ScheduleSearch search(basis(), theDefault(), std::ref(machine), seed);
    EXPECT_FALSE(search.run(std::nullopt));
    EXPECT_EQ(cost(search.best().schedule), 1) << "seed " << seed;
  }
}

TEST(ScheduleSearch, theSameSeedTriesTheSame) {
  const auto trace = [](std::uint64_t seed) {
    Machine machine;
    ScheduleSearch(basis(), theDefault(), std::ref(machine), seed).run(std::nullopt);
    return machine.tried;
  };
  EXPECT_EQ(trace(7), trace(7));
  EXPECT_NE(trace(7), trace(8));
}

TEST(ScheduleSearch, goesOnWithoutTryingWhatIsKnown) {
  Machine whole;
  whole.most = 120;
  ScheduleSearch(basis(), theDefault(), std::ref(whole), 5).run(std::nullopt);

  Machine first;
  first.most = 50;
  ScheduleSearch stopped(basis(), theDefault(), std::ref(first), 5);
  stopped.run(std::nullopt);
  EXPECT_EQ(stopped.trials().size(), 51U);
  Machine second;
  second.most = 70;
  ScheduleSearch resumed(basis(), stopped.trials(), std::ref(second), 5);
  resumed.run(std::nullopt);
  for (const Schedule &schedule : second.tried)
    EXPECT_EQ(std::count(first.tried.begin(), first.tried.end(), schedule), 0);
  EXPECT_EQ(resumed.trials().size(), 121U);
  EXPECT_LE(resumed.best().relative, stopped.best().relative);
}

TEST(ScheduleSearch, keepsTheBestThatIsKnownWhateverTheSeed) {
  std::vector<Trial> known = theDefault();
  known.push_back(known.front());
  known.back().schedule.chunkTiles = 3072;
  known.back().relative = 0.01;
  Machine machine;
  machine.most = 5;
  ScheduleSearch search(basis(), known, std::ref(machine), 99);
  search.run(std::nullopt);
  EXPECT_EQ(search.best().schedule.chunkTiles, 3072);
}

/// What wins where a hundred tries end like `like`.
Schedule winnerWhereAllAre(const Trial &like) {
  int tries = 0;
  ScheduleSearch search(
      basis(), theDefault(),
      [&](const Schedule &candidate, const Trial &) -> std::optional<Trial> {
        if (++tries > 100)
          return std::nullopt;
        Trial trial = like;
        trial.schedule = candidate;
        return trial;
      },
      0);
  search.run(std::nullopt);
  return search.best().schedule;
}

TEST(ScheduleSearch, anImprovementWithinTheNoiseIsNone) {
  Trial trial;
  trial.relative = 0.96;
  trial.noise = 0.05;
  EXPECT_EQ(winnerWhereAllAre(trial), defaultSchedule(basis()));
}

TEST(ScheduleSearch, whatIsRefusedNeverWins) {
  Trial trial;
  trial.verdict = Trial::Verdict::Refused;
  EXPECT_EQ(winnerWhereAllAre(trial), defaultSchedule(basis()));
}

TEST(ScheduleSearch, laddersAreOfTheKnob) {
  const Schedule standard = defaultSchedule(basis());
  const auto rungs = [&](const std::string &name) {
    for (const Knob &knob : knobs())
      if (name == knob.name)
        return ladder(knob, basis(), standard);
    return std::vector<int>();
  };
  EXPECT_EQ(rungs("tile_q"), (std::vector<int>{8, 16, 24, 32, 48, 64, 96, 128, 192, 256}));
  EXPECT_EQ(rungs("keys"), (std::vector<int>{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128}));
}

} // namespace
