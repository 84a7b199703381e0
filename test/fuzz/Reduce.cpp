//===- Reduce.cpp - A small case that fails as a large one does -----------------------===//
//
// Edits of a case are numbered; one after the other is tried, and kept where the case goes on
// failing. Those of a text are made on its tree, from the outside inwards: an expression
// becomes a literal or one of its parts, a def, parameter, input or statement goes. What does
// not check is passed over, so an edit need not know of types.
//
//===----------------------------------------------------------------------===//
#include "Reduce.h"

#include "dsl/Load.h"
#include "dsl/Print.h"

#include <algorithm>
#include <optional>

using namespace gaze;
using namespace gaze::test;

namespace {

dsl::ExprPtr literal(dsl::Expr::Kind kind, std::int64_t integer, double real = 0) {
  auto expr = std::make_shared<dsl::Expr>();
  expr->kind = kind;
  expr->integer = integer;
  expr->real = real;
  return expr;
}

bool isLeaf(const dsl::Expr &expr) { return expr.operands.empty() && expr.bindings.empty(); }

/// Makes edit `number` of a program.
class Editor {
public:
  Editor(dsl::Program &program, std::size_t number) : program(program), left(number) {}

  /// False where there are fewer edits.
  bool make() {
    dsl::Pattern &pattern = program.patterns.front();
    takeFrom(program.defs);
    takeFrom(pattern.scores);
    takeFrom(pattern.requirements);
    takeFrom(pattern.lets);
    takeFrom(pattern.inputs);
    takeFrom(pattern.parameters);
    for (dsl::ExprPtr *statement : {&pattern.keep, &pattern.scale})
      if (*statement && isIt())
        statement->reset();
    for (dsl::ExprPtr *statement : {&pattern.keep, &pattern.scale})
      edit(*statement);
    for (dsl::ExprPtr &score : pattern.scores)
      edit(score);
    for (dsl::Let &let : pattern.lets)
      edit(let.value);
    for (dsl::Def &def : program.defs)
      edit(def.body);
    for (dsl::Require &require : pattern.requirements)
      edit(require.condition);
    for (dsl::Input &input : pattern.inputs)
      for (dsl::ExprPtr &axis : input.axes)
        edit(axis);
    return isDone;
  }

private:
  /// Whether the edit that is counted now is the one to make.
  bool isIt() {
    if (isDone || left-- > 0)
      return false;
    isDone = true;
    return true;
  }

  /// Many neighbours, or fewer.
  template <typename T> void takeFrom(std::vector<T> &list) {
    for (std::size_t count = list.size(); count > 0; count /= 2)
      for (std::size_t i = 0; i < list.size(); i += count)
        if (isIt()) {
          const auto first = list.begin() + static_cast<std::ptrdiff_t>(i);
          list.erase(first, first + static_cast<std::ptrdiff_t>(std::min(count, list.size() - i)));
          return;
        }
  }

  void edit(dsl::ExprPtr &place) {
    if (isDone || !place || isLeaf(*place))
      return;
    const dsl::ExprPtr expr = place;
    using Kind = dsl::Expr::Kind;
    for (const dsl::ExprPtr &simple :
         {literal(Kind::BoolLiteral, 0), literal(Kind::BoolLiteral, 1),
          literal(Kind::IntLiteral, 1), literal(Kind::FloatLiteral, 0, 0.5)})
      if (isIt())
        place = simple;
    for (const dsl::ExprPtr &part : expr->operands)
      if (isIt())
        place = part;
    for (const dsl::Binding &binding : expr->bindings)
      if (isIt())
        place = binding.value;
    takeFrom(expr->bindings);
    for (dsl::ExprPtr &part : expr->operands)
      edit(part);
    for (dsl::Binding &binding : expr->bindings)
      edit(binding.value);
  }

