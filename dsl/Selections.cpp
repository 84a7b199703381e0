//===- Selections.cpp - Where top_blocks stands, and what its sizes read ------===//
//
// A selection is made once for each group of queries, before any pair is looked at: from the
// positions that there are, and with sizes that are known before anything runs. So `top_blocks`
// stands in `keep` alone, not where a `where` gives it another pair to look at, and its sizes
// depend on parameters and shape alone.
//
// What an argument of a def depends on is known at the call only. So each statement is walked
// as if its defs and lets were written out, which Expansion.cpp has bounded; a walk gives the
// set of what its expression depends on.
//
//===----------------------------------------------------------------------===//

#include "dsl/CheckStages.h"
#include "dsl/Names.h"

#include <set>
#include <string>
#include <tuple>
#include <utility>

using namespace gaze::dsl;

namespace {

/// One bit for each Ambient, one for all inputs and one for all selections.
using Dependence = unsigned;

constexpr Dependence bit(Ambient ambient) { return 1U << static_cast<int>(ambient); }
constexpr Dependence inputBit = bit(Ambient::Score) << 1;
constexpr Dependence selectionBit = inputBit << 1;
constexpr Dependence place =
    bit(Ambient::Q) | bit(Ambient::K) | bit(Ambient::Head) | bit(Ambient::Batch);

/// What a `where` has bound, by what it now depends on; the innermost first.
struct Bound {
  const Binding *binding;
  Dependence value;
  const Bound *outer;
};

struct Environment {
  const Bound *bound = nullptr;
  const std::vector<Dependence> *arguments = nullptr; ///< of the def
};

class SelectionChecker {
public:
  SelectionChecker(const Program &toCheck, Diagnostics &sink)
      : program(toCheck), diagnostics(sink) {}

  void checkPattern(const Pattern &toCheck);

private:
  void check(const ExprPtr &expr, const std::string &ofStatement);
  Dependence walk(const ExprPtr &expr, const Environment &environment);
  Dependence walkSymbol(const Expr &use, const Environment &environment);
  Dependence walkDef(const Expr &use, const Environment &environment);
  Dependence walkLet(const Expr &use, const Environment &environment);
  Dependence walkWhere(const Expr &where, const Environment &environment);
  Dependence walkIndex(const Expr &index, const Environment &environment);
  Dependence walkTopBlocks(const Expr &expr, const Environment &environment);

  void checkPlace(const Expr &expr, const Environment &environment);
  void checkSize(const ExprPtr &size, const std::string &name, const Environment &environment);
  /// Reports a mistake once, with notes on the uses that led there; null where it was.
  Diagnostic *error(Span span, const std::string &message);

