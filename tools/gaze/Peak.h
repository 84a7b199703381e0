//===- Peak.h - What this machine's arithmetic can do at most ----------------===//
#ifndef GAZE_TOOLS_PEAK_H
#define GAZE_TOOLS_PEAK_H

namespace gaze::cli {

/// GFLOP/s in float32 of fused multiply-adds between registers, in the widest vectors
/// that the machine has, on `threads` threads at once: the best of a few short runs.
double measurePeak(int threads);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PEAK_H
