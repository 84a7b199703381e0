//===- ScheduleSearch.h - Which schedule to try next --------------------------===//
//
// Coordinate descent from the default rule with random restarts. A descent goes through
// the knobs in random order; from a knob's value it looks up and down a ladder (1, 2, 3,
// 4, 6, 8, 12, ... times what the knob must be a multiple of), at most two rungs past the
// best, and goes on in a direction for as long as that pays. Knobs that depend on the one
// that moved are fitted (compiler/Schedule.h). When no knob helps alone, some knobs of the
// best schedule get random values, and a new descent begins there.
//
// Rejected: all combinations (thousands, half a second to compile and more to time each),
// a learned cost model (it has to be trained, and there are six knobs), and annealing
// (its steps up are wasted where each trial takes a second).
//
// The same seed and the same times give the same schedules in the same order. So a search
// goes on where it was stopped by starting anew with what is known.
//
// Test: test/tools/ScheduleSearchTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_SCHEDULESEARCH_H
#define GAZE_TOOLS_SCHEDULESEARCH_H

#include "compiler/ScheduleFile.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <vector>

namespace gaze::cli {

class ScheduleSearch {
public:
  /// Tries a schedule; `incumbent`, which it is to be compared with, was tried before.
  /// Nothing ends the search.
  using Try =
      std::function<std::optional<Trial>(const Schedule &candidate, const Trial &incumbent)>;

  /// `known` are trials from before; the first one is of the default.
  ScheduleSearch(const ScheduleBasis &basis, std::vector<Trial> known, Try tryOne,
                 std::uint64_t seed);

  /// Descends from the default, and from `also` where it is given. Returns true where
  /// nothing is left to try, false where Try ended it.
  bool run(const std::optional<Schedule> &also);

  /// The fastest, beyond the noise of its trial.
  const Trial &best() const { return fastest; }
  /// In the order in which they were tried, those known from before first.
  const std::vector<Trial> &trials() const { return all; }

private:
  /// Both throw Ended.
  Trial get(const Schedule &candidate, const Trial &incumbent);
  void descend(Trial from);
  bool improveKnob(const Knob &knob, Trial &at);
  bool climb(const Knob &knob, int direction, Trial &at);
  Schedule somewhere();

  ScheduleBasis basis;
  std::vector<Trial> all;
  Try tryOne;
  std::mt19937_64 random;
  Trial fastest;
};

/// Whether `a` is faster than `b` beyond the noise of a.
bool isFaster(const Trial &a, const Trial &b);

/// The values of a knob that the search tries, ascending.
std::vector<int> ladder(const Knob &knob, const ScheduleBasis &basis, const Schedule &schedule);

} // namespace gaze::cli

#endif // GAZE_TOOLS_SCHEDULESEARCH_H
