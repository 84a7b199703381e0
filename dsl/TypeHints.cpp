//===- TypeHints.cpp - How to make one type of another ----------------------===//

#include "dsl/TypeHints.h"

#include "dsl/Names.h"

using namespace gaze::dsl;

/// Whether `!=` may stand behind the text of `expr`.
static bool bindsTighterThanComparison(const Expr &expr) {
  switch (expr.kind) {
  case Expr::Kind::If:
  case Expr::Kind::Where:
  case Expr::Kind::Comparison:
    return false;
  default:
    return true;
  }
}

std::string gaze::dsl::asWritten(const SourceSet &sources, const Expr &expr) {
  constexpr std::size_t longest = 40;
  if (!expr.span.valid())
    return "...";
  std::string_view text = sources.file(expr.span.file).text();
  text = text.substr(expr.span.begin, expr.span.end - expr.span.begin);
  bool isOneLine = text.find_first_of("\n\t") == std::string_view::npos;
  return text.size() <= longest && isOneLine ? std::string(text) : "...";
}

std::string gaze::dsl::hintToConvert(const SourceSet &sources, const Expr &expr, Type given,
                                     Type needed) {
  std::string text = asWritten(sources, expr);
  if (expr.kind == Expr::Kind::BoolLiteral)
    return "; write '" + std::to_string(expr.integer) + "'";
  if (expr.kind == Expr::Kind::IntLiteral || expr.kind == Expr::Kind::FloatLiteral)
    return "";
  if (given == Type::Bool)
    return "; for a number, write '(if " + text + " then 1 else 0)'";
  if (needed == Type::Bool)
    return "; to ask whether it is not 0, write '" +
           (bindsTighterThanComparison(expr) ? text : "(" + text + ")") + " != 0'";
  if (needed == Type::Int)
    return "; for an int, write 'floor(" + text + ")'";
  return "";
}

static bool isBit(const Expr &expr) {
  return expr.kind == Expr::Kind::IntLiteral && (expr.integer == 0 || expr.integer == 1);
}

std::string gaze::dsl::hintToCompare(const SourceSet &sources, const Typed &left,
                                     const Typed &right, Operator op, bool inChain) {
  if (left.type == right.type)
    return "";
  const Typed &condition = left.type == Type::Bool ? left : right;
  const Typed &number = left.type == Type::Bool ? right : left;
  std::string text = asWritten(sources, condition.expr);
  if (inChain && condition.expr.kind == Expr::Kind::BoolLiteral) {
    bool affirms = (op == Operator::Equal) == (condition.expr.integer == 1);
    return "; a chain compares neighbours: leave out '" + std::string(spelling(op)) + " " + text +
           "'" + (affirms ? "" : " and write 'not (...)' around the rest");
  }
  if (isBit(number.expr))
    return "; a bool needs no comparison: write '" + text + "' or 'not (" + text + ")'";
  return hintToConvert(sources, condition.expr, Type::Bool, Type::Int);
}

std::vector<Note> gaze::dsl::originOfType(const Program &program, const Pattern *pattern,
                                          const Expr &expr, Type given) {
  auto index = static_cast<std::size_t>(expr.symbol.index);
  std::string is = inQuotes(expr.name.text) + " is " + std::string(withArticle(given));
  switch (expr.symbol.kind) {
  case Symbol::Kind::Parameter:
    return {{pattern->parameters[index].name.span, is + " by its declaration here"}};
  case Symbol::Kind::Input:
    return {{pattern->inputs[index].name.span, is + " by its declaration here"}};
  case Symbol::Kind::Let:
    return {{pattern->lets[index].name.span, is + " by its 'let' here"}};
  case Symbol::Kind::Def:
    return {{program.defs[index].name.span, is + " by its 'def' here"}};
  default:
    return {};
  }
}
