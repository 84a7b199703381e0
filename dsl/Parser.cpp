//===- Parser.cpp - A file, item by item -------------------------------------===//
//
// Parses one item after the other (Grammar.h), so that a mistake costs one item:
// it becomes a diagnostic, and the Scanner says where to go on.
//
//===----------------------------------------------------------------------===//

#include "dsl/Parser.h"
#include "dsl/Grammar.h"
#include "dsl/Names.h"
#include "dsl/Scanner.h"

#include <utility>

using namespace gaze::dsl;

namespace {

class FileParser {
public:
  FileParser(const SourceFile &source, int fileNumber, Diagnostics &sink)
      : text(source.text()), grammar(text, fileNumber), scanner(text), file(fileNumber),
        diagnostics(sink) {}

  ParsedFile run();

private:
  /// Steps behind an item that was parsed. Otherwise reports what is wrong, steps to
  /// where it was found, and returns false.
  bool accept(const ItemResult &item);

  void parseImport();
  void parseDef();
  void parsePattern();
  /// The statements and the closing brace; false when names may be missing.
  bool parseBody(Pattern &pattern);
  bool parseStatement(Pattern &pattern);
  bool addStatement(Pattern &pattern, Statement &parsed);
  /// Reports a second `keep` or `scale`.
  bool addOnce(ExprPtr &place, Span &first, const Statement &parsed, const std::string &what);

  bool resumeInBody();
  void reportMissing(const ItemResult &item, std::size_t begin);
  void reportUnknown(const std::string &expected, const std::vector<std::string_view> &words);

  bool done() {
    cursor = scanner.skip(cursor);
    return cursor == text.size() || diagnostics.full();
  }
  Span spanAt(std::size_t at) const {
    auto begin32 = static_cast<std::uint32_t>(at);
    return {file, begin32, begin32 + static_cast<std::uint32_t>(scanner.token(at).size())};
  }

