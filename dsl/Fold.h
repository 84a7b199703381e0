//===- Fold.h - Expression nodes, and operators by precedence ----------------===//
//
// What the grammar's actions call. Nothing here knows Spirit.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_FOLD_H
#define GAZE_DSL_FOLD_H

#include "dsl/Ast.h"

#include <string>
#include <vector>

namespace gaze::dsl {

/// A mistake that ends the item being parsed; thrown by the actions of the grammar
/// and caught where the item is driven.
struct SyntaxError {
  Span span;
  std::string message;
};

ExprPtr makeExpr(Expr::Kind kind, Span span);
/// Appends an operand, which widens the span and raises the depth. Throws a
/// SyntaxError where the depth passes maxExprDepth (Ast.h).
void addOperand(Expr &expr, ExprPtr operand);
void addBinding(Expr &expr, Binding binding);

/// `- - operand`
struct UnaryTerm {
  std::vector<Span> signs;
  ExprPtr operand;
};
ExprPtr foldSigns(UnaryTerm term);

/// `not not operand`
struct ChainTerm {
  std::vector<Span> nots;
  ExprPtr operand;
};

/// Terms with an operator between each two.
struct Chain {
  std::vector<ChainTerm> terms;
  std::vector<Operator> operators;
};
/// The tree of a chain, by precedence: or, and, not, comparisons (one node for a
/// run of them), + and -, * and / and %; all from left to right.
ExprPtr foldChain(Chain chain);

} // namespace gaze::dsl

#endif // GAZE_DSL_FOLD_H
