//===- Uniforms.h - Parameters and sizes as Halide expressions ----------------===//
//
// gaze/gaze.h says how the runtime lays the buffer out.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_UNIFORMS_H
#define GAZE_COMPILER_HALIDE_UNIFORMS_H

#include "compiler/Kernel.h"
#include "compiler/halide/Expressions.h"

#include <Halide.h>

namespace gaze {

/// What all functions of a kernel read from the uniforms buffer. `headDim` 0: it
/// stands there, too.
Environment uniformEnvironment(const Kernel &kernel, const Halide::ImageParam &uniforms,
                               int headDim);

/// The same where a position in the batch means nothing: there it is their number.
Environment shapeEnvironment(const Kernel &kernel, const Halide::ImageParam &uniforms);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_UNIFORMS_H
