//===- GpuDoubles.h - float64 where Halide's GPU code falls short ----------------===//
//
// Masks and scales are to have the interpreter's very bits.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_OPENCLDOUBLES_H
#define GAZE_COMPILER_HALIDE_OPENCLDOUBLES_H

#include <Halide.h>

namespace gaze {

/// In OpenCL C Halide 21 writes constants of float64 as float32: 0.1 loses half of its digits, an
/// infinity its type, and the bits of one are those of another number. This writes each as its
/// bits when `pipeline` is compiled.
void keepDoubles(Halide::Pipeline &pipeline);

/// exp2 and log2 of float64, which Halide 21 knows no function for, as CUDA's library calls them.
void nameForCuda(Halide::Pipeline &pipeline);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_OPENCLDOUBLES_H
