//===- Fold.cpp - Expression nodes, and operators by precedence --------------===//
//
// A chain is folded by precedence climbing: fold(p) takes a term and then every
// operator of precedence p or higher, each with a right side that holds only what
// binds tighter. It recurses once for each precedence level, never for each term.
//
//===----------------------------------------------------------------------===//

#include "dsl/Fold.h"

#include "dsl/Names.h"

#include <algorithm>
#include <utility>

using namespace gaze::dsl;

namespace {

enum Precedence { OrLevel, AndLevel, NotLevel, ComparisonLevel, SumLevel, ProductLevel };

Precedence precedence(Operator op) {
  switch (op) {
  case Operator::Or:
    return OrLevel;
  case Operator::And:
    return AndLevel;
  case Operator::Not:
    return NotLevel;
  case Operator::Add:
  case Operator::Subtract:
    return SumLevel;
  case Operator::Multiply:
  case Operator::Divide:
  case Operator::Modulo:
  case Operator::Negate:
    return ProductLevel;
  default:
    return ComparisonLevel;
  }
}

ExprPtr makeUnary(Operator op, Span sign, ExprPtr operand) {
  ExprPtr expr = makeExpr(Expr::Kind::Unary, sign);
  expr->op = op;
  addOperand(*expr, std::move(operand));
  return expr;
}

class Folder {
public:
  explicit Folder(Chain &toFold) : chain(toFold) {}

  ExprPtr fold(int lowest) {
    ExprPtr left = foldTerm(lowest);
    while (hasOperator() && precedence(op()) >= lowest)
      left = precedence(op()) == ComparisonLevel ? foldComparisons(std::move(left))
                                                 : foldBinary(std::move(left));
    return left;
  }

private:
  bool hasOperator() const { return next < chain.terms.size(); }
  Operator op() const { return chain.operators[next - 1]; }

  ExprPtr foldTerm(int lowest) {
    ChainTerm &term = chain.terms[next++];
    if (term.nots.empty())
      return std::move(term.operand);
    if (lowest > NotLevel)
      throw SyntaxError{term.nots.front(), "a 'not' behind " +
                                               inQuotes(spelling(chain.operators[next - 2])) +
                                               " needs parentheses around it"};
    std::vector<Span> nots = std::exchange(term.nots, {});
    --next;
    ExprPtr expr = fold(NotLevel + 1);
    for (auto sign = nots.rbegin(); sign != nots.rend(); ++sign)
      expr = makeUnary(Operator::Not, *sign, std::move(expr));
    return expr;
  }

  ExprPtr foldBinary(ExprPtr left) {
    ExprPtr expr = makeExpr(Expr::Kind::Binary, left->span);
    expr->op = op();
    addOperand(*expr, std::move(left));
    addOperand(*expr, fold(precedence(expr->op) + 1));
    return expr;
  }

  ExprPtr foldComparisons(ExprPtr left) {
    ExprPtr expr = makeExpr(Expr::Kind::Comparison, left->span);
    addOperand(*expr, std::move(left));
    while (hasOperator() && precedence(op()) == ComparisonLevel) {
      expr->comparisons.push_back(op());
      addOperand(*expr, fold(ComparisonLevel + 1));
    }
    return expr;
  }

  Chain &chain;
  std::size_t next = 0;
};

} // namespace

ExprPtr gaze::dsl::makeExpr(Expr::Kind kind, Span span) {
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  expr->span = span;
  return expr;
}

static void deepen(Expr &expr, const Expr &part) {
  expr.depth = std::max(expr.depth, part.depth + 1);
  if (expr.depth > maxExprDepth)
    throw SyntaxError{part.span, "this expression is nested deeper than " +
                                     std::to_string(maxExprDepth) +
                                     " operations; name parts of it with 'let' or 'def'"};
}

void gaze::dsl::addOperand(Expr &expr, ExprPtr operand) {
  expr.span = join(expr.span, operand->span);
  deepen(expr, *operand);
  expr.operands.push_back(std::move(operand));
}

void gaze::dsl::addBinding(Expr &expr, Binding binding) {
  expr.span = join(expr.span, binding.value->span);
  deepen(expr, *binding.value);
  expr.bindings.push_back(std::move(binding));
}

ExprPtr gaze::dsl::foldSigns(UnaryTerm term) {
  ExprPtr expr = std::move(term.operand);
  for (auto sign = term.signs.rbegin(); sign != term.signs.rend(); ++sign)
    expr = makeUnary(Operator::Negate, *sign, std::move(expr));
  return expr;
}

ExprPtr gaze::dsl::foldChain(Chain chain) { return Folder(chain).fold(OrLevel); }
