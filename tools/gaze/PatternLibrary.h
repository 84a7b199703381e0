//===- PatternLibrary.h - Where pattern files are found ----------------------===//
#ifndef GAZE_TOOLS_PATTERNLIBRARY_H
#define GAZE_TOOLS_PATTERNLIBRARY_H

#include <string>
#include <vector>

namespace gaze::cli {

/// Where imports are searched behind the importing file's own folder: the folders
/// of GAZE_PATH (separated by colons), then the pattern library.
std::vector<std::string> libraryFolders();

/// The file that the user means by `name`: `longformer`, which is no path and no file here,
/// is one of the library. Throws a Failure where such a name is in no folder of it.
///
/// Test: test/tools/library.test
std::string patternFile(const std::string &name);

} // namespace gaze::cli

#endif // GAZE_TOOLS_PATTERNLIBRARY_H
