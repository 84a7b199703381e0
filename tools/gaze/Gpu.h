//===- Gpu.h - The GPU that commands run kernels on -----------------------------===//
#ifndef GAZE_TOOLS_GPU_H
#define GAZE_TOOLS_GPU_H

#include "gaze/gpu.hpp"
#include "runtime/gpu/Gpu.h"
#include "tools/gaze/Problem.h"

namespace gaze::cli {

/// Device `index`, opened once and for as long as the program runs. Throws gaze::Error, which says
/// what was looked for.
Device &deviceOf(gaze_api api, int index);

/// Opens the GPU of --target and --device, so that a command that lacks it says so before it
/// compiles. Throws gaze::Error.
void checkDevice(const CodeOptions &options);

/// A problem's tensors on a device, where runs leave them.
class ProblemOnDevice {
public:
  ProblemOnDevice(const Problem &problem, Device &device);

  /// Returns when the output is there. Throws gaze::Error.
  void run(const Plan &plan);

private:
  const Problem &problem;
  Output shapes; ///< of what a run writes
  const runtime::Gpu &gpu;
  runtime::Allocation q, k, v, out, lse;

  runtime::Allocation copyOf(const gaze_tensor &tensor) const;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_GPU_H
