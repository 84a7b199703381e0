//===- Peak.h - What this machine's arithmetic can do at most ----------------===//
#ifndef GAZE_TOOLS_PEAK_H
#define GAZE_TOOLS_PEAK_H

#include "gaze/gaze.h"

#include <string>

namespace gaze::cli {

enum class Arithmetic {
  Float32,      ///< fused multiply-adds
  BFloat16Pairs ///< vdpbf16ps: products of pairs of bfloat16, added to float32
};

/// What a kernel for `target` does its sums with, on this machine.
Arithmetic arithmeticOf(gaze_element element, const std::string &target);

/// GFLOP/s between registers, in the widest vectors that the machine has, on `threads`
/// threads at once: the best of a few short runs.
double measurePeak(Arithmetic arithmetic, int threads);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PEAK_H
