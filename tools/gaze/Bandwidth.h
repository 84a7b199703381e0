//===- Bandwidth.h - How fast this machine reads memory ----------------------===//
#ifndef GAZE_TOOLS_BANDWIDTH_H
#define GAZE_TOOLS_BANDWIDTH_H

namespace gaze::cli {

/// Gigabytes a second that `threads` threads read together from a buffer that no cache
/// holds: the best of several passes, a fraction of a second in all.
double measureReadBandwidth(int threads);

} // namespace gaze::cli

#endif // GAZE_TOOLS_BANDWIDTH_H
