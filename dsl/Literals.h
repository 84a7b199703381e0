//===- Literals.h - Numbers and strings from their text ----------------------===//
#ifndef GAZE_DSL_LITERALS_H
#define GAZE_DSL_LITERALS_H

#include "dsl/Ast.h"

#include <string>
#include <string_view>

namespace gaze::dsl {

struct StringLiteral {
  std::string text;
  Span span;
};

/// An IntLiteral, or a FloatLiteral where the text has a point or an exponent.
/// 2^63 gives the smallest int, which is right behind a minus sign; requireFits
/// refuses it elsewhere. Throws a SyntaxError where 64 bits are too few.
ExprPtr numberLiteral(std::string_view text, Span span);
void requireFits(const Expr &literal);
/// Puts the sign at `sign` into the literal.
void negate(Expr &literal, Span sign);

/// `text` is everything from quote to quote. Throws a SyntaxError at an escape that
/// the language does not have.
StringLiteral stringLiteral(std::string_view text, Span span);

} // namespace gaze::dsl

#endif // GAZE_DSL_LITERALS_H