  std::string_view text;
  Grammar grammar;
  Scanner scanner;
  int file;
  Diagnostics &diagnostics;
  ParsedFile result;
  std::size_t cursor = 0;
  Span firstKeep, firstScale;
};

bool FileParser::accept(const ItemResult &item) {
  std::size_t begin = std::exchange(cursor, item.end);
  switch (item.outcome) {
  case ItemResult::Outcome::Parsed:
    return true;
  case ItemResult::Outcome::Absent:
    reportUnknown("a statement (input, let, require, keep, scale, score) or '}'",
                  {"input", "let", "require", "keep", "scale", "score"});
    return false;
  case ItemResult::Outcome::Wrong:
    diagnostics.error(item.mistake.span, item.mistake.message);
    return false;
  case ItemResult::Outcome::Missing:
    cursor = scanner.skip(item.end);
    reportMissing(item, begin);
    if (item.expected == "a name") // a keyword here begins nothing
      cursor += scanner.token(cursor).size();
    return false;
  }
  return false;
}

/// What people write who know other languages.
std::string hintFor(std::string_view found, const std::string &expected) {
  if (found == "=" && expected != "a name")
    return "; to compare, write '=='";
  if (found == "&&" || found == "&")
    return "; write 'and'";
  if (found == "||" || found == "|")
    return "; write 'or'";
  if (found == "!")
    return "; write 'not'";
  if (found == "?")
    return "; write 'if ... then ... else ...'";
  if (found == "#")
    return "; a comment begins with '//'";
  if (found == "'")
    return "; a string stands in double quotes";
  if (!found.empty() && found[0] >= '0' && found[0] <= '9' && expected == anExpression)
    return "; a number ends before the first letter";
  return "";
}

void FileParser::reportMissing(const ItemResult &item, std::size_t begin) {
  Span span = spanAt(cursor);
  if (item.expected.front() == '\'')
    span.begin = span.end = static_cast<std::uint32_t>(scanner.lastTokenEnd(begin, cursor));
  std::string message = "expected " + item.expected + ", found " + scanner.describe(cursor);
  Diagnostic &error =
      diagnostics.error(span, message + hintFor(scanner.token(cursor), item.expected));
  bool closes =
      item.expected.front() == '\'' && item.expected.find_first_of(")]") != std::string::npos;
  if (closes && item.bracket.valid())
    error.notes.push_back({item.bracket, "to close this"});
}

void FileParser::reportUnknown(const std::string &expected,
                               const std::vector<std::string_view> &words) {
  Suggestion suggestion(scanner.token(cursor));
  for (std::string_view word : words)
    suggestion.consider(word, "");
  std::string hint = suggestion.text();
  if (hint.empty())
    hint = hintFor(scanner.token(cursor), expected);
  diagnostics.error(spanAt(cursor),
                    "expected " + expected + ", found " + scanner.describe(cursor) + hint);
  cursor += scanner.token(cursor).size();
}

ParsedFile FileParser::run() {
  while (!done()) {
    std::string_view word = scanner.token(cursor);
    if (word == "import") {
      parseImport();
    } else if (word == "def") {
      parseDef();
    } else if (word == "pattern") {
      parsePattern();
    } else {
      reportUnknown("'import', 'def' or 'pattern'", {"import", "def", "pattern"});
      cursor = scanner.resume(cursor, false);
      result.complete = false;
    }
  }
  return std::move(result);
}

void FileParser::parseImport() {
  if (!result.defs.empty() || !result.patterns.empty())
    diagnostics.error(spanAt(cursor), "imports come first in a file, before defs and patterns");
  StringLiteral path;
  if (accept(grammar.import(cursor, path))) {
    result.imports.push_back({path.text, path.span});
    return;
  }
  cursor = scanner.resume(cursor, false);
  result.complete = false;
}

void FileParser::parseDef() {
  Def parsed;
  if (!accept(grammar.def(cursor, parsed))) {
    parsed.body = nullptr;
    result.complete &= parsed.name.span.valid();
    cursor = scanner.resume(cursor, false);
  }
  if (parsed.name.span.valid())
    result.defs.push_back(std::move(parsed));
}

void FileParser::parsePattern() {
  firstKeep = firstScale = {};
  PatternHead head;
  bool namesKnown = accept(grammar.patternHead(cursor, head));
  if (!namesKnown && !resumeInBody())
    return;
  Pattern pattern;
  pattern.name = std::move(head.name);
  pattern.parameters = std::move(head.parameters);
  namesKnown &= parseBody(pattern);
  if (namesKnown)
    result.patterns.push_back(std::move(pattern));
}

/// Behind a mistake in a pattern's head: steps behind its '{' or to its first
/// statement; false when the file goes on without a body.
bool FileParser::resumeInBody() {
  for (; !done(); cursor += scanner.token(cursor).size()) {
    if (scanner.atDeclaration(cursor))
      return false;
    if (scanner.atStatement(cursor))
      return true;
    if (scanner.token(cursor) == "{" || scanner.token(cursor) == "}") {
      ++cursor;
      return text[cursor - 1] == '{';
    }
  }
  return false;
}

bool FileParser::parseBody(Pattern &pattern) {
  bool namesKnown = true;
  while (!done()) {
    if (scanner.token(cursor) == "}") {
      ++cursor;
      return namesKnown;
    }
    if (scanner.atDeclaration(cursor))
      break;
    namesKnown &= parseStatement(pattern);
  }
  if (diagnostics.full())
    return false;
  auto end = static_cast<std::uint32_t>(scanner.lastTokenEnd(pattern.name.span.begin, cursor));
  diagnostics.error({file, end, end}, "expected '}' at the end of pattern " +
                                          inQuotes(pattern.name.text) + ", found " +
                                          scanner.describe(cursor));
  return namesKnown;
}

bool FileParser::parseStatement(Pattern &pattern) {
  Statement parsed;
  if (!accept(grammar.statement(cursor, parsed))) {
    parsed.value = nullptr;
    parsed.axes.clear();
    cursor = scanner.resume(cursor, true);
  }
  return addStatement(pattern, parsed);
}

bool FileParser::addStatement(Pattern &pattern, Statement &parsed) {
  switch (parsed.kind) {
  case Statement::Kind::None:
    return false;
  case Statement::Kind::Input:
    if (!parsed.name.span.valid())
      return false;
    pattern.inputs.push_back({std::move(parsed.name), parsed.type, std::move(parsed.axes)});
    return true;
  case Statement::Kind::Let:
    if (!parsed.name.span.valid())
      return false;
    pattern.lets.push_back({std::move(parsed.name), std::move(parsed.value)});
    return true;
  case Statement::Kind::Require:
    if (parsed.value)
      pattern.requirements.push_back(
          {parsed.value, std::move(parsed.message.text), parsed.value->span});
    return true;
  case Statement::Kind::Keep:
    return addOnce(pattern.keep, firstKeep, parsed,
                   "a pattern has one 'keep'; join the two with 'and' or 'or'");
  case Statement::Kind::Scale:
    return addOnce(pattern.scale, firstScale, parsed, "a pattern has one 'scale'");
  case Statement::Kind::Score:
    if (parsed.value)
      pattern.scores.push_back(std::move(parsed.value));
    return true;
  }
  return true;
}

bool FileParser::addOnce(ExprPtr &place, Span &first, const Statement &parsed,
                         const std::string &what) {
  if (first.valid()) {
    diagnostics.error(parsed.keyword, what).notes.push_back({first, "the first one is here"});
    return true;
  }
  first = parsed.keyword;
  place = parsed.value;
  return true;
}

} // namespace

ParsedFile gaze::dsl::parse(const SourceSet &sources, int file, Diagnostics &diagnostics) {
  return FileParser(sources.file(file), file, diagnostics).run();
}
