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
#include "dsl/SyntaxErrors.h"
#include "dsl/SyntaxHints.h"

#include <algorithm>
#include <utility>

using namespace gaze::dsl;

namespace {

const Keywords declarations = {"import", "def", "pattern"};
const Keywords statements = {"input", "let", "require", "keep", "scale", "score"};

class FileParser {
public:
  FileParser(const SourceFile &source, int fileNumber, Diagnostics &sink)
      : text(source.text()), grammar(text, fileNumber), scanner(text), file(fileNumber),
        diagnostics(sink), errors(text, fileNumber, sink) {}

  ParsedFile run();

private:
  /// Steps behind an item that was parsed. Otherwise reports what is wrong, steps to
  /// where it was found, and returns false.
  bool accept(const ItemResult &item);
  /// Whether the item has only lost its end, so that what was read of it holds.
  bool endIsMissing(const ItemResult &item) const;

  void parseDeclaration(std::string_view keyword);
  void parseImport();
  /// What stands at the cursor in single quotes, or in none.
  StringLiteral pathWithoutQuotes() const;
  void parseDef();
  void parsePattern();
  /// The statements and the closing brace; false when that is missing.
  bool parseBody(Pattern &pattern);
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

  /// Reports that no item begins here, and returns the keyword that was meant, which
  /// the grammar now reads here; empty when that is not clear.
  std::string_view readAsMeant(const std::string &expected, const Keywords &keywords);
  void reportUnclosed(const Pattern &pattern) {
    errors.reportUnclosed(pattern.name, scanner.lastTokenEnd(patternBegin, cursor), cursor);
  }
  /// Statements outside of all patterns, as behind a '}' that closes one too early.
  void parseStrayStatements();

  bool done() {
    cursor = scanner.skip(cursor);
    return cursor == text.size() || diagnostics.full();
  }
  Span spanAt(std::size_t at) const { return errors.spanAt(at); }

  std::string_view text;
  Grammar grammar;
  Scanner scanner;
  int file;
  Diagnostics &diagnostics;
  SyntaxErrors errors;
  ParsedFile result;
  std::size_t cursor = 0;
  std::size_t guessed = std::string_view::npos; ///< where the grammar reads what was meant
  Span firstKeep, firstScale;
  std::size_t patternBegin = 0, hiddenBefore = 0; ///< of the last pattern
  Span closing; ///< the '}' of the last item, when that is a pattern
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
  errors.reportMissing(item, begin, cursor);
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

std::string_view FileParser::readAsMeant(const std::string &expected, const Keywords &keywords) {
  Meant meant = errors.reportUnknown(expected, keywords, cursor);
  if (!meant.keyword.empty()) {
    grammar.readAs(cursor, meant.wordLength, meant.keyword);
    guessed = cursor;
  }
  return meant.keyword;
}

ParsedFile FileParser::run() {
  while (!done()) {
    std::string_view word = scanner.token(cursor);
    bool known = std::find(declarations.begin(), declarations.end(), word) != declarations.end();
    if (!known && scanner.atStatement(cursor)) {
      parseStrayStatements();
      continue;
    }
    if (!known)
      word = readAsMeant(aDeclaration, declarations);
    if (!word.empty()) {
      parseDeclaration(word);
      continue;
    }
    std::size_t begin = cursor;
    cursor = scanner.resume(scanner.next(cursor), closing.valid());
    hideNames(begin, cursor);
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

StringLiteral FileParser::pathWithoutQuotes() const {
  std::size_t begin = cursor, end = text.find_first_of("'\n", cursor + 1);
  if (scanner.token(cursor) == "'" && end < text.size() && text[end] == '\'')
    ++begin;
  else if (scanner.atName(cursor))
    end = cursor + scanner.token(cursor).size();
  else
    return {};
  Span span = {file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  return {std::string(text.substr(begin, end - begin)), span};
}

void FileParser::parseImport() {
  if (!result.defs.empty() || !result.patterns.empty())
    diagnostics.error(spanAt(cursor), "imports come first in a file, before defs and patterns");
  StringLiteral path;
  bool parsed = accept(grammar.import(cursor, path));
  if (!path.span.valid())
    path = pathWithoutQuotes();
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
  if (!parseBody(pattern))
    reportUnclosed(pattern);
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
    if (known && scanner.atName(at))
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

bool FileParser::parseBody(Pattern &pattern) {
  while (!done()) {
    if (scanner.token(cursor) == "}") {
      closing = spanAt(cursor++);
      return true;
    }
    bool atDeclaration = scanner.atDeclaration(cursor);
    if (atDeclaration && scanner.token(cursor) == "def" && scanner.bodyGoesOn(cursor)) {
      diagnostics.error(spanAt(cursor), "defs stand outside of patterns");
      parseDef();
    } else if (atDeclaration) {
      break;
    } else {
      parseStatement(pattern);
    }
  }
  return diagnostics.full();
}

void FileParser::parseStrayStatements() {
  Diagnostic &error = diagnostics.error(spanAt(cursor), "this statement is in no pattern");
  if (!closing.valid()) {
    Pattern unread;
    parseBody(unread);
    closing = {}; // what it closes is no pattern
    return;
  }
  Pattern &pattern = result.patterns.back();
  error.notes.push_back({closing, "the pattern " + inQuotes(pattern.name.text) + " ends here"});
  if (!parseBody(pattern))
    reportUnclosed(pattern);
  endPattern();
}

void FileParser::parseStatement(Pattern &pattern) {
  std::size_t begin = cursor;
  Statement parsed;
  ItemResult item = grammar.statement(cursor, parsed);
  if (item.outcome == ItemResult::Outcome::Absent) {
    bool clear = !readAsMeant(aStatement, statements).empty();
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
    if (!endIsMissing(item)) {
      parsed.value = nullptr;
      parsed.axes.clear();
    }
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
