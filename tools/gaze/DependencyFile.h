//===- DependencyFile.h - What a kernel was made of, for build tools ---------===//
#ifndef GAZE_TOOLS_DEPENDENCYFILE_H
#define GAZE_TOOLS_DEPENDENCYFILE_H

#include <string>
#include <vector>

namespace gaze::cli {

/// "target: file file ...", a rule of Make, which Ninja and CMake read as well. Throws a
/// Failure where a name cannot be written there: it has a line break.
///
/// Test: test/tools/depfile.test
std::string dependencyRule(const std::string &target, const std::vector<std::string> &files);

} // namespace gaze::cli

#endif // GAZE_TOOLS_DEPENDENCYFILE_H
