//===- Reduce.h - A small case that fails as a large one does -------------------------===//
#ifndef GAZE_TEST_FUZZ_REDUCE_H
#define GAZE_TEST_FUZZ_REDUCE_H

#include "Case.h"

#include <functional>

namespace gaze::test {

/// Takes simpler problems and cuts the text's tree for as long as the case `fails` and
/// `hasTime`: a greedy search, so another small case may exist.
Case reduce(Case given, const std::function<bool(const Case &)> &fails,
            const std::function<bool()> &hasTime);

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_REDUCE_H
