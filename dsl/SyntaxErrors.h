//===- SyntaxErrors.h - What is said of a text that does not parse ----------===//
#ifndef GAZE_DSL_SYNTAXERRORS_H
#define GAZE_DSL_SYNTAXERRORS_H

#include "dsl/Diagnostics.h"
#include "dsl/Grammar.h"
#include "dsl/Scanner.h"
#include "dsl/SyntaxHints.h"

#include <string>
#include <string_view>
#include <vector>

namespace gaze::dsl {

using Keywords = std::vector<std::string_view>;

/// The keyword that was meant where none stands, for Grammar::readAs.
struct Meant {
  std::string_view keyword;   ///< empty where that is not clear
  std::size_t wordLength = 0; ///< of the word in its place; 0 where it is left out
};

class SyntaxErrors {
public:
  SyntaxErrors(std::string_view fileText, int fileNumber, Diagnostics &sink)
      : text(fileText), scanner(fileText), file(fileNumber), diagnostics(sink) {}

  /// For an item that begins at `begin` and is wrong before the token at `at`.
  void reportMissing(const ItemResult &item, std::size_t begin, std::size_t at);
  /// For a place where one of `keywords` should begin an item.
  Meant reportUnknown(const std::string &expected, const Keywords &keywords, std::size_t at);
  /// For a pattern whose text ends at `end`, before the token at `at`.
  void reportUnclosed(const Name &pattern, std::size_t end, std::size_t at);

  Span spanAt(std::size_t at) const;

private:
  Misplaced misplaced(const ItemResult &item, std::size_t begin, std::size_t at) const;
  /// `NAME = ...` stands at `at`.
  bool atNamedValue(std::size_t at) const;
  std::string_view keywordMeant(std::string_view word, const Keywords &keywords) const;
  /// Adds a note where a comment behind the token that ends at `end` may be no comment.
  void explainComment(Diagnostic &error, std::size_t end) const;

  std::string_view text;
  Scanner scanner;
  int file;
  Diagnostics &diagnostics;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_SYNTAXERRORS_H
