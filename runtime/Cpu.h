//===- Cpu.h - What this CPU can run ---------------------------------------------===//
#ifndef GAZE_RUNTIME_CPU_H
#define GAZE_RUNTIME_CPU_H

#include "gaze/gaze.h"

namespace gaze::runtime {

/// The kernel or the best of its variants that this CPU can run. Throws a Failure where
/// `kernel` is null, of another interface version, or for other CPUs alone.
const gaze_kernel &kernelHere(const gaze_kernel *kernel);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_CPU_H
