//===- Parser.cpp - A file, item by item -------------------------------------===//
//
// Parses one item after the other (Grammar.h), so that a mistake costs one item:
// it becomes a diagnostic, and the Scanner says where to go on.
//
//===----------------------------------------------------------------------===//

#include "dsl/Parser.h"
#include "dsl/Grammar.h"
#include "dsl/Hints.h"
#include "dsl/Names.h"
#include "dsl/Scanner.h"

#include <algorithm>
#include <utility>

using namespace gaze::dsl;

namespace {

const std::vector<std::string_view> declarations = {"import", "def", "pattern"};
const std::vector<std::string_view> statements = {"let", "require", "keep", "scale", "score"};

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
  /// Whether the item has only lost its end, so that what was read of it holds.
  bool endIsMissing(const ItemResult &item) const;

  void parseDeclaration(std::string_view keyword);
  void parseImport();
  void parseDef();
  void parsePattern();
  void parseBody(Pattern &pattern);
  void parseStatement(Pattern &pattern);
  /// False when names may be missing.
  bool addStatement(Pattern &pattern, Statement &parsed);
  /// Reports a second `keep` or `scale`.
  bool addOnce(ExprPtr &place, Span &first, const Statement &parsed, const std::string &what);

  bool resumeInBody();
  /// The parameters in [begin, end) that can be read by themselves.
  std::vector<Parameter> salvageParameters(std::size_t begin, std::size_t end) const;
  /// Names in [begin, end) may be declared there.
  void hideNames(std::size_t begin, std::size_t end);
  /// Limits the names that were hidden since the pattern began to the pattern.
  void endPattern();

  void reportMissing(const ItemResult &item, std::size_t begin);
  /// Reports that no item begins here, and returns the keyword that was meant, which
  /// the grammar now reads here; empty when that is not clear.
  std::string_view reportUnknown(const std::string &expected,
                                 const std::vector<std::string_view> &keywords);
  std::string_view keywordMeant(const std::vector<std::string_view> &keywords) const;
  bool atNamedValue() const;
  /// Behind a '}' that closes a pattern too early: reads the rest of the pattern.
  void resumeClosedPattern();

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
  std::size_t guessed = std::string_view::npos; ///< where the grammar reads what was meant
  Span firstKeep, firstScale;
  std::size_t patternBegin = 0, hiddenBefore = 0; ///< of the last pattern
  Span closing;                                   ///< the '}' right before the cursor
};

bool FileParser::accept(const ItemResult &item) {
  std::size_t begin = std::exchange(cursor, item.end);
  if (item.outcome == ItemResult::Outcome::Parsed)
    return true;
  if (item.outcome == ItemResult::Outcome::Missing)
    cursor = scanner.skip(item.end);
  if (begin == guessed) // one error is enough
    return false;
  if (item.outcome == ItemResult::Outcome::Wrong)
    diagnostics.error(item.mistake.span, item.mistake.message);
  if (item.outcome != ItemResult::Outcome::Missing)
    return false;
  reportMissing(item, begin);
  if (item.expected == "a name" && !scanner.atDeclaration(cursor)) // it begins nothing
    cursor += scanner.token(cursor).size();
  return false;
}

bool FileParser::endIsMissing(const ItemResult &item) const {
  if (item.outcome != ItemResult::Outcome::Missing)
    return false;
  std::string_view found = scanner.token(cursor);
  if (item.expected == "','") // the message of 'require'
    return found == ";";
  bool itemEnds =
      found.empty() || found == "}" || scanner.atDeclaration(cursor) || scanner.atStatement(cursor);
  std::size_t end = scanner.lastTokenEnd(0, item.end);
  return item.expected == "';'" && itemEnds && !looksLikeDivision(scanner.commentBehind(end));
}