  dsl::Program &program;
  std::size_t left;
  bool isDone = false;
};

std::optional<dsl::Program> loaded(const std::string &text) {
  dsl::Diagnostics diagnostics;
  dsl::Program program = dsl::loadText("case.gaze", text, {GAZE_PATTERNS}, diagnostics);
  if (diagnostics.hasErrors() || program.patterns.size() != 1)
    return std::nullopt;
  return program;
}

/// The text after edit `number`; empty where that is no right text or changes nothing.
/// Nothing where there is no such edit.
std::optional<std::string> edited(const std::string &text, std::size_t number) {
  std::optional<dsl::Program> program = loaded(text);
  if (!program || !Editor(*program, number).make())
    return std::nullopt;
  const std::string result = dsl::print(*program);
  return result.size() < text.size() && loaded(result) ? result : "";
}

/// Simpler options and problems, one change each.
std::vector<Case> simpler(const Case &given) {
  std::vector<Case> list;
  const auto change = [&](auto edit) {
    Case changed = given;
    edit(changed.options, changed.problems.front());
    if (print(changed) != print(given))
      list.push_back(changed);
  };
  change([](KernelOptions &options, Problem &) { options.maskOnly = true; });
  change([](KernelOptions &options, Problem &) { options.scheduleJson.reset(); });
  change([](KernelOptions &options, Problem &) { options.checksPromises = false; });
  change([](KernelOptions &options, Problem &) { options.target = "host"; });
  change([](KernelOptions &options, Problem &) { options.element = GAZE_ELEMENT_FLOAT32; });
  change([](KernelOptions &options, Problem &) { options.headDim = options.valueDim = 8; });
  change([](KernelOptions &, Problem &problem) { problem.strided = false; });
  change([](KernelOptions &, Problem &problem) { problem.scale = 1; });
  change([](KernelOptions &, Problem &problem) { problem.w = 1; });
  change([](KernelOptions &, Problem &problem) { problem.p = 0.5; });
  change([](KernelOptions &, Problem &problem) { problem.flag = false; });
  change([](KernelOptions &, Problem &problem) { problem.data = 1; });
  change([](KernelOptions &, Problem &problem) { problem.shape.batch = 1; });
  change(
      [](KernelOptions &, Problem &problem) { problem.shape.heads = problem.shape.kv_heads = 1; });
  change([](KernelOptions &, Problem &problem) { problem.shape.kv_heads = problem.shape.heads; });
  change([](KernelOptions &, Problem &problem) { problem.shape.q_start = 0; });
  for (std::int64_t gaze_shape::*length : {&gaze_shape::seq_q, &gaze_shape::seq_k}) {
    change([&](KernelOptions &, Problem &problem) { problem.shape.*length /= 2; });
    change([&](KernelOptions &, Problem &problem) { problem.shape.*length -= 1; });
  }
  return list;
}

bool isValid(const Case &given) {
  const gaze_shape &shape = given.problems.front().shape;
  return shape.seq_q > 0 && shape.seq_k > 0;
}

} // namespace

Case gaze::test::reduce(Case given, const std::function<bool(const Case &)> &fails,
                        const std::function<bool()> &hasTime) {
  const auto takeOver = [&](const Case &changed) {
    if (!isValid(changed) || !fails(changed))
      return false;
    given = changed;
    return true;
  };
  // Imports are written out, which is longer: the first edit may make the text grow.
  if (const std::optional<dsl::Program> program = loaded(given.text)) {
    Case printed = given;
    printed.text = dsl::print(*program);
    takeOver(printed);
  }
  for (bool isChanged = true; isChanged && hasTime();) {
    isChanged = false;
    // Simple problems first: they take less time.
    const std::vector<Case> simple = simpler(given);
    isChanged = std::any_of(simple.begin(), simple.end(),
                            [&](const Case &changed) { return hasTime() && takeOver(changed); });
    if (isChanged)
      continue;
    for (std::size_t number = 0; hasTime();) {
      const std::optional<std::string> text = edited(given.text, number);
      if (!text)
        break;
      Case changed = given;
      changed.text = *text;
      if (!text->empty() && takeOver(changed))
        isChanged = true; // the same number is now another edit
      else
        ++number;
    }
  }
  return given;
}
