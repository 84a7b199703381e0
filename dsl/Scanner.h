//===- Scanner.h - Words and symbols, for errors and recovery ----------------===//
//
// The grammar in Grammar.cpp reads the characters itself. When it fails, this
// scanner says what stands at a place ("found ';'"), where the token before it
// ends, and where parsing can go on.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_SCANNER_H
#define GAZE_DSL_SCANNER_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gaze::dsl {

class Scanner {
public:
  explicit Scanner(std::string_view fileText) : text(fileText) {}

  /// The first place from `at` on that is neither white space nor comment.
  std::size_t skip(std::size_t at) const;
  /// The token that begins at `at`: a word or number, a string, an operator, or
  /// one character (all its bytes). Empty at the end of the text.
  std::string_view token(std::size_t at) const;
  /// The place of the token behind the one at `at`.
  std::size_t next(std::size_t at) const { return skip(at + token(at).size()); }
  /// A word that can be a name begins at `at`.
  bool atName(std::size_t at) const;
  /// The words in [begin, end) that can be names, in comments and strings as well.
  std::vector<std::string_view> names(std::size_t begin, std::size_t end) const;
  /// The comment that begins on the line of `begin`, with its '//'; nothing but space is
  /// before it.
  std::string_view commentBehind(std::size_t begin) const;
  /// The last token in [begin, end), cut at `end`; an empty one at `begin` where there
  /// is none.
  std::string_view lastToken(std::size_t begin, std::size_t end) const;
  std::size_t lastTokenEnd(std::size_t begin, std::size_t end) const;
  /// The token at `at` as an error names it: "';'", "the keyword 'keep'", ...
  std::string describe(std::size_t at) const;

  /// `import`, `def` or `pattern` begins at `at`, where a declaration can begin: as the
  /// first word of a line, or behind a ';' or '}'.
  bool atDeclaration(std::size_t at) const;
  /// A statement begins at `at`. `scale`, `score` and `input` are names too: they
  /// count only as the first word of a line, the first two before a '='.
  bool atStatement(std::size_t at) const;

  /// A '}' comes before the next '{', so that what stands at `at` is in a pattern.
  bool bodyGoesOn(std::size_t at) const;

  /// Where to go on after a mistake at `at`: behind the next ';' that is in no
  /// braces, behind the '}' that closes braces opened since `at` (and its ';'), or before a
  /// declaration; in a pattern (`inPattern`) also before its '}' or a statement.
  std::size_t resume(std::size_t at, bool inPattern) const;

  std::size_t size() const { return text.size(); }

private:
  bool firstOfLine(std::size_t at) const;

  std::string_view text;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_SCANNER_H
