//===- Resolve.cpp - What every name means -----------------------------------===//
//
// Names that stand for values and names that are called are looked up apart: in
// `window(window)` the first is the def of std.gaze, the second the parameter of
// the pattern. A value is looked for in the innermost scope first: the parameters
// of a def, or the parameters and lets of a pattern; then the names that are always
// there; then the defs without parameters.
//
//===----------------------------------------------------------------------===//

#include "dsl/CheckStages.h"
#include "dsl/Names.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

using namespace gaze::dsl;

namespace {

/// The named values of a def or of a pattern.
struct Scope {
  const Pattern *pattern = nullptr; ///< null in a def
  std::unordered_map<std::string_view, Symbol> values;
  std::vector<std::string_view> order; ///< the names again, for suggestions
};

class Resolver {
public:
  Resolver(Program &toResolve, Diagnostics &sink) : program(toResolve), diagnostics(sink) {}

  void run();

private:
  void declareDefs();
  void resolveDef(Def &def);
  void resolvePattern(Pattern &pattern);
  void resolveAxes(Input &input);
  void declare(const Name &name, Symbol symbol, std::string_view what);

  void resolve(const ExprPtr &expr);
  void resolveName(Expr &expr);
  void resolveCall(Expr &expr);
  void resolveWhere(Expr &expr);
  void resolveIndex(Expr &expr);
  void reportNoInput(const Expr &expr);
  Symbol findBindable(const Name &name);
  void checkDivision(const Expr &expr);
  /// Its `by = mean` is no value of the language yet, so its arguments stay unread.
  bool isTopBlocks(const Expr &expr) const {
    return expr.kind == Expr::Kind::Call && expr.name.text == "top_blocks" &&
           defs.count("top_blocks") == 0;
  }

  const Symbol *findValue(std::string_view name) const;
  bool defined(const Symbol &symbol, const Name &use);
  void reportUnknownValue(const Name &name);
  void reportUnknownFunction(const Name &name);
  void suggestValues(Suggestion &suggestion) const;
  void error(Span span, std::string message, Span place, std::string note) {
    diagnostics.error(span, std::move(message)).notes.push_back({place, std::move(note)});
  }
  Span placeOf(const Symbol &symbol) const;

