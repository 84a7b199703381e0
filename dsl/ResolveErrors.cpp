//===- ResolveErrors.cpp - What is said of names that mean nothing -----------===//

#include "dsl/Resolver.h"

using namespace gaze::dsl;

static std::string_view describe(Symbol::Kind kind) {
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

std::vector<LocalName> Resolver::locals() const {
  std::vector<LocalName> result;
  for (std::string_view name : scope.order)
    result.push_back({name, describe(scope.values.at(name).kind)});
  return result;
}

void Resolver::reportNoInput(const Expr &expr) {
  const std::string name = inQuotes(expr.name.text);
  if (hidden.mayBeValue(expr.name))
    return;
  if (findValue(expr.name.text) || findAmbient(expr.name.text)) {
    diagnostics.error(expr.name.span, name + " is one value and no input tensor, so it cannot be "
                                             "indexed");
    return;
  }
  if (defs.count(expr.name.text) != 0 || findBuiltin(expr.name.text)) {
    diagnostics.error(expr.span, name + " is no input tensor; a call has round brackets");
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
  std::string hint = suggestion.text();
  if (hint.empty())
    hint = "; declare it, as in 'input " + expr.name.text + ": int[batch, seq_k];'";
  diagnostics.error(expr.name.span, "unknown input " + name + hint);
}

void Resolver::reportUnknownValue(const Name &name) {
  if (auto function = findBuiltin(name.text)) {
    diagnostics.error(name.span, "the function " + inQuotes(name.text) +
                                     " needs its arguments, as in '" +
                                     signatureOf(signature(*function)).text() + "'");
    return;
  }
  if (name.text == topBlocks) {
    diagnostics.error(name.span, inQuotes(topBlocks) + " needs its arguments, as in '" +
                                     signatureOfTopBlocks().text() + "'");
    return;
  }
  if (hidden.mayBeDef(name) || reportPattern(name))
    return;
  diagnostics.error(name.span, "unknown name " + inQuotes(name.text) +
                                   hintForValue(name.text, locals(), program, hidden));
}

void Resolver::reportUnknownFunction(const Name &name) {
  if (hidden.mayBeDef(name))
    return;
  const Symbol *value = findValue(name.text);
  if (value && value->kind == Symbol::Kind::Input)
    error(name.span, "an element of the input " + inQuotes(name.text) + " is read with '[...]'",
          placeOf(*value), inQuotes(name.text) + " is declared here");
  else if (value || findAmbient(name.text))
    diagnostics.error(name.span, inQuotes(name.text) + " is a value, not a def or function, so it "
                                                       "cannot be called");
  else if (!reportPattern(name))
    diagnostics.error(name.span, "unknown def or function " + inQuotes(name.text) +
                                     hintForFunction(name.text, program, hidden));
}

bool Resolver::reportPattern(const Name &name) {
  for (const Pattern &pattern : program.patterns) {
    if (pattern.name.text != name.text)
      continue;
    error(name.span, inQuotes(name.text) + " is a pattern; only defs can be used by others",
          pattern.name.span, "it is here; write what they share as a def");
    return true;
  }
  return false;
}
