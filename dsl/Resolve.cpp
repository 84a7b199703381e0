//===- Resolve.cpp - What every name means -----------------------------------===//
//
// Names that stand for values and names that are called are looked up apart: in
// `window(window)` the first is the def of std.gaze, the second the parameter of
// the pattern. A value is looked for in the innermost scope first: the parameters
// of a def, or the parameters and lets of a pattern; then the names that are always
// there; then the defs without parameters.
//
//===----------------------------------------------------------------------===//

#include "dsl/Resolver.h"

#include <unordered_map>
#include <utility>

using namespace gaze::dsl;

Signature gaze::dsl::signatureOf(const Def &def) {
  Signature result{"the def", def.name.text, {}, false, def.name.span};
  for (const Name &parameter : def.parameters)
    result.parameters.push_back(parameter.text);
  return result;
}

Signature gaze::dsl::signatureOf(const BuiltinSignature &function) {
  return {"the function", function.name, function.parameters, function.variadic, {}};
}

void Resolver::run() {
  declareDefs();
  for (Def &def : program.defs)
    resolveDef(def);
  std::unordered_map<std::string_view, Span> patterns;
  for (Pattern &pattern : program.patterns) {
    auto [first, isNew] = patterns.emplace(pattern.name.text, pattern.name.span);
    if (!isNew && pattern.name.span.valid())
      error(pattern.name.span, "there are two patterns " + inQuotes(pattern.name.text),
            first->second, "the first one is here");
    resolvePattern(pattern);
  }
}

void Resolver::declareDefs() {
  for (std::size_t i = 0; i < program.defs.size(); ++i) {
    const Name &name = program.defs[i].name;
    if (findAmbient(name.text) || findBuiltin(name.text)) {
      refused.insert(name.text);
      diagnostics.error(name.span, inQuotes(name.text) +
                                       (findAmbient(name.text) ? " is always there"
                                                               : " is a function of the language") +
                                       ", so no def can have that name");
      continue;
    }
    auto [first, isNew] = defs.emplace(name.text, static_cast<int>(i));
    if (!isNew)
      error(name.span, "there are two defs " + inQuotes(name.text),
            program.defs[static_cast<std::size_t>(first->second)].name.span,
            "the first one is here");
  }
}

void Resolver::declare(const Name &name, Symbol symbol, std::string_view what) {
  if (scope.pattern && findAmbient(name.text)) {
    diagnostics.error(name.span, inQuotes(name.text) + " is always there, so no " +
                                     std::string(what) + " can have that name");
    return;
  }
  auto [first, isNew] = scope.values.emplace(name.text, symbol);
  if (!isNew) {
    error(name.span, "there are two values " + inQuotes(name.text), placeOf(first->second),
          "the first one is here");
    return;
  }
  scope.order.push_back(name.text);
}

void Resolver::resolveDef(Def &def) {
  scope = {};
  std::unordered_map<std::string_view, Span> places;
  for (std::size_t i = 0; i < def.parameters.size(); ++i) {
    const Name &name = def.parameters[i];
    auto [first, isNew] = places.emplace(name.text, name.span);
    if (!isNew)
      error(name.span, "there are two parameters " + inQuotes(name.text), first->second,
            "the first one is here");
    else
      declare(name, {Symbol::Kind::DefArgument, static_cast<int>(i)}, "parameter");
  }
  resolve(def.body);
}

void Resolver::resolvePattern(Pattern &pattern) {
  scope = {};
  scope.pattern = &pattern;
  for (std::size_t i = 0; i < pattern.parameters.size(); ++i)
    declare(pattern.parameters[i].name, {Symbol::Kind::Parameter, static_cast<int>(i)},
            "parameter");
  for (std::size_t i = 0; i < pattern.inputs.size(); ++i)
    declare(pattern.inputs[i].name, {Symbol::Kind::Input, static_cast<int>(i)}, "input");
  for (std::size_t i = 0; i < pattern.lets.size(); ++i)
    declare(pattern.lets[i].name, {Symbol::Kind::Let, static_cast<int>(i)}, "let");
  for (Input &input : pattern.inputs)
    resolveAxes(input);
  for (Let &let : pattern.lets)
    resolve(let.value);
  for (Require &require : pattern.requirements)
    resolve(require.condition);
  resolve(pattern.keep);
  resolve(pattern.scale);
  for (ExprPtr &score : pattern.scores)
    resolve(score);
}

