//===- Lower.h - IR as text, through passes, to Kernels --------------------------===//
#ifndef GAZE_TEST_PASSES_LOWER_H
#define GAZE_TEST_PASSES_LOWER_H

#include "compiler/Kernel.h"

#include <string>
#include <vector>

namespace gaze::test {

/// Parses `module`, runs `pipeline` (names of passes, with commas; empty: the
/// whole lowering) and gives the kernels in their order. Throws std::runtime_error.
std::vector<Kernel> lower(const std::string &module, const std::string &pipeline = "");

/// Parses `module` and prints it again, as gaze-opt does without passes.
std::string reprint(const std::string &module);

} // namespace gaze::test

#endif // GAZE_TEST_PASSES_LOWER_H
