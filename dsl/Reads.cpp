//===- Reads.cpp - Which statement may read which name -----------------------===//
//
// `score` exists only in score statements; a `require` and the size of an input's axis
// hold for the whole run, a `scale` for a whole row of scores. What an expression reads, through
// the defs and lets that it uses, is a set of ambient names; `where` takes the names that it binds
// out of the set of its left side and adds what its values read. Only where a set holds a forbidden
// name is the way to it searched, for the notes.
//
//===----------------------------------------------------------------------===//

#include "dsl/CheckStages.h"
#include "dsl/Names.h"

#include <algorithm>
#include <string>
#include <utility>

using namespace gaze::dsl;

namespace {

/// One bit for each Ambient, and one for all inputs.
using Reads = unsigned;

constexpr Reads bit(Ambient ambient) { return 1U << static_cast<int>(ambient); }
constexpr Reads inputBit = 1U << (static_cast<int>(Ambient::Score) + 1);

/// Binds the lets that a `where` binds for as long as it lives.
class BoundLets {
public:
  BoundLets(std::vector<int> &boundLets, const Expr &where)
      : lets(boundLets), before(boundLets.size()) {
    for (const Binding &binding : where.bindings)
      if (binding.symbol.kind == Symbol::Kind::Let)
        lets.push_back(binding.symbol.index);
  }
  ~BoundLets() { lets.resize(before); }
  BoundLets(const BoundLets &) = delete;
  BoundLets &operator=(const BoundLets &) = delete;

private:
  std::vector<int> &lets;
  std::size_t before;
};

class ReadChecker {
public:
  ReadChecker(const Program &toCheck, Diagnostics &sink)
      : program(toCheck), diagnostics(sink), defReads(toCheck.defs.size(), unknown) {}

  void checkPattern(const Pattern &toCheck);

private:
  static constexpr Reads unknown = ~0U;

  void check(const ExprPtr &expr, Reads forbidden, const std::string &reason);
  /// Indices of inputs, anywhere in `expr`, do not read the score.
  void checkIndices(const ExprPtr &expr);
  Reads reads(const ExprPtr &expr);
  Reads readsOfSymbol(const Symbol &symbol);
  Reads boundBy(const Expr &where) const;
  bool isBound(const Symbol &let) const {
    return std::find(boundLets.begin(), boundLets.end(), let.index) != boundLets.end();
  }
  /// The names and calls on the way from `expr` to a read of one of `wanted`.
  void findWay(const ExprPtr &expr, Reads wanted, std::vector<const Expr *> &way);

  const ExprPtr &bodyOf(const Symbol &symbol) const {
    auto index = static_cast<std::size_t>(symbol.index);
    return symbol.kind == Symbol::Kind::Def ? program.defs[index].body : pattern->lets[index].value;
  }