void Resolver::resolveAxes(Input &input) {
  if (input.axes.size() > maxAxes)
    diagnostics.error(input.name.span, "the input " + inQuotes(input.name.text) + " has " +
                                           std::to_string(input.axes.size()) + " axes; at most " +
                                           std::to_string(maxAxes) + " are possible");
  for (const ExprPtr &axis : input.axes)
    resolve(axis);
}

void Resolver::resolve(const ExprPtr &expr) {
  if (!expr || diagnostics.full())
    return;
  if (isTopBlocks(*expr))
    return resolveTopBlocks(*expr);
  for (const ExprPtr &operand : expr->operands)
    resolve(operand);
  switch (expr->kind) {
  case Expr::Kind::NameUse:
    return resolveName(*expr);
  case Expr::Kind::Call:
    return resolveCall(*expr);
  case Expr::Kind::Where:
    return resolveWhere(*expr);
  case Expr::Kind::Index:
    return resolveIndex(*expr);
  case Expr::Kind::Binary:
    return checkDivision(*expr);
  default:
    return;
  }
}

void Resolver::checkDivision(const Expr &expr) {
  if (expr.op != Operator::Divide && expr.op != Operator::Modulo)
    return;
  const Expr &divisor = *expr.operands[1];
  bool zero = (divisor.kind == Expr::Kind::IntLiteral && divisor.integer == 0) ||
              (divisor.kind == Expr::Kind::FloatLiteral && divisor.real == 0);
  if (zero)
    diagnostics.error(divisor.span, expr.op == Operator::Divide
                                        ? "this divides by zero"
                                        : "this takes the remainder of a division by zero");
}

const Symbol *Resolver::findValue(std::string_view name) const {
  auto found = scope.values.find(name);
  return found == scope.values.end() ? nullptr : &found->second;
}

Span Resolver::placeOf(const Symbol &symbol) const {
  auto index = static_cast<std::size_t>(symbol.index);
  if (symbol.kind == Symbol::Kind::Parameter)
    return scope.pattern->parameters[index].name.span;
  if (symbol.kind == Symbol::Kind::Let)
    return scope.pattern->lets[index].name.span;
  if (symbol.kind == Symbol::Kind::Input)
    return scope.pattern->inputs[index].name.span;
  return {};
}

/// A let is there for what stands behind it in the text.
bool Resolver::defined(const Symbol &symbol, const Name &use) {
  if (symbol.kind != Symbol::Kind::Let)
    return true;
  const Let &let = scope.pattern->lets[static_cast<std::size_t>(symbol.index)];
  std::uint32_t end = let.value ? let.value->span.end : let.name.span.end;
  if (end <= use.span.begin)
    return true;
  error(use.span, inQuotes(use.text) + " is not defined yet here", let.name.span,
        "its 'let' is here");
  return false;
}

void Resolver::resolveName(Expr &expr) {
  const std::string &name = expr.name.text;
  if (const Symbol *value = findValue(name)) {
    if (value->kind == Symbol::Kind::Input)
      return error(expr.span,
                   "the input " + inQuotes(name) + " is a tensor: read an element, as in " + name +
                       "[...]",
                   placeOf(*value), inQuotes(name) + " is declared here");
    if (defined(*value, expr.name))
      expr.symbol = *value;
    return;
  }
  if (auto ambient = findAmbient(name)) {
    expr.symbol = {Symbol::Kind::Ambient, static_cast<int>(*ambient)};
    return;
  }
  if (hidden.mayBeValue(expr.name)) // and a parameter or let would hide a def
    return;
  auto def = defs.find(name);
  if (def == defs.end())
    return reportUnknownValue(expr.name);
  const Def &callee = program.defs[static_cast<std::size_t>(def->second)];
  if (callee.parameters.empty())
    expr.symbol = {Symbol::Kind::Def, def->second};
  else if (callee.body)
    error(expr.span,
          "the def " + inQuotes(name) + " needs its arguments, as in '" +
              signatureOf(callee).text() + "'",
          callee.name.span, inQuotes(name) + " is defined here");
}

