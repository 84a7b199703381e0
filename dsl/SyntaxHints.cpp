//===- SyntaxHints.cpp - What a misplaced token was meant to be --------------===//
//
// The item in which a token stands explains it first, then what was expected there,
// then the habits of other languages.
//
//===----------------------------------------------------------------------===//

#include "dsl/SyntaxHints.h"

#include "dsl/Grammar.h"
#include "dsl/HintTable.h"
#include "dsl/Hints.h"
#include "dsl/Names.h"

#include <cctype>

using namespace gaze::dsl;

namespace {

std::string lowerCase(std::string_view word) {
  std::string result(word);
  for (char &c : result)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

bool isWord(std::string_view token) {
  return !token.empty() &&
         (std::isalpha(static_cast<unsigned char>(token[0])) != 0 || token[0] == '_');
}

constexpr Entry tokens[] = {
    {"&&", "; write 'and'"},
    {"&", "; write 'and'"},
    {"||", "; write 'or'"},
    {"|", "; write 'or'"},
    {"!", "; write 'not'"},
    {"~", "; write 'not'"},
    {"?", "; write 'if ... then ... else ...'"},
    {"#", "; a comment begins with '//'"},
    {"'", "; a string stands in double quotes"},
    {"/", "; a comment begins with '//'"},
    {"=>", "; write '>='"},
    {"=<", "; write '<='"},
    {"in", "; there is no 'in': write 'k == 0 or k == 1'"},
    {"≤", "; write '<='"},
    {"≥", "; write '>='"},
    {"≠", "; write '!='"},
    {"−", "; write '-'"},
    {"–", "; write '-'"},
    {"∧", "; write 'and'"},
    {"∨", "; write 'or'"},
    {"¬", "; write 'not'"},
    {"×", "; write '*'"},
    {"·", "; write '*'"},
    {"÷", "; write '/'"},
};

constexpr Entry types[] = {
    {"i32", "; write 'int'"},       {"i64", "; write 'int'"},       {"int32", "; write 'int'"},
    {"int64", "; write 'int'"},     {"integer", "; write 'int'"},   {"long", "; write 'int'"},
    {"f16", "; write 'float'"},     {"f32", "; write 'float'"},     {"f64", "; write 'float'"},
    {"float16", "; write 'float'"}, {"float32", "; write 'float'"}, {"float64", "; write 'float'"},
    {"double", "; write 'float'"},  {"half", "; write 'float'"},    {"bfloat16", "; write 'float'"},
    {"boolean", "; write 'bool'"},
};

bool isArithmetic(std::string_view token) {
  return token.size() == 1 && std::string_view("+-*/%").find(token) != std::string_view::npos;
}

std::string hintInParameters(std::string_view found) {
  if (found == ":")
    return "; the parameters of a def have no types";
  if (found == "=")
    return "; the parameters of a def have no defaults";
  if (isArithmetic(found))
    return "; a default is one number";
  return "";
}

std::string hintInDef(const Misplaced &token) {
  std::string_view found = token.found;
  bool bodyBegins = found == ":" || found == "{" || found == "-" || found == "return";
  return token.expected == "'='" && bodyBegins ? "; write 'def NAME(...) = expression;'" : "";
}

std::string hintInPatternHead(const Misplaced &token) {
  if (token.expected == "'('" && token.found == "{")
    return "; write 'pattern " + std::string(token.before) + "() {'";
  if (token.expected == "'{'" && token.found == ":")
    return "; the statements of a pattern stand in '{' and '}'";
  return "";
}

std::string hintInInput(const Misplaced &token) {
  if (token.expected == "':'")
    return "; an input has a type and axes, as in 'doc: int[batch, seq_k]'";
  if (token.expected == "'['" && token.found == "=")
    return "; an input has axes, as in 'int[batch]', and no default";
  if (token.expected == "'['")
    return "; an input needs its axes, as in 'int[batch]'";
  if (token.expected == "';'" && token.found == "=")
    return "; an input has no default";
  if (token.found == "[" && token.before == "]")
    return "; all axes stand in one pair of brackets, as in 'int[batch, seq_k]'";
  return "";
}

std::string hintInItem(const Misplaced &token) {
  if (token.item == "def")
    return hintInDef(token);
  if (token.item == "pattern")
    return hintInPatternHead(token);
  if (token.item == "input")
    return hintInInput(token);
  if (token.item == "let" && token.expected == "'='" && token.found == ":")
    return "; a let has no type";
  return "";
}

/// What `where` binds.
std::string hintForBinding(const Misplaced &token) {
  if (!token.behindWhere)
    return "";
  std::string name(token.before), found(token.found);
  bool isSimple = isWord(token.after) || (!token.after.empty() && isDigit(token.after[0]));
  std::string operand = isSimple ? std::string(token.after) : "...";
  if (token.before == "where" && found == "(")
    return "; write 'where NAME = ...' without parentheses";
  if (token.expected == "'='" && isArithmetic(found))
    return "; write '" + name + " = " + name + " " + found + " " + operand + "'";
  if (token.expected == "'='")
    return "; write '" + name + " = ...'";
  if (token.expected.front() == '\'' && found == ",")
    return "; every value behind 'where' has its name, as in 'where q = q / 2, k = k / 2'";
  return "";
}

std::string hintForBracket(const Misplaced &token) {
  if (token.found != "[")
    return "";
  if (token.before == "]")
    return "; all indices stand in one pair of brackets, as in 'doc[batch, q]'";
  if (token.expected == anExpression)
    return "; there are no lists: declare an input, as in 'input slope: float[heads];'";
  return "";
}

/// Tokens that are right elsewhere, so that what was expected explains them.
std::string hintForExpected(const Misplaced &token) {
  std::string_view found = token.found, expected = token.expected;
  if (found == "}" && expected == aDeclaration)
    return "; there is nothing that it closes";
  if (found == "from" && expected == aDeclaration && isWord(token.after))
    return "; write 'import \"" + std::string(token.after) + "\";'";
  if (found == "if" && expected == aStatement)
    return "; the 'if' stands in a statement, as in 'keep if ... then ... else ...'";
  if (expected == aType)
    return std::string(find(types, lowerCase(found)));
  if (found == "." && isWord(token.after))
    return "; names have no dots: write " + inQuotes(token.after);
  if (expected == "':'" && token.inParameters)
    return "; a parameter has a type, as in 'width: int'";
  if (token.inParameters && expected == "',' or ')'")
    return hintInParameters(found);
  if (expected == aString && found == "'")
    return "; a string stands in double quotes";
  if (expected == aString && !found.empty() && found[0] != '"')
    return "; write \"" + std::string(found) + "\"";
  if (token.inParameters && found == ")" && token.before == "(")
    return "; a def without parameters has no '()'";
  if (expected == "'='" && token.before == "score" && found.size() == 1)
    return "; write 'score = score " + std::string(found) + " ...'";
  if (expected == "','" && found == ";")
    return "; behind the condition of 'require' stands a message in double quotes";
  if (expected == anExpression && found == "=" &&
      (token.before == "keep" || token.before == "require"))
    return "; " + inQuotes(token.before) + " stands before its expression without '='";
  if (found == "=" && expected.front() == '\'' && expected != "'='")
    return "; to compare, write '=='";
  return "";
}

std::string hintForPower(std::string_view base) {
  if (base == "2" || base == "2.0")
    return "; there is no sign for powers: write 'exp2(x)'";
  return "; there is no sign for powers: write 'x * x', or 'exp2(y * log2(x))'";
}

/// The second half of an operator of another language.
std::string hintForHalf(const Misplaced &token) {
  if (token.found == "*" && token.before == "*")
    return hintForPower(token.beforeThat);
  if (token.found == "*" && token.before == "/")
    return std::string(find(tokens, "#"));
  if (token.found == ">" && token.before == "<")
    return "; write '!='";
  if (token.found == token.before && (token.found == "<" || token.found == ">"))
    return "; there are no shifts: write '* 2' or '/ 2'";
  if (token.found == "=" && token.before.size() == 2)
    return "; write " + inQuotes(token.before);
  return "";
}

std::string hintForOperand(const Misplaced &token) {
  bool isString = !token.found.empty() && (token.found[0] == '"' || token.found[0] == '\'');
  if (isString && token.before == "(" && token.beforeThat == "float")
    return habitOfValue("inf");
  if (std::string hint = hintForHalf(token); token.touching && !hint.empty())
    return hint;
  if (token.found == "where")
    return "; 'where' stands behind what it reads again; to choose, write 'if ... then ... else "
           "...'";
  if (!token.found.empty() && isDigit(token.found[0]))
    return "; a number ends before the first letter";
  return "";
}

} // namespace

std::string gaze::dsl::hintFor(const Misplaced &token) {
  for (auto *hintOfKind : {hintForBinding, hintInItem, hintForBracket, hintForExpected})
    if (std::string hint = hintOfKind(token); !hint.empty())
      return hint;
  std::string hint = token.expected == anExpression ? hintForOperand(token) : "";
  if (hint.empty())
    hint = std::string(find(tokens, token.found));
  if (!hint.empty())
    return hint;
  if (token.found == "^")
    return hintForPower(token.before) +
           "; there are no bitwise operators: '!=' of two bools is their exclusive or";
  if (token.found == "if" && token.expected == "';'")
    return "; write 'if ... then ... else ...'";
  std::string lower = lowerCase(token.found);
  return lower != token.found && isKeyword(lower) ? "; write " + inQuotes(lower) : "";
}

bool gaze::dsl::looksLikeDivision(std::string_view comment) {
  std::size_t first = comment.find_first_not_of(" \t", 2);
  std::size_t last = comment.find_last_not_of(" \t\r");
  if (first == std::string_view::npos)
    return false;
  return isDigit(comment[first]) || comment[first] == '(' || comment[last] == ';' ||
         comment[last] == ')';
}
