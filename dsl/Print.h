//===- Print.h - A tree back as text -----------------------------------------===//
#ifndef GAZE_DSL_PRINT_H
#define GAZE_DSL_PRINT_H

#include "dsl/Ast.h"

#include <string>

namespace gaze::dsl {

/// The canonical text of a tree: every operation in parentheses, lets before the
/// statements that use them, no comments. It parses to the same tree, so printing
/// is a fixed point (test/dsl/PrintTest.cpp).
std::string print(const Expr &expr);
std::string print(const Def &def);
std::string print(const Pattern &pattern);
/// All defs, imported ones too, then all patterns: a file that needs no import.
std::string print(const Program &program);

} // namespace gaze::dsl

#endif // GAZE_DSL_PRINT_H
