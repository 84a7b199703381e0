//===- Memory.h - Tensors that the machine cannot hold ------------------------===//
#ifndef GAZE_TOOLS_MEMORY_H
#define GAZE_TOOLS_MEMORY_H

#include <cstdint>
#include <string>

namespace gaze::cli {

/// Throws a Failure, which says that `what` takes too much, where the memory of this machine
/// holds less than `times` times `count` elements of `bytes` bytes. Linux promises memory that
/// it has not, and kills the process later.
///
/// Test: test/tools/tensors.test, hostile.test
void checkMemory(const std::string &what, std::uint64_t count, std::uint64_t bytes,
                 std::uint64_t times = 1);

} // namespace gaze::cli

#endif // GAZE_TOOLS_MEMORY_H