  const Program &program;
  Diagnostics &diagnostics;
  const Pattern *pattern = nullptr;
  std::vector<Reads> defReads, letReads;
  std::vector<int> boundLets;
};

Reads ReadChecker::readsOfSymbol(const Symbol &symbol) {
  auto index = static_cast<std::size_t>(symbol.index);
  if (symbol.kind == Symbol::Kind::Ambient)
    return bit(static_cast<Ambient>(symbol.index));
  if (symbol.kind == Symbol::Kind::Input)
    return inputBit;
  if (symbol.kind == Symbol::Kind::Def) {
    if (defReads[index] == unknown)
      defReads[index] = reads(program.defs[index].body);
    return defReads[index];
  }
  if (symbol.kind != Symbol::Kind::Let || isBound(symbol))
    return 0;
  if (!boundLets.empty())
    return reads(pattern->lets[index].value);
  if (letReads[index] == unknown)
    letReads[index] = reads(pattern->lets[index].value);
  return letReads[index];
}

Reads ReadChecker::boundBy(const Expr &where) const {
  Reads bound = 0;
  for (const Binding &binding : where.bindings)
    if (binding.symbol.kind == Symbol::Kind::Ambient)
      bound |= bit(static_cast<Ambient>(binding.symbol.index));
  return bound;
}

Reads ReadChecker::reads(const ExprPtr &expr) {
  if (!expr)
    return 0;
  Reads result = 0;
  {
    BoundLets scope(boundLets, *expr);
    result = readsOfSymbol(expr->symbol);
    for (const ExprPtr &operand : expr->operands)
      result |= reads(operand);
    result &= ~boundBy(*expr);
  }
  for (const Binding &binding : expr->bindings)
    result |= reads(binding.value);
  return result;
}

void ReadChecker::findWay(const ExprPtr &expr, Reads wanted, std::vector<const Expr *> &way) {
  for (const Binding &binding : expr->bindings)
    if (reads(binding.value) & wanted)
      return findWay(binding.value, wanted, way);
  BoundLets scope(boundLets, *expr);
  wanted &= ~boundBy(*expr);
  for (const ExprPtr &operand : expr->operands)
    if (reads(operand) & wanted)
      return findWay(operand, wanted, way);
  way.push_back(expr.get());
  if (expr->symbol.kind != Symbol::Kind::Ambient && expr->symbol.kind != Symbol::Kind::Input)
    findWay(bodyOf(expr->symbol), wanted, way);
}

void ReadChecker::check(const ExprPtr &expr, Reads forbidden, const std::string &reason) {
  if (diagnostics.full() || !(reads(expr) & forbidden))
    return;
  std::vector<const Expr *> way;
  findWay(expr, forbidden, way);
  std::string read = inQuotes(way.back()->name.text);
  std::string message = reason + ", so it cannot read " + read;
  if (way.size() > 1)
    message += ", as " + inQuotes(way.front()->name.text) + " does";
  Diagnostic &error = diagnostics.error(way.front()->name.span, message);
  for (std::size_t i = 1; i + 1 < way.size(); ++i)
    error.notes.push_back({way[i]->name.span, "through " + inQuotes(way[i]->name.text) + " here"});
  if (way.size() > 1)
    error.notes.push_back({way.back()->name.span, read + " is read here"});
}

void ReadChecker::checkIndices(const ExprPtr &expr) {
  if (!expr)
    return;
  for (const ExprPtr &operand : expr->operands) {
    if (expr->kind == Expr::Kind::Index && (reads(operand) & bit(Ambient::Score)) != 0)
      check(operand, bit(Ambient::Score), "an index is checked before there are scores");
    else
      checkIndices(operand);
  }
  for (const Binding &binding : expr->bindings)
    checkIndices(binding.value);
}

void ReadChecker::checkPattern(const Pattern &toCheck) {
  pattern = &toCheck;
  letReads.assign(toCheck.lets.size(), unknown);
  constexpr Reads score = bit(Ambient::Score);
  constexpr Reads place =
      bit(Ambient::Q) | bit(Ambient::K) | bit(Ambient::Head) | bit(Ambient::Batch);
  for (const Input &input : toCheck.inputs)
    for (const ExprPtr &axis : input.axes)
      check(axis, (place & ~bit(Ambient::Batch)) | score | inputBit,
            "the size of an axis is known before anything runs");
  for (const Require &require : toCheck.requirements)
    check(require.condition, place | score | inputBit,
          "'require' is checked once, before anything runs");
  check(toCheck.keep, score, "'keep' is decided before there are scores");
  check(toCheck.scale, bit(Ambient::K) | score, "'scale' is one factor for all keys of a query");
  for (const Let &let : toCheck.lets)
    checkIndices(let.value);
  for (const ExprPtr &statement : toCheck.scores)
    checkIndices(statement);
}

} // namespace

void gaze::dsl::checkReads(const Program &program, Diagnostics &diagnostics) {
  ReadChecker checker(program, diagnostics);
  for (const Pattern &pattern : program.patterns)
    checker.checkPattern(pattern);
}
