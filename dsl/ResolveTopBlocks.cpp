//===- ResolveTopBlocks.cpp - Arguments of top_blocks -------------------------===//
//
// `top_blocks` looks like a call, but what its `by` gets is no value of the language: `mean`,
// `minmax` and `first` mean something there alone, whatever else has these names.
//
//===----------------------------------------------------------------------===//

#include "dsl/Resolver.h"

using namespace gaze::dsl;

Signature gaze::dsl::signatureOfTopBlocks() {
  return {"the function", topBlocks, {"count", "block", "by", "share"},
          false,          {},        {"mean", "block"}};
}

std::optional<SelectBy> Resolver::resolveSelectBy(const ExprPtr &by) {
  if (!by)
    return SelectBy::Mean;
  bool isName = by->kind == Expr::Kind::NameUse;
  if (isName)
    if (auto found = findSelectBy(by->name.text))
      return found;
  Suggestion suggestion(isName ? by->name.text : "");
  for (SelectBy each : {SelectBy::Mean, SelectBy::MinMax, SelectBy::First})
    suggestion.consider(spelling(each), "");
  diagnostics.error(by->span,
                    "'by' is one of 'mean', 'minmax' and 'first', written out" + suggestion.text());
  return std::nullopt;
}

/// A literal that no run can do with is an error of the text.
void Resolver::checkSize(const Expr &size, std::string_view name, int least) {
  bool isNegated = size.kind == Expr::Kind::Unary && size.op == Operator::Negate;
  const Expr &literal = isNegated ? *size.operands[0] : size;
  if (literal.kind != Expr::Kind::IntLiteral)
    return;
  bool isBelow = isNegated ? literal.integer != 0 || least > 0 : literal.integer < least;
  if (isBelow)
    diagnostics.error(size.span, inQuotes(name) + " must be at least " + std::to_string(least));
}

void Resolver::resolveTopBlocks(Expr &expr) {
  if (!orderArguments(expr, signatureOfTopBlocks(), diagnostics))
    return;
  std::optional<SelectBy> by = resolveSelectBy(expr.operands[2]);
  const ExprPtr count = expr.operands[0], block = expr.operands[1];
  const ExprPtr share = expr.operands[3] ? expr.operands[3] : block;
  resolve(count);
  resolve(block);
  if (share != block)
    resolve(share);
  checkSize(*count, "count", 0);
  checkSize(*block, "block", 1);
  if (share != block)
    checkSize(*share, "share", 1);
  expr.operands = {count, block, share};
  if (by) {
    expr.kind = Expr::Kind::TopBlocks;
    expr.selectBy = *by;
  }
}
