//===- Load.h - A pattern file and its imports, parsed and checked ----------===//
#ifndef GAZE_DSL_LOAD_H
#define GAZE_DSL_LOAD_H

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"

#include <string>
#include <vector>

namespace gaze::dsl {

/// Reads `path`, everything that it imports (beside the importing file first,
/// then in `libraryFolders`), parses and checks. Diagnostics that point nowhere
/// report files that cannot be read. The program is usable when `diagnostics`
/// has no errors; its sources are there in any case, for rendering them.
Program load(const std::string &path, const std::vector<std::string> &libraryFolders,
             Diagnostics &diagnostics);

/// The same for a text that is not in a file; `path` is what diagnostics call it.
Program loadText(const std::string &path, std::string text,
                 const std::vector<std::string> &libraryFolders, Diagnostics &diagnostics);

} // namespace gaze::dsl

#endif // GAZE_DSL_LOAD_H
