//===- GpuDoubles.h - float64 where Halide's GPU code falls short ----------------===//
//
// Masks and scales are to have the interpreter's very bits.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_GPUDOUBLES_H
#define GAZE_COMPILER_HALIDE_GPUDOUBLES_H

#include <Halide.h>

namespace gaze {

/// In OpenCL C Halide 21 writes constants of float64 as float32: 0.1 loses half of its digits, an
/// infinity its type, and the bits of one are those of another number. This writes each as its
/// bits when `pipeline` is compiled.
void keepDoubles(Halide::Pipeline &pipeline);

/// Functions of CUDA's library: for products of float64 that are strict, which Halide 21 and the
/// driver's compiler would fuse with a sum that takes them; and for exp2 and log2, for which Halide
/// has none.
void nameForCuda(Halide::Pipeline &pipeline);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_GPUDOUBLES_H
