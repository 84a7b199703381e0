//===- LinkedCases.h - Random programs that are linked into this one ----------------------===//
#ifndef GAZE_TEST_FUZZ_LINKEDCASES_H
#define GAZE_TEST_FUZZ_LINKEDCASES_H

#include "gaze/gaze.h"

#include <vector>

namespace gaze::test {

struct LinkedCase {
  const char *name;
  const char *file; ///< what parseCase reads
  const gaze_kernel *kernel;
};

extern const std::vector<LinkedCase> linkedCases; ///< written by compile_cases

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_LINKEDCASES_H