void FileParser::reportMissing(const ItemResult &item, std::size_t begin) {
  Span span = spanAt(cursor);
  std::string_view before = scanner.lastToken(begin, cursor);
  std::size_t end = scanner.lastTokenEnd(begin, cursor);
  if (item.expected.front() == '\'')
    span.begin = span.end = static_cast<std::uint32_t>(end);
  std::string message = "expected " + item.expected + ", found " + scanner.describe(cursor);
  std::string hint =
      hintFor({before, scanner.token(cursor), end == cursor, item.expected, item.inParameters});
  Diagnostic &error = diagnostics.error(span, message + hint);
  bool closes =
      item.expected.front() == '\'' && item.expected.find_first_of(")]") != std::string::npos;
  if (closes && item.bracket.valid())
    error.notes.push_back({item.bracket, "to close this"});
  std::string_view comment = scanner.commentBehind(end);
  if (looksLikeDivision(comment)) {
    auto place = static_cast<std::uint32_t>(comment.data() - text.data());
    error.notes.push_back({{file, place, place + static_cast<std::uint32_t>(comment.size())},
                           "'//' begins a comment; '/' divides, and rounds down on ints"});
  }
}

/// `NAME = ...` where a statement should begin.
bool FileParser::atNamedValue() const {
  return scanner.names(cursor, cursor + 1).size() == 1 &&
         scanner.token(scanner.next(cursor)) == "=";
}

std::string_view FileParser::keywordMeant(const std::vector<std::string_view> &keywords) const {
  std::string_view word = scanner.token(cursor), meant = keywordMeantBy(word);
  if (std::find(keywords.begin(), keywords.end(), meant) != keywords.end())
    return meant;
  Suggestion suggestion(word);
  for (std::string_view keyword : keywords)
    suggestion.consider(keyword, "");
  auto nearest = std::find(keywords.begin(), keywords.end(), suggestion.nearestName());
  return nearest == keywords.end() ? std::string_view() : *nearest;
}

std::string_view FileParser::reportUnknown(const std::string &expected,
                                           const std::vector<std::string_view> &keywords) {
  std::string_view word = scanner.token(cursor);
  std::string_view meant = keywordMeant(keywords);
  std::size_t replaced = word.size();
  std::string hint = hintFor({{}, word, false, expected});
  bool needsEquals = meant == "let" || meant == "scale" || meant == "score";
  if (&keywords == &statements && atNamedValue() && !needsEquals) {
    meant = "let";
    replaced = 0;
    hint = "; to name a value, write 'let " + std::string(word) + " = ...'";
  } else if (!meant.empty()) {
    hint = "; did you mean " + inQuotes(meant) + "?";
  }
  diagnostics.error(spanAt(cursor),
                    "expected " + expected + ", found " + scanner.describe(cursor) + hint);
  if (!meant.empty()) {
    grammar.readAs(cursor, replaced, meant);
    guessed = cursor;
  }
  return meant;
}

ParsedFile FileParser::run() {
  while (!done()) {
    if (scanner.atDeclaration(cursor)) {
      parseDeclaration(scanner.token(cursor));
    } else if (closing.valid() && scanner.atStatement(cursor)) {
      resumeClosedPattern();
    } else if (auto meant = reportUnknown(aDeclaration, declarations); !meant.empty()) {
      parseDeclaration(meant);
    } else {
      std::size_t begin = cursor;
      cursor = scanner.resume(cursor + scanner.token(cursor).size(), false);
      hideNames(begin, cursor);
      closing = {};
    }
  }
  return std::move(result);
}

void FileParser::hideNames(std::size_t begin, std::size_t end) {
  for (std::string_view name : scanner.names(begin, end))
    result.hidden.names.push_back({std::string(name), {}});
}

void FileParser::endPattern() {
  for (std::size_t i = hiddenBefore; i < result.hidden.names.size(); ++i)
    result.hidden.names[i].scope = {file, static_cast<std::uint32_t>(patternBegin),
                                    static_cast<std::uint32_t>(cursor)};
}

void FileParser::parseDeclaration(std::string_view keyword) {
  closing = {};
  if (keyword == "import")
    parseImport();
  else if (keyword == "def")
    parseDef();
  else
    parsePattern();
}

void FileParser::parseImport() {
  if (!result.defs.empty() || !result.patterns.empty())
    diagnostics.error(spanAt(cursor), "imports come first in a file, before defs and patterns");
  StringLiteral path;
  bool parsed = accept(grammar.import(cursor, path));
  std::size_t word = scanner.token(cursor) == "'" ? cursor + 1 : cursor;
  if (!path.span.valid() && scanner.names(word, word + 1).size() == 1)
    path = {std::string(scanner.token(word)), spanAt(word)}; // it lacks its quotes
  if (path.span.valid())
    result.imports.push_back({path.text, path.span});
  else
    result.hidden.file = true;
  if (!parsed)
    cursor = scanner.resume(cursor, false);
}

