//===- SyntaxErrors.cpp - What is said of a text that does not parse --------===//

#include "dsl/SyntaxErrors.h"

#include "dsl/Hints.h"
#include "dsl/Names.h"

#include <algorithm>

using namespace gaze::dsl;

Span SyntaxErrors::spanAt(std::size_t at) const {
  auto begin = static_cast<std::uint32_t>(at);
  return {file, begin, begin + static_cast<std::uint32_t>(scanner.token(at).size())};
}

Misplaced SyntaxErrors::misplaced(const ItemResult &item, std::size_t begin, std::size_t at) const {
  Misplaced token;
  token.item = scanner.token(begin);
  token.before = scanner.lastToken(begin, at);
  auto before = static_cast<std::size_t>(token.before.data() - text.data());
  token.beforeThat = scanner.lastToken(begin, before);
  token.found = scanner.token(at);
  token.after = scanner.token(scanner.next(at));
  token.touching = before + token.before.size() == at;
  token.expected = item.expected;
  token.inParameters = item.inParameters;
  for (std::size_t place = begin; place < at; place = scanner.next(place))
    token.behindWhere |= scanner.token(place) == "where";
  return token;
}

void SyntaxErrors::reportMissing(const ItemResult &item, std::size_t begin, std::size_t at) {
  std::size_t end = scanner.lastTokenEnd(begin, at);
  bool isSymbol = item.expected.front() == '\'';
  Span span = spanAt(at);
  if (isSymbol)
    span.begin = span.end = static_cast<std::uint32_t>(end);
  std::string hint = hintFor(misplaced(item, begin, at));
  Diagnostic &error = diagnostics.error(span, "expected " + item.expected + ", found " +
                                                  scanner.describe(at) + hint);
  bool closes = isSymbol && item.expected.find_first_of(")]") != std::string::npos;
  if (closes && item.bracket.valid())
    error.notes.push_back({item.bracket, "to close this"});
  explainComment(error, end);
}

void SyntaxErrors::explainComment(Diagnostic &error, std::size_t end) const {
  std::string_view comment = scanner.commentBehind(end);
  if (!looksLikeDivision(comment))
    return;
  auto begin = static_cast<std::uint32_t>(comment.data() - text.data());
  error.notes.push_back({{file, begin, begin + static_cast<std::uint32_t>(comment.size())},
                         "'//' begins a comment; '/' divides, and rounds down on ints"});
}

bool SyntaxErrors::atNamedValue(std::size_t at) const {
  return scanner.atName(at) && scanner.token(scanner.next(at)) == "=";
}

std::string_view SyntaxErrors::keywordMeant(std::string_view word, const Keywords &keywords) const {
  std::string_view meant = keywordMeantBy(word);
  if (std::find(keywords.begin(), keywords.end(), meant) != keywords.end())
    return meant;
  Suggestion suggestion(word);
  for (std::string_view keyword : keywords)
    suggestion.consider(keyword, "");
  auto nearest = std::find(keywords.begin(), keywords.end(), suggestion.nearestName());
  return nearest == keywords.end() ? std::string_view() : *nearest;
}

Meant SyntaxErrors::reportUnknown(const std::string &expected, const Keywords &keywords,
                                  std::size_t at) {
  std::string_view word = scanner.token(at);
  Meant meant = {keywordMeant(word, keywords), word.size()};
  bool hasLets = std::find(keywords.begin(), keywords.end(), "let") != keywords.end();
  bool hasEquals = meant.keyword == "let" || meant.keyword == "scale" || meant.keyword == "score";
  Misplaced token;
  token.found = word;
  token.after = scanner.token(scanner.next(at));
  token.expected = expected;
  std::string hint = hintFor(token);
  if (hasLets && atNamedValue(at) && keywordMeantBy(word) == "keep") {
    meant = {"keep", scanner.next(at) + 1 - at}; // the '=' as well
    hint = "; did you mean 'keep', without the '='?";
  } else if (hasLets && !hasEquals && atNamedValue(at)) {
    meant = {"let", 0};
    hint = "; to name a value, write 'let " + std::string(word) + " = ...'";
  } else if (!meant.keyword.empty()) {
    hint = "; did you mean " + inQuotes(meant.keyword) + "?";
  }
  diagnostics.error(spanAt(at), "expected " + expected + ", found " + scanner.describe(at) + hint);
  return meant;
}

void SyntaxErrors::reportUnclosed(const Name &pattern, std::size_t end, std::size_t at) {
  auto place = static_cast<std::uint32_t>(end);
  std::string which = pattern.text.empty() ? "the pattern" : "pattern " + inQuotes(pattern.text);
  diagnostics.error({file, place, place},
                    "expected '}' at the end of " + which + ", found " + scanner.describe(at));
}
