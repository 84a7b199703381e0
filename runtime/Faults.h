//===- Faults.h - Indices outside of inputs, found before a kernel runs --------===//
#ifndef GAZE_RUNTIME_FAULTS_H
#define GAZE_RUNTIME_FAULTS_H

#include "runtime/Plan.h"

namespace gaze::runtime {

/// Throws a Failure for the first pair, by batch entry, head, query and key, at which
/// the pattern reads an input outside of its axes and the element counts.
///
/// The tile bounds prove for nearly all rectangles, mostly for all pairs at once, that
/// there is none; where they cannot, the pairs of single tiles are tried.
void checkIndices(const gaze_plan &plan, const Threads &threads);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_FAULTS_H