void FileParser::parseDef() {
  Def parsed;
  std::size_t begin = cursor;
  ItemResult item = grammar.def(cursor, parsed);
  if (!accept(item)) {
    if (!parsed.body)
      hideNames(begin, cursor);
    if (!endIsMissing(item))
      parsed.body = nullptr;
    cursor = scanner.resume(cursor, false);
  }
  if (parsed.name.span.valid())
    result.defs.push_back(std::move(parsed));
}

void FileParser::parsePattern() {
  firstKeep = firstScale = {};
  patternBegin = cursor;
  hiddenBefore = result.hidden.names.size();
  PatternHead head;
  bool headIsRight = accept(grammar.patternHead(cursor, head));
  if (!headIsRight && !resumeInBody())
    return;
  Pattern pattern;
  pattern.name = std::move(head.name);
  pattern.parameters = std::move(head.parameters);
  if (!headIsRight) {
    if (pattern.parameters.empty())
      pattern.parameters = salvageParameters(patternBegin, cursor);
    hideNames(patternBegin, cursor);
  }
  parseBody(pattern);
  endPattern();
  result.patterns.push_back(std::move(pattern));
}

std::vector<Parameter> FileParser::salvageParameters(std::size_t begin, std::size_t end) const {
  std::vector<Parameter> parameters;
  for (std::size_t at = scanner.skip(begin); at < end; at = scanner.next(at)) {
    std::size_t colon = scanner.next(at), type = scanner.next(colon);
    if (scanner.token(colon) != ":")
      type = colon; // it is missing
    std::optional<Type> known = findType(scanner.token(type));
    if (known && scanner.names(at, at + 1).size() == 1)
      parameters.push_back({{std::string(scanner.token(at)), spanAt(at)}, *known, nullptr});
  }
  return parameters;
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

void FileParser::parseBody(Pattern &pattern) {
  while (!done()) {
    if (scanner.token(cursor) == "}") {
      closing = spanAt(cursor++);
      return;
    }
    if (scanner.atDeclaration(cursor))
      break;
    parseStatement(pattern);
  }
  if (diagnostics.full())
    return;
  auto end = static_cast<std::uint32_t>(scanner.lastTokenEnd(pattern.name.span.begin, cursor));
  diagnostics.error({file, end, end}, "expected '}' at the end of pattern " +
                                          inQuotes(pattern.name.text) + ", found " +
                                          scanner.describe(cursor));
}

void FileParser::resumeClosedPattern() {
  Pattern &pattern = result.patterns.back();
  diagnostics.error(spanAt(cursor), "this statement is in no pattern")
      .notes.push_back({closing, "the pattern " + inQuotes(pattern.name.text) + " ends here"});
  parseBody(pattern);
  endPattern();
}

void FileParser::parseStatement(Pattern &pattern) {
  std::size_t begin = cursor;
  Statement parsed;
  ItemResult item = grammar.statement(cursor, parsed);
  if (item.outcome == ItemResult::Outcome::Absent) {
    bool clear =
        !reportUnknown("a statement (let, require, keep, scale, score) or '}'", statements).empty();
    if (!clear) {
      std::string_view word = scanner.token(cursor);
      cursor += word.size();
      if (word != ";")
        cursor = scanner.resume(cursor, true);
      return hideNames(begin, cursor);
    }
    item = grammar.statement(cursor, parsed);
  }
  if (!accept(item)) {
    if (!endIsMissing(item))
      parsed.value = nullptr;
    cursor = scanner.resume(cursor, true);
  }
  if (!addStatement(pattern, parsed))
    hideNames(begin, cursor);
}

bool FileParser::addStatement(Pattern &pattern, Statement &parsed) {
  switch (parsed.kind) {
  case Statement::Kind::None:
    return false;
  case Statement::Kind::Input:
    diagnostics.error(join(parsed.keyword, parsed.name.span), "not supported yet: 'input' tensors");
    return false;
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
