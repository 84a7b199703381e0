//===- Literals.cpp - Numbers and strings from their text --------------------===//

#include "dsl/Literals.h"
#include "dsl/Fold.h"
#include "dsl/Names.h"

#include <charconv>
#include <cmath>
#include <limits>

using namespace gaze::dsl;

static constexpr std::int64_t smallestInt = std::numeric_limits<std::int64_t>::min();

static ExprPtr intLiteral(std::string_view text, Span span) {
  std::uint64_t value = 0;
  auto failure = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  if (failure != std::errc() || value > static_cast<std::uint64_t>(smallestInt))
    throw SyntaxError{span, inQuotes(text) + " does not fit an int, which has 64 bits"};
  ExprPtr result = makeExpr(Expr::Kind::IntLiteral, span);
  result->integer = static_cast<std::int64_t>(value);
  return result;
}

static ExprPtr floatLiteral(std::string_view text, Span span) {
  double value = 0;
  auto failure = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  if (failure != std::errc() || !std::isfinite(value))
    throw SyntaxError{span, inQuotes(text) + " does not fit a float, which has 64 bits"};
  ExprPtr result = makeExpr(Expr::Kind::FloatLiteral, span);
  result->real = value;
  return result;
}

ExprPtr gaze::dsl::numberLiteral(std::string_view text, Span span) {
  bool isInt = text.find_first_of(".eE") == std::string_view::npos;
  return isInt ? intLiteral(text, span) : floatLiteral(text, span);
}

void gaze::dsl::requireFits(const Expr &literal) {
  if (literal.kind == Expr::Kind::IntLiteral && literal.integer == smallestInt)
    throw SyntaxError{literal.span, "'9223372036854775808' does not fit an int, which has 64 bits"};
}

void gaze::dsl::negate(Expr &literal, Span sign) {
  literal.span = join(sign, literal.span);
  literal.real = -literal.real;
  if (literal.integer != smallestInt)
    literal.integer = -literal.integer;
}

StringLiteral gaze::dsl::stringLiteral(std::string_view text, Span span) {
  StringLiteral result{{}, span};
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    bool escaped = text[at] == '\\';
    at += escaped ? 1 : 0;
    if (escaped && text[at] != '"' && text[at] != '\\') {
      auto place = span.begin + static_cast<std::uint32_t>(at);
      throw SyntaxError{{span.file, place - 1, place + 1},
                        "in a string only \\\" and \\\\ are written with a backslash"};
    }
    result.text += text[at];
  }
  return result;
}
