//===- Header.h - The C header beside a compiled kernel ------------------------===//
#ifndef GAZE_COMPILER_HEADER_H
#define GAZE_COMPILER_HEADER_H

#include "compiler/Kernel.h"
#include "compiler/halide/Emit.h"

#include <string>
#include <vector>

namespace gaze {

/// The text of NAME.h: the kernel `name`, its parameters and inputs as structs, and how
/// to call it from C and C++. `variants` as in object/KernelTable.h. `source` names the pattern
/// file.
std::string kernelHeader(const Kernel &kernel, const std::string &name,
                         const std::vector<EmitOptions> &variants, const std::string &source);

/// Whether C and C++ programs can have a global object called `name`: an identifier
/// that is neither a keyword nor `main` nor one of ours.
bool canNameKernel(const std::string &name);

} // namespace gaze

#endif // GAZE_COMPILER_HEADER_H
