//===- OpenClDoubles.h - Constants of float64 in OpenCL C ------------------------===//
//
// Halide 21 writes them as float32: 0.1 loses half of its digits, an infinity its type, and the bits of
// one are those of another number. Masks and scales are to have the interpreter's very bits.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_OPENCLDOUBLES_H
#define GAZE_COMPILER_HALIDE_OPENCLDOUBLES_H

#include <Halide.h>

namespace gaze {

/// Writes each as its bits when `pipeline` is compiled.
void keepDoubles(Halide::Pipeline &pipeline);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_OPENCLDOUBLES_H