  const Program &program;
  Diagnostics &diagnostics;
  const Pattern *pattern = nullptr;
  std::string statement;         ///< what is walked, where `top_blocks` cannot stand in it
  std::vector<const Expr *> way; ///< the uses of defs and lets that are open
  std::set<std::tuple<int, std::uint32_t, std::uint32_t, std::string>> reported;
};

Diagnostic *SelectionChecker::error(Span span, const std::string &message) {
  if (!reported.insert({span.file, span.begin, span.end, message}).second)
    return nullptr;
  Diagnostic &error = diagnostics.error(span, message);
  for (auto use = way.rbegin(); use != way.rend(); ++use)
    error.notes.push_back({(*use)->name.span, "through " + inQuotes((*use)->name.text) + " here"});
  return &error;
}

void SelectionChecker::checkPlace(const Expr &expr, const Environment &environment) {
  if (!statement.empty()) {
    error(expr.name.span, "'top_blocks' decides which pairs are kept: it can stand in 'keep', and "
                          "not in " +
                              statement);
    return;
  }
  for (const Bound *bound = environment.bound; bound; bound = bound->outer) {
    const Binding &binding = *bound->binding;
    if (binding.symbol.kind != Symbol::Kind::Ambient ||
        (bit(static_cast<Ambient>(binding.symbol.index)) & place) == 0)
      continue;
    std::string name = inQuotes(binding.name.text);
    Diagnostic *found =
        error(expr.name.span, "'top_blocks' selects for the queries and keys that there are, so it "
                              "cannot be read with another " +
                                  name + "; put the 'where' around the rest alone");
    if (found)
      found->notes.push_back({binding.name.span, name + " is bound here"});
    return;
  }
}

static std::string describe(Dependence dependence) {
  for (Ambient ambient : {Ambient::Q, Ambient::K, Ambient::Head, Ambient::Batch})
    if (dependence & bit(ambient))
      return inQuotes(spelling(ambient));
  return dependence & inputBit ? "an input" : "another 'top_blocks'";
}

void SelectionChecker::checkSize(const ExprPtr &size, const std::string &name,
                                 const Environment &environment) {
  // That `keep` cannot read the score has been said.
  Dependence forbidden = walk(size, environment) & (place | inputBit | selectionBit);
  if (forbidden)
    error(size->span, "'" + name +
                          "' of 'top_blocks' is known before anything runs, so it cannot depend "
                          "on " +
                          describe(forbidden));
}

Dependence SelectionChecker::walkTopBlocks(const Expr &expr, const Environment &environment) {
  checkPlace(expr, environment);
  checkSize(expr.operands[0], "count", environment);
  checkSize(expr.operands[1], "block", environment);
  if (expr.operands[2] != expr.operands[1])
    checkSize(expr.operands[2], "share", environment);
  return selectionBit;
}

Dependence SelectionChecker::walkDef(const Expr &use, const Environment &environment) {
  std::vector<Dependence> arguments;
  for (const ExprPtr &operand : use.operands)
    arguments.push_back(walk(operand, environment));
  way.push_back(&use);
  Dependence result = walk(program.defs[static_cast<std::size_t>(use.symbol.index)].body,
                           {environment.bound, &arguments});
  way.pop_back();
  return result;
}

Dependence SelectionChecker::walkLet(const Expr &use, const Environment &environment) {
  way.push_back(&use);
  Dependence result =
      walk(pattern->lets[static_cast<std::size_t>(use.symbol.index)].value, environment);
  way.pop_back();
  return result;
}

Dependence SelectionChecker::walkSymbol(const Expr &use, const Environment &environment) {
  const Symbol &symbol = use.symbol;
  for (const Bound *bound = environment.bound; bound; bound = bound->outer)
    if (bound->binding->symbol.kind == symbol.kind && bound->binding->symbol.index == symbol.index)
      return bound->value;
  if (symbol.kind == Symbol::Kind::DefArgument && environment.arguments)
    return (*environment.arguments)[static_cast<std::size_t>(symbol.index)];
  if (symbol.kind == Symbol::Kind::Let)
    return walkLet(use, environment);
  return symbol.kind == Symbol::Kind::Ambient ? bit(static_cast<Ambient>(symbol.index)) : 0;
}

Dependence SelectionChecker::walkWhere(const Expr &where, const Environment &environment) {
  std::vector<Dependence> arguments;
  if (environment.arguments)
    arguments = *environment.arguments;
  std::vector<Bound> bound;
  bound.reserve(where.bindings.size());
  Environment inner{environment.bound, &arguments};
  for (const Binding &binding : where.bindings) {
    Dependence value = walk(binding.value, environment);
    if (binding.symbol.kind == Symbol::Kind::DefArgument) {
      arguments[static_cast<std::size_t>(binding.symbol.index)] = value;
      continue;
    }
    bound.push_back({&binding, value, inner.bound});
    inner.bound = &bound.back();
  }
  return walk(where.operands[0], inner);
}

Dependence SelectionChecker::walkIndex(const Expr &index, const Environment &environment) {
  const std::string outer = std::exchange(statement, "an index of an input");
  for (const ExprPtr &operand : index.operands)
    walk(operand, environment);
  statement = outer;
  return inputBit;
}

Dependence SelectionChecker::walk(const ExprPtr &expr, const Environment &environment) {
  if (!expr || diagnostics.full())
    return 0;
  switch (expr->kind) {
  case Expr::Kind::TopBlocks:
    return walkTopBlocks(*expr, environment);
  case Expr::Kind::Where:
    return walkWhere(*expr, environment);
  case Expr::Kind::Index:
    return walkIndex(*expr, environment);
  default:
    break;
  }
  if (expr->symbol.kind == Symbol::Kind::Def)
    return walkDef(*expr, environment);
  Dependence result = walkSymbol(*expr, environment);
  for (const ExprPtr &operand : expr->operands)
    result |= walk(operand, environment);
  return result;
}

void SelectionChecker::check(const ExprPtr &expr, const std::string &ofStatement) {
  statement = ofStatement;
  walk(expr, {});
}

void SelectionChecker::checkPattern(const Pattern &toCheck) {
  pattern = &toCheck;
  for (const Input &input : toCheck.inputs)
    for (const ExprPtr &axis : input.axes)
      check(axis, "the size of an axis");
  for (const Require &require : toCheck.requirements)
    check(require.condition, "'require'");
  check(toCheck.keep, "");
  check(toCheck.scale, "'scale'");
  for (const ExprPtr &score : toCheck.scores)
    check(score, "'score'");
}

} // namespace

void gaze::dsl::checkSelections(const Program &program, Diagnostics &diagnostics) {
  SelectionChecker checker(program, diagnostics);
  for (const Pattern &pattern : program.patterns)
    checker.checkPattern(pattern);
}
