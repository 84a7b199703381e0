//===- AlignedLoads.h - Loads of four elements at once ---------------------------===//
//
// A GPU loads four neighbours by one instruction where they begin at a multiple of four. That
// Halide 21 can be told of strides, but has forgotten when it chooses instructions: it would load
// the elements one by one, four times as many instructions as the products that take them can wait
// for.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_ALIGNEDLOADS_H
#define GAZE_COMPILER_HALIDE_ALIGNEDLOADS_H

#include <Halide.h>

namespace gaze {

/// When `pipeline` is compiled, all loads of four neighbours from `buffer` count as aligned. The
/// runtime checks the buffer (checkAligned in runtime/gpu/GpuPlan.cpp).
void alignLoads(Halide::Pipeline &pipeline, const Halide::ImageParam &buffer);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_ALIGNEDLOADS_H
