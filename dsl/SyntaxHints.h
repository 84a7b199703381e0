//===- SyntaxHints.h - What a misplaced token was meant to be ----------------===//
#ifndef GAZE_DSL_SYNTAXHINTS_H
#define GAZE_DSL_SYNTAXHINTS_H

#include <string>
#include <string_view>

namespace gaze::dsl {

/// A token that stands where `expected` should.
struct Misplaced {
  std::string_view item;               ///< the first token of what it stands in
  std::string_view beforeThat, before; ///< the two tokens before it
  std::string_view found, after;       ///< itself, and the one behind it
  bool touching = false;               ///< there is nothing between it and `before`
  std::string_view expected;
  bool inParameters = false; ///< of a def or pattern
  bool behindWhere = false;  ///< there is a `where` before it in the item
};

/// The end of an error message, "; write 'and'", or nothing where no habit of another
/// language explains the mistake.
std::string hintFor(const Misplaced &token);

/// Whether a comment (with its '//') looks like the rest of a division.
bool looksLikeDivision(std::string_view comment);

} // namespace gaze::dsl

#endif // GAZE_DSL_SYNTAXHINTS_H