void Resolver::resolveCall(Expr &expr) {
  const std::string &name = expr.name.text;
  if (refused.count(name) != 0)
    return;
  if (auto builtin = findBuiltin(name)) {
    const BuiltinSignature &known = signature(*builtin);
    if (orderArguments(expr, signatureOf(known), diagnostics))
      expr.symbol = {Symbol::Kind::Builtin, static_cast<int>(*builtin)};
    return;
  }
  auto found = defs.find(name);
  if (found == defs.end())
    return reportUnknownFunction(expr.name);
  const Def &callee = program.defs[static_cast<std::size_t>(found->second)];
  if (!callee.body)
    return;
  if (callee.parameters.empty())
    return error(expr.span,
                 "the def " + inQuotes(name) + " takes no arguments; write it without ()",
                 callee.name.span, inQuotes(name) + " is defined here");
  if (orderArguments(expr, signatureOf(callee), diagnostics))
    expr.symbol = {Symbol::Kind::Def, found->second};
}

static std::string countOf(std::size_t count, const std::string &one, const std::string &many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

void Resolver::resolveIndex(Expr &expr) {
  const Symbol *value = findValue(expr.name.text);
  if (!value || value->kind != Symbol::Kind::Input)
    return reportNoInput(expr);
  for (const std::optional<Name> &name : expr.argumentNames)
    if (name) {
      diagnostics.error(name->span, "the indices of an input have no names");
      return;
    }
  expr.argumentNames.clear();
  const Input &input = scope.pattern->inputs[static_cast<std::size_t>(value->index)];
  if (input.axes.empty()) // its declaration could not be read
    return;
  if (input.axes.size() != expr.operands.size())
    return error(expr.span,
                 "the input " + inQuotes(expr.name.text) + " has " +
                     countOf(input.axes.size(), "axis", "axes") + ", but this gives " +
                     countOf(expr.operands.size(), "index", "indices"),
                 input.name.span, inQuotes(expr.name.text) + " is declared here");
  expr.symbol = *value;
}

void Resolver::resolveWhere(Expr &expr) {
  std::unordered_map<std::string_view, Span> bound;
  for (Binding &binding : expr.bindings) {
    resolve(binding.value);
    auto [first, isNew] = bound.emplace(binding.name.text, binding.name.span);
    if (!isNew)
      error(binding.name.span, "this 'where' binds " + inQuotes(binding.name.text) + " twice",
            first->second, "the first time is here");
    else
      binding.symbol = findBindable(binding.name);
  }
}

Symbol Resolver::findBindable(const Name &name) {
  if (const Symbol *value = findValue(name.text)) {
    if (value->kind != Symbol::Kind::Input)
      return defined(*value, name) ? *value : Symbol{};
    diagnostics.error(name.span,
                      "'where' binds values, and " + inQuotes(name.text) + " is an input");
    return {};
  }
  if (auto ambient = findAmbient(name.text)) {
    if (*ambient != Ambient::Score)
      return {Symbol::Kind::Ambient, static_cast<int>(*ambient)};
    diagnostics.error(name.span, "'where' cannot bind 'score'; write a further 'score' statement");
    return {};
  }
  if (defs.count(name.text) != 0 || findBuiltin(name.text)) {
    diagnostics.error(name.span, "'where' binds values, and " + inQuotes(name.text) + " is a " +
                                     (findBuiltin(name.text) ? "function" : "def"));
    return {};
  }
  if (hidden.mayBeValue(name))
    return {};
  diagnostics.error(name.span,
                    "unknown name " + inQuotes(name.text) + hintForBinding(name.text, locals()));
  return {};
}

void gaze::dsl::resolve(Program &program, const Hidden &hidden, Diagnostics &diagnostics) {
  Resolver(program, hidden, diagnostics).run();
}
