//===- TypeHints.h - How to make one type of another ------------------------===//
#ifndef GAZE_DSL_TYPEHINTS_H
#define GAZE_DSL_TYPEHINTS_H

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"

#include <string>
#include <vector>

namespace gaze::dsl {

/// The expression as its author wrote it; "..." where that is too long for a message.
std::string asWritten(const SourceSet &sources, const Expr &expr);

/// The end of an error message about `expr` of type `given`, which cannot be `needed`:
/// "; write 'x != 0'".
std::string hintToConvert(const SourceSet &sources, const Expr &expr, Type given, Type needed);

struct Typed {
  const Expr &expr;
  Type type;
};

/// The same for two sides that `op` cannot compare, `inChain` with further comparisons.
std::string hintToCompare(const SourceSet &sources, const Typed &left, const Typed &right,
                          Operator op, bool inChain);

/// Where the type of `expr` comes from, when it is a name or a call. In a def, `pattern`
/// may be null.
std::vector<Note> originOfType(const Program &program, const Pattern *pattern, const Expr &expr,
                               Type given);

} // namespace gaze::dsl

#endif // GAZE_DSL_TYPEHINTS_H
