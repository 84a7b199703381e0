//===- Grammar.h - One item of a pattern file at a time ----------------------===//
//
// Grammar.cpp is the only file that sees Boost.Spirit X3, and only Parser.cpp
// uses this.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_GRAMMAR_H
#define GAZE_DSL_GRAMMAR_H

#include "dsl/Fold.h"
#include "dsl/Literals.h"

#include <string>
#include <string_view>
#include <vector>

namespace gaze::dsl {

/// Brackets and `if`s that may stand in each other.
constexpr int maxNesting = 200;

/// What is expected, as ItemResult::expected and the Parser name it.
constexpr const char *anExpression = "an expression";
constexpr const char *aDeclaration = "'import', 'def' or 'pattern'";
constexpr const char *aStatement = "a statement (input, let, require, keep, scale, score) or '}'";
constexpr const char *aType = "a type (int, float or bool)";
constexpr const char *aString = "a string in double quotes";

/// One statement of a pattern, of any kind; what its kind does not have is empty.
/// The kind is known, and names are, even when the rest could not be parsed.
struct Statement {
  enum class Kind { None, Input, Let, Require, Keep, Scale, Score };
  Kind kind = Kind::None;
  Span keyword;
  Name name;
  Type type = Type::Int;
  std::vector<ExprPtr> axes;
  ExprPtr value;
  StringLiteral message;
};

struct PatternHead {
  Name name;
  std::vector<Parameter> parameters;
};

/// How the parsing of one item ended.
struct ItemResult {
  enum class Outcome {
    Parsed,
    Absent,  ///< no such item begins here
    Missing, ///< `expected` should stand at `end`
    Wrong,   ///< `mistake` says what is wrong
  };
  Outcome outcome = Outcome::Absent;
  std::size_t end = 0;       ///< behind the item, or where the mistake was found
  std::string expected;      ///< a symbol or keyword begins with a quote
  Span bracket;              ///< the innermost open one where something is missing
  bool inParameters = false; ///< that one is open for the parameters of a def or pattern
  SyntaxError mistake;
};

/// A misspelt keyword, or the place of one that is missing.
struct Substitute {
  const char *begin = nullptr;
  std::size_t length = 0;
  std::string_view keyword;
};

/// Parses items of one text, each from the offset of its first token. What is
/// filled in stays where an item could not be parsed to its end.
class Grammar {
public:
  Grammar(std::string_view fileText, int fileNumber) : text(fileText), file(fileNumber) {}

  /// From now on reads the `length` bytes at `at` as `keyword`.
  void readAs(std::size_t at, std::size_t length, std::string_view keyword) {
    substitute = {text.data() + at, length, keyword};
  }

  ItemResult import(std::size_t at, StringLiteral &path) const;
  ItemResult def(std::size_t at, Def &result) const;
  ItemResult patternHead(std::size_t at, PatternHead &result) const;
  ItemResult statement(std::size_t at, Statement &result) const;

private:
  std::string_view text;
  int file;
  Substitute substitute;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_GRAMMAR_H
