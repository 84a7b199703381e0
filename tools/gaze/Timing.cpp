//===- Timing.cpp - How long something takes on a machine that others use too ===//
#include "tools/gaze/Timing.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace gaze;
using namespace gaze::cli;

double cli::timeOnce(const std::function<void()> &run) {
  const Stopwatch one;
  run();
  return one.ms();
}

RunTimes cli::timeRuns(const std::function<void()> &run, int count) {
  run();
  const auto wanted = static_cast<std::size_t>(count);
  std::vector<double> times;
  const Stopwatch all;
  while (count > 0 ? times.size() < wanted : times.size() < 5 || all.ms() < 500)
    times.push_back(timeOnce(run));
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times.front()};
}

/// How far the shortest of the runs in even places is from the shortest in odd ones: two
/// measurements of the same, taken at the same time.
static double spread(const std::vector<double> &times) {
  double shortest[2] = {INFINITY, INFINITY};
  for (std::size_t i = 0; i < times.size(); ++i)
    shortest[i % 2] = std::min(shortest[i % 2], times[i]);
  return std::abs(shortest[0] / shortest[1] - 1);
}

Duel cli::duel(const std::function<void()> &first, const std::function<void()> &second, int rounds,
               double ms) {
  constexpr int fewest = 3, enough = 6;
  constexpr double resolution = 0.005; // below this, no two programs are told apart
  first();
  second();
  std::vector<double> firstTimes, secondTimes;
  Duel result;
  const Stopwatch all;
  for (int round = 0; round < fewest || (round < rounds && all.ms() < ms); ++round) {
    firstTimes.push_back(timeOnce(first));
    secondTimes.push_back(timeOnce(second));
    result.first = *std::min_element(firstTimes.begin(), firstTimes.end());
    result.second = *std::min_element(secondTimes.begin(), secondTimes.end());
    result.noise = std::max({resolution, spread(firstTimes), spread(secondTimes)});
    if (round + 1 >= fewest && result.ratio() > 1.2)
      break;
    if (round + 1 >= enough && result.noise <= 2 * resolution)
      break;
  }
  return result;
}
