//===- UnknownNames.h - What an unknown name could have meant ---------------===//
//
// Each function gives the end of a message about an unknown name, or nothing.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_UNKNOWNNAMES_H
#define GAZE_DSL_UNKNOWNNAMES_H

#include "dsl/Ast.h"
#include "dsl/Hidden.h"

#include <string>
#include <string_view>
#include <vector>

namespace gaze::dsl {

/// A parameter or let that is in scope.
struct LocalName {
  std::string_view name, what; ///< "window", "the parameter"
};

/// For a name that `where` binds.
std::string hintForBinding(const std::string &name, const std::vector<LocalName> &locals);
/// For a name in the place of a value.
std::string hintForValue(const std::string &name, const std::vector<LocalName> &locals,
                         const Program &program, const Hidden &hidden);
/// For a name that is called.
std::string hintForFunction(const std::string &name, const Program &program, const Hidden &hidden);

} // namespace gaze::dsl

#endif // GAZE_DSL_UNKNOWNNAMES_H
