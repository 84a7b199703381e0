//===- Timing.h - How long something takes on a machine that others use too --===//
//
// One time says little where other programs come and go. A figure that is printed is
// the median of many runs; two candidates are compared by running them by turns, so
// that both meet the same disturbances, and by their shortest runs.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_TIMING_H
#define GAZE_TOOLS_TIMING_H

#include <chrono>
#include <functional>

namespace gaze::cli {

/// Runs from when it is made.
class Stopwatch {
public:
  double ms() const {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin = Clock::now();
};

/// Milliseconds that a run takes.
double timeOnce(const std::function<void()> &run);

/// In milliseconds.
struct RunTimes {
  double median = 0, shortest = 0;
};

/// Of `count` runs behind one that warms the caches; with `count` = 0 of as many as half
/// a second takes, and at least five.
RunTimes timeRuns(const std::function<void()> &run, int count);

/// Two ways to compute the same, in milliseconds of their shortest runs.
struct Duel {
  double first = 0, second = 0;
  double noise = 0; ///< by what share either time may be wrong
  /// second / first
  double ratio() const { return second / first; }
  /// Beyond the noise.
  bool secondIsFaster() const { return ratio() < 1 - noise; }
};

/// Runs both by turns, at least three times each behind one run that warms up, and up to
/// `rounds` times for `ms` milliseconds. It ends before where `second` is slower by more
/// than a fifth, or where six rounds agree within one per cent.
Duel duel(const std::function<void()> &first, const std::function<void()> &second, int rounds,
          double ms);

} // namespace gaze::cli

#endif // GAZE_TOOLS_TIMING_H
