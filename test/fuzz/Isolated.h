//===- Isolated.h - Crashes and hangs as outcomes -------------------------------------===//
#ifndef GAZE_TEST_FUZZ_ISOLATED_H
#define GAZE_TEST_FUZZ_ISOLATED_H

#include "RunCase.h"

namespace gaze::test {

/// runCase in a child process, which has so many seconds. For callers of one thread.
Outcome runIsolated(const Case &given, unsigned seconds);

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_ISOLATED_H
