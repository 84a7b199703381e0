//===- Kernels.h - The kernels that are linked in ---------------------------------===//
#ifndef GAZE_TEST_GPU_KERNELS_H
#define GAZE_TEST_GPU_KERNELS_H

#include "gaze/gaze.h"

struct NamedKernel {
  const char *name;
  const gaze_kernel *kernel;
};

/// One null name ends them. test/gpu/build.py writes the definition.
extern const NamedKernel kernels[];

#endif // GAZE_TEST_GPU_KERNELS_H
