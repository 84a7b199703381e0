//===- BuildIdentity.h - Which compiler is this? ------------------------------===//
#ifndef GAZE_COMPILER_JIT_BUILDIDENTITY_H
#define GAZE_COMPILER_JIT_BUILDIDENTITY_H

#include <string>

namespace gaze {

/// A digest of the build of this program and of every library that it was started with
/// (LLVM's and Halide's among them): another one after any of them was built anew. That
/// is the linker's build id where there is one, otherwise the file's path, size and time.
const std::string &buildIdentity();

} // namespace gaze

#endif // GAZE_COMPILER_JIT_BUILDIDENTITY_H
