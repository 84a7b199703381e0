//===- Expansion.cpp - Recursion, and how large calls and lets expand --------===//
//
// No def may call itself, so every pattern could be written without defs and lets.
// That text may be far larger than the file: forty defs that each call the one
// before twice are 2^40 operations. The size and the depth of every body with its
// defs and lets written out are computed bottom up, each body once, and bounded;
// whatever walks an expression after this may follow calls and lets naively.
//
// A body over the bound, or in a cycle, is reported once and then taken out of the
// tree, so that its users are not reported for the same mistake.
//
//===----------------------------------------------------------------------===//

#include "dsl/CheckStages.h"
#include "dsl/Names.h"

#include <algorithm>
#include <utility>

using namespace gaze::dsl;

namespace {

struct Extent {
  int depth = 0;
  int size = 0; ///< saturates behind maxExpandedSize
};

struct Call {
  int def;
  Span span;
};

class ExpansionBounder {
public:
  ExpansionBounder(Program &toBound, Diagnostics &sink)
      : program(toBound), diagnostics(sink), defExtents(toBound.defs.size()),
        states(toBound.defs.size(), State::New) {}

  void run();

private:
  enum class State : char { New, Open, Done };

  void visit(int def);
  void reportCycle(const Call &back);
  void bound(ExprPtr &body, Extent &extent);
  Extent measure(const Expr &expr);
  Extent referenced(const Symbol &symbol) const;

  Def &def(int index) { return program.defs[static_cast<std::size_t>(index)]; }

  Program &program;
  Diagnostics &diagnostics;
  std::vector<Extent> defExtents, letExtents;
  std::vector<State> states;
  std::vector<Call> path; ///< the defs that are open, each with the call that led to it
  const Expr *crossing = nullptr;
};

void collectCalls(const Expr &expr, std::vector<Call> &calls) {
  if (expr.symbol.kind == Symbol::Kind::Def)
    calls.push_back({expr.symbol.index, expr.name.span});
  for (const ExprPtr &operand : expr.operands)
    collectCalls(*operand, calls);
  for (const Binding &binding : expr.bindings)
    collectCalls(*binding.value, calls);
}

void ExpansionBounder::reportCycle(const Call &back) {
  auto first = std::find_if(path.begin(), path.end(),
                            [&](const Call &open) { return open.def == back.def; });
  Diagnostic &error = diagnostics.error(back.span, "the def " + inQuotes(def(back.def).name.text) +
                                                       " calls itself; defs cannot be recursive");
  for (auto step = first + 1; step < path.end(); ++step)
    error.notes.push_back({step->span, inQuotes(def((step - 1)->def).name.text) + " calls " +
                                           inQuotes(def(step->def).name.text) + " here"});
  for (auto step = first; step < path.end(); ++step)
    def(step->def).body = nullptr;
}

void ExpansionBounder::visit(int index) {
  State &state = states[static_cast<std::size_t>(index)];
  if (state == State::Done || !def(index).body)
    return;
  state = State::Open;
  std::vector<Call> calls;
  collectCalls(*def(index).body, calls);
  for (const Call &call : calls) {
    if (states[static_cast<std::size_t>(call.def)] == State::Open) {
      if (def(call.def).body)
        reportCycle(call);
    } else if (path.size() >= static_cast<std::size_t>(maxExprDepth)) {
      diagnostics.error(call.span,
                        "these calls nest deeper than " + std::to_string(maxExprDepth) + " levels");
      def(index).body = nullptr;
    } else if (def(index).body) {
      path.push_back(call);
      visit(call.def);
      path.pop_back();
    }
  }
  bound(def(index).body, defExtents[static_cast<std::size_t>(index)]);
  state = State::Done;
}

Extent ExpansionBounder::referenced(const Symbol &symbol) const {
  if (symbol.kind == Symbol::Kind::Def)
    return defExtents[static_cast<std::size_t>(symbol.index)];
  if (symbol.kind == Symbol::Kind::Let)
    return letExtents[static_cast<std::size_t>(symbol.index)];
  return {};
}

Extent ExpansionBounder::measure(const Expr &expr) {
  Extent extent = referenced(expr.symbol);
  auto include = [&](const Extent &inner) {
    extent.depth = std::max(extent.depth, inner.depth);
    extent.size = std::min(extent.size + inner.size, maxExpandedSize + 1);
  };
  for (const ExprPtr &operand : expr.operands)
    include(measure(*operand));
  for (const Binding &binding : expr.bindings) {
    include(measure(*binding.value));
    include(referenced(binding.symbol)); // a let is read for its type
  }
  ++extent.depth;
  extent.size = std::min(extent.size + 1, maxExpandedSize + 1);
  if (!crossing && (extent.depth > maxExprDepth || extent.size > maxExpandedSize))
    crossing = &expr;
  return extent;
}

void ExpansionBounder::bound(ExprPtr &body, Extent &extent) {
  if (!body)
    return;
  crossing = nullptr;
  extent = measure(*body);
  if (!crossing)
    return;
  bool deep = extent.depth > maxExprDepth;
  diagnostics.error(crossing->span,
                    "with its defs and lets written out, this " +
                        (deep
                             ? "nests deeper than " + std::to_string(maxExprDepth) + " operations"
                             : "has more than " + std::to_string(maxExpandedSize) + " operations"));
  body = nullptr;
  extent = {};
}

void ExpansionBounder::run() {
  for (std::size_t i = 0; i < program.defs.size(); ++i) {
    path = {{static_cast<int>(i), program.defs[i].name.span}};
    visit(static_cast<int>(i));
  }
  for (Pattern &pattern : program.patterns) {
    letExtents.assign(pattern.lets.size(), {});
    for (std::size_t i = 0; i < pattern.lets.size(); ++i)
      bound(pattern.lets[i].value, letExtents[i]);
    Extent extent;
    for (Input &input : pattern.inputs)
      for (ExprPtr &axis : input.axes)
        bound(axis, extent);
    for (Require &require : pattern.requirements)
      bound(require.condition, extent);
    bound(pattern.keep, extent);
    bound(pattern.scale, extent);
    for (ExprPtr &score : pattern.scores)
      bound(score, extent);
  }
}

} // namespace

void gaze::dsl::boundExpansion(Program &program, Diagnostics &diagnostics) {
  ExpansionBounder(program, diagnostics).run();
}
