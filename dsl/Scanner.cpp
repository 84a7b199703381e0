//===- Scanner.cpp - Words and symbols, for errors and recovery --------------===//

#include "dsl/Scanner.h"
#include "dsl/Names.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

using namespace gaze::dsl;

namespace {

bool isSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::size_t stringEnd(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != '"' && text[end] != '\n')
    end += text[end] == '\\' && end + 1 < text.size() && text[end + 1] != '\n' ? 2 : 1;
  return std::min(text.size(), end + (end < text.size() && text[end] == '"' ? 1 : 0));
}

} // namespace

std::size_t Scanner::skip(std::size_t at) const {
  while (at < text.size()) {
    if (isSpace(text[at]))
      ++at;
    else if (text.substr(at, 2) == "//")
      at = std::min(text.find('\n', at), text.size());
    else
      break;
  }
  return at;
}

std::string_view Scanner::token(std::size_t at) const {
  if (at >= text.size())
    return {};
  std::size_t end = at;
  bool number =
      isDigit(text[at]) || (text[at] == '.' && at + 1 < text.size() && isDigit(text[at + 1]));
  while (end < text.size() && (isWord(text[end]) || (number && text[end] == '.')))
    ++end;
  if (end > at)
    return text.substr(at, end - at);
  if (text[at] == '"')
    return text.substr(at, stringEnd(text, at) - at);
  static const std::string_view pairs[] = {"==", "!=", "<=", ">=", "=>", "=<", "&&", "||", "**"};
  if (std::find(std::begin(pairs), std::end(pairs), text.substr(at, 2)) != std::end(pairs))
    return text.substr(at, 2);
  do
    ++end;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
  return text.substr(at, end - at);
}

bool Scanner::atName(std::size_t at) const {
  std::string_view word = token(at);
  return !word.empty() && isWord(word[0]) && !isDigit(word[0]) && !isKeyword(word);
}

std::vector<std::string_view> Scanner::names(std::size_t begin, std::size_t end) const {
  std::vector<std::string_view> result;
  for (std::size_t at = begin; at < end; ++at) {
    if (!isWord(text[at]))
      continue;
    if (atName(at))
      result.push_back(token(at));
    at += token(at).size();
  }
  return result;
}

std::string_view Scanner::commentBehind(std::size_t begin) const {
  std::size_t at = std::min(text.find_first_not_of(" \t", begin), text.size());
  if (text.substr(at, 2) != "//")
    return {};
  return text.substr(at, text.find('\n', at) - at);
}

std::string_view Scanner::lastToken(std::size_t begin, std::size_t end) const {
  std::string_view last = text.substr(begin, 0);
  for (std::size_t at = skip(begin); at < end; at = skip(at + last.size()))
    last = token(at).substr(0, end - at);
  return last;
}

std::size_t Scanner::lastTokenEnd(std::size_t begin, std::size_t end) const {
  std::string_view last = lastToken(begin, end);
  return static_cast<std::size_t>(last.data() - text.data()) + last.size();
}

std::string Scanner::describe(std::size_t at) const {
  std::string_view found = token(at);
  if (found.empty())
    return "the end of the file";
  if (found[0] == '"')
    return "a string";
  if (isKeyword(found))
    return "the keyword " + inQuotes(found);
  if (static_cast<unsigned char>(found[0]) < 0x20 || found[0] == 0x7f) {
    char code[8];
    std::snprintf(code, sizeof code, "0x%02x", static_cast<unsigned char>(found[0]));
    return std::string("the control character ") + code;
  }
  return inQuotes(found);
}

bool Scanner::atDeclaration(std::size_t at) const {
  std::string_view word = token(at);
  if (word != "import" && word != "def" && word != "pattern")
    return false;
  std::size_t before = at == 0 ? std::string_view::npos : text.find_last_not_of(" \t", at - 1);
  return firstOfLine(at) || text[before] == ';' || text[before] == '}';
}

bool Scanner::firstOfLine(std::size_t at) const {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
    --at;
  return at == 0 || text[at - 1] == '\n';
}

bool Scanner::atStatement(std::size_t at) const {
  std::string_view word = token(at);
  if (word == "let" || word == "require" || word == "keep")
    return true;
  if (word == "scale" || word == "score")
    return firstOfLine(at) && token(skip(at + word.size())) == "=";
  return word == "input" && firstOfLine(at);
}

std::size_t Scanner::resume(std::size_t at, bool inPattern) const {
  int braces = 0;
  for (at = skip(at); at < text.size(); at = skip(at)) {
    std::string_view found = token(at);
    if (atDeclaration(at))
      return at;
    if (inPattern && braces == 0 && (found == "}" || atStatement(at)))
      return at;
    at += found.size();
    if (found == "{")
      ++braces;
    if (found == ";" && braces == 0)
      return at;
    if (found == "}" && braces > 0 && --braces == 0)
      return token(skip(at)) == ";" ? skip(at) + 1 : at;
  }
  return at;
}

bool Scanner::bodyGoesOn(std::size_t at) const {
  while (at < text.size() && token(at) != "{" && token(at) != "}")
    at = next(at);
  return token(at) == "}";
}
