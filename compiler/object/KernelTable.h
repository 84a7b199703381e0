//===- KernelTable.h - The gaze_kernel of an object file -------------------------===//
//
// A kernel's description stands in its object as the constant that gaze/gaze.h calls
// gaze_kernel: programs link it, dlsym finds it, and the JIT loads it.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_OBJECT_KERNELTABLE_H
#define GAZE_COMPILER_OBJECT_KERNELTABLE_H

#include "compiler/Kernel.h"
#include "compiler/halide/Emit.h"

#include <string>
#include <vector>

namespace gaze {

/// An ELF object that defines `symbol`, the table of a kernel whose functions are in
/// other objects. `variants` say what the kernel was compiled for; where there are
/// several, the first is the least demanding and the last the best: the table is that of the
/// first and lists the others, best first. Throws std::runtime_error.
std::string kernelTable(const Kernel &kernel, const std::string &symbol,
                        const std::vector<EmitOptions> &variants);

} // namespace gaze

#endif // GAZE_COMPILER_OBJECT_KERNELTABLE_H
