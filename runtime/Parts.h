//===- Parts.h - Whether a pattern is computed whole or in parts ----------------===//
#ifndef GAZE_RUNTIME_PARTS_H
#define GAZE_RUNTIME_PARTS_H

#include "runtime/Memory.h"
#include "runtime/Plan.h"

#include <cstdint>

namespace gaze::runtime {

/// Parts are taken wherever they fit, and not only where they pay. For tests.
extern bool alwaysInParts;

/// The parts of the plan, in the order in which they run, without rows: the whole
/// pattern in tiles, or the parts of the kernel where they pay.
Vector<Part> chooseParts(const gaze_plan &plan);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_PARTS_H
