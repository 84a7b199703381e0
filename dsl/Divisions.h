//===- Divisions.h - Int divisions that look like float ones ----------------===//
//
// `1 / 8` is 0, as the language says, and hardly ever what its author wanted. These
// are the warnings of the language: each function gives the text of one, or nothing
// where the division is as it should be.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_DIVISIONS_H
#define GAZE_DSL_DIVISIONS_H

#include "dsl/Ast.h"

#include <string>

namespace gaze::dsl {

/// For a division of two ints: a literal that is divided, and not exactly.
std::string warningOfLiteral(const SourceSet &sources, const Expr &division);

/// The int division that is all of the int `expr`, but for its sign; null for none.
const Expr *intDivision(const Expr &expr);

/// For an int division where `what` takes a float.
std::string warningOfFloat(const SourceSet &sources, const Expr &division, const std::string &what);

} // namespace gaze::dsl

#endif // GAZE_DSL_DIVISIONS_H
