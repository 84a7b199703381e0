//===- Hidden.h - What could not be read, and may have been declared ---------===//
//
// A mistake costs the declarations that it makes unreadable. The names in such a text
// may be declared there, and a file that is missing may declare any def; they are not
// reported as unknown elsewhere, so that one mistake gives one error.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_HIDDEN_H
#define GAZE_DSL_HIDDEN_H

#include "dsl/Ast.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace gaze::dsl {

struct HiddenName {
  std::string text;
  Span scope; ///< where it may be used: a pattern, or everywhere when it points nowhere
};

struct Hidden {
  std::vector<HiddenName> names;
  bool file = false; ///< an import is missing
  /// Whether the library has a def of this name that the file has not imported.
  std::function<bool(const std::string &)> isInLibrary;

  /// What `use` names may be a parameter or let.
  bool mayBeValue(const Name &use) const {
    return std::any_of(names.begin(), names.end(), [&](const HiddenName &name) {
      bool inScope = !name.scope.valid() ||
                     (name.scope.file == use.span.file && name.scope.begin <= use.span.begin &&
                      use.span.end <= name.scope.end);
      return inScope && name.text == use.text;
    });
  }
  /// What `use` names may be a def, or one of these.
  bool mayBeDef(const Name &use) const { return file || mayBeValue(use); }
};

} // namespace gaze::dsl

#endif // GAZE_DSL_HIDDEN_H
