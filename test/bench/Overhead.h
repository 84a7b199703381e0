//===- Overhead.h - What a run costs beside the kernel's own work ---------------===//
#ifndef GAZE_TEST_BENCH_OVERHEAD_H
#define GAZE_TEST_BENCH_OVERHEAD_H

#include "gaze/gaze.h"

/// Nanoseconds of one tile of queries and keys, on one thread: the shortest of many.
struct Overhead {
  double run;              ///< gaze::Plan::run with a workspace
  double withoutWorkspace; ///< and without one
  double direct;           ///< the kernel's functions alone
};

/// Of a kernel without parameters that keeps a pair in the first tile.
Overhead measureOverhead(const gaze_kernel &kernel);

#endif // GAZE_TEST_BENCH_OVERHEAD_H