  Program &program;
  Diagnostics &diagnostics;
  std::unordered_map<std::string_view, int> defs;
  Scope scope;
};

std::string_view describe(Symbol::Kind kind) {
  switch (kind) {
  case Symbol::Kind::Ambient:
    return "the name";
  case Symbol::Kind::Parameter:
  case Symbol::Kind::DefArgument:
    return "the parameter";
  case Symbol::Kind::Let:
    return "the let";
  case Symbol::Kind::Input:
    return "the input";
  case Symbol::Kind::Def:
    return "the def";
  case Symbol::Kind::Builtin:
    return "the function";
  case Symbol::Kind::Unresolved:
    break;
  }
  return {};
}

void Resolver::run() {
  declareDefs();
  for (Def &def : program.defs)
    resolveDef(def);
  std::unordered_map<std::string_view, Span> patterns;
  for (Pattern &pattern : program.patterns) {
    auto [first, isNew] = patterns.emplace(pattern.name.text, pattern.name.span);
    if (!isNew)
      error(pattern.name.span, "there are two patterns " + inQuotes(pattern.name.text),
            first->second, "the first one is here");
    resolvePattern(pattern);
  }
}

void Resolver::declareDefs() {
  for (std::size_t i = 0; i < program.defs.size(); ++i) {
    const Name &name = program.defs[i].name;
    if (findAmbient(name.text)) {
      diagnostics.error(name.span,
                        inQuotes(name.text) + " is always there, so no def can have that name");
      continue;
    }
    if (findBuiltin(name.text)) {
      diagnostics.error(name.span,
                        inQuotes(name.text) +
                            " is a function of the language, so no def can have that name");
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
  if (isTopBlocks(*expr)) {
    diagnostics.error(expr->name.span, "not supported yet: 'top_blocks'");
    return;
  }
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
  auto def = defs.find(name);
  if (def == defs.end())
    return reportUnknownValue(expr.name);
  const Def &callee = program.defs[static_cast<std::size_t>(def->second)];
  if (callee.parameters.empty())
    expr.symbol = {Symbol::Kind::Def, def->second};
  else if (callee.body)
    error(expr.span, "the def " + inQuotes(name) + " needs its arguments, as in " + name + "(...)",
          callee.name.span, inQuotes(name) + " is defined here");
}

void Resolver::resolveCall(Expr &expr) {
  const std::string &name = expr.name.text;
  if (auto builtin = findBuiltin(name)) {
    const BuiltinSignature &known = signature(*builtin);
    if (orderArguments(expr, {"the function", known.name, known.parameters, known.variadic, {}},
                       diagnostics))
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
  Signature known{"the def", name, {}, false, callee.name.span};
  for (const Name &parameter : callee.parameters)
    known.parameters.push_back(parameter.text);
  if (orderArguments(expr, known, diagnostics))
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

void Resolver::reportNoInput(const Expr &expr) {
  const std::string name = inQuotes(expr.name.text);
  if (findValue(expr.name.text) || findAmbient(expr.name.text)) {
    diagnostics.error(expr.name.span, name + " is one value and no input tensor, so it cannot be "
                                             "indexed");
    return;
  }
  if (!scope.pattern) {
    diagnostics.error(expr.name.span,
                      "a def cannot read the inputs of a pattern, such as " + name +
                          "; let the pattern read it and give the value as an argument");
    return;
  }
  Suggestion suggestion(expr.name.text);
  for (const Input &input : scope.pattern->inputs)
    suggestion.consider(input.name.text, "the input");
  diagnostics.error(expr.name.span, "unknown input " + name + suggestion.text());
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
  Suggestion suggestion(name.text);
  suggestValues(suggestion);
  diagnostics.error(name.span, "unknown name " + inQuotes(name.text) + suggestion.text());
  return {};
}

void Resolver::suggestValues(Suggestion &suggestion) const {
  for (std::string_view value : scope.order)
    suggestion.consider(value, describe(scope.values.at(value).kind));
  for (std::string_view ambient : ambientNames())
    suggestion.consider(ambient, "");
}

void Resolver::reportUnknownValue(const Name &name) {
  if (findBuiltin(name.text)) {
    diagnostics.error(name.span, "the function " + inQuotes(name.text) +
                                     " needs its arguments, as in " + name.text + "(...)");
    return;
  }
  Suggestion suggestion(name.text);
  suggestValues(suggestion);
  suggestion.consider("true", "");
  suggestion.consider("false", "");
  for (const Def &def : program.defs)
    suggestion.consider(def.name.text, "the def");
  for (const BuiltinSignature &builtin : builtins())
    suggestion.consider(builtin.name, "the function");
  diagnostics.error(name.span, "unknown name " + inQuotes(name.text) + suggestion.text());
}

void Resolver::reportUnknownFunction(const Name &name) {
  const Symbol *value = findValue(name.text);
  if (value || findAmbient(name.text)) {
    diagnostics.error(name.span, inQuotes(name.text) + " is a value, not a def or function, so it "
                                                       "cannot be called");
    return;
  }
  Suggestion suggestion(name.text);
  for (const Def &def : program.defs)
    suggestion.consider(def.name.text, "the def");
  for (const BuiltinSignature &builtin : builtins())
    suggestion.consider(builtin.name, "the function");
  diagnostics.error(name.span,
                    "unknown def or function " + inQuotes(name.text) + suggestion.text());
}

} // namespace

void gaze::dsl::resolve(Program &program, Diagnostics &diagnostics) {
  Resolver(program, diagnostics).run();
}
