//===- CheckStages.h - What the checker does, step by step -------------------===//
//
// Check.cpp runs these in order; each reports its kind of mistake and leaves what
// it could not make sense of as a null body or an unresolved symbol, over which
// the later ones pass in silence. So one mistake gives one error, and all mistakes
// are reported in one go.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_CHECKSTAGES_H
#define GAZE_DSL_CHECKSTAGES_H

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"
#include "dsl/Hidden.h"

#include <string>
#include <string_view>
#include <vector>

namespace gaze::dsl {

/// Names: fills every `symbol`, puts operands of calls in order, refuses
/// duplicates and clashes, and divisions by a literal zero (Resolve.cpp).
void resolve(Program &program, const Hidden &hidden, Diagnostics &diagnostics);

/// A function as its calls see it.
struct Signature {
  std::string_view what; ///< "the def", "the function"
  std::string_view name;
  std::vector<std::string_view> parameters;
  bool variadic = false;
  Span definition; ///< nowhere for a function of the language
  /// What the last parameters are where a call leaves them out.
  std::vector<std::string_view> defaults = {};

  std::size_t needed() const { return parameters.size() - defaults.size(); }
  /// "local(left, right)", "top_blocks(count, block, by = mean)"
  std::string text() const;
};

/// Puts the operands of a call into the order of the callee's parameters and clears
/// `argumentNames`; an argument that is left out is null. False after an error (Arguments.cpp).
bool orderArguments(Expr &call, const Signature &callee, Diagnostics &diagnostics);

/// Defs that call themselves, and expressions that pass maxExprDepth or
/// maxExpandedSize with defs and lets written out; afterwards recursion through
/// calls and lets is safe (Expansion.cpp).
void boundExpansion(Program &program, Diagnostics &diagnostics);

/// Types, by call: each def is checked once for each combination of argument types
/// (Types.cpp).
void checkTypes(Program &program, Diagnostics &diagnostics);

/// `score` outside of score statements; q, k, head, batch and inputs in `require`; k
/// in `scale`; through defs and lets as well (Reads.cpp).
void checkReads(const Program &program, Diagnostics &diagnostics);

/// `top_blocks` outside of `keep`, where it would be read at other coordinates, and with
/// sizes that are not known before anything runs (Selections.cpp).
void checkSelections(const Program &program, Diagnostics &diagnostics);

} // namespace gaze::dsl

#endif // GAZE_DSL_CHECKSTAGES_H
