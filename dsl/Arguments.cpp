//===- Arguments.cpp - Positional and named arguments of calls ---------------===//

#include "dsl/CheckStages.h"
#include "dsl/Names.h"

#include <algorithm>
#include <utility>

using namespace gaze::dsl;

namespace {

class ArgumentOrder {
public:
  ArgumentOrder(Expr &toOrder, const Signature &signatureOfCallee, Diagnostics &sink)
      : call(toOrder), callee(signatureOfCallee), diagnostics(sink),
        places(callee.parameters.size()) {}

  bool run();

private:
  bool place(std::size_t argument);
  bool placeNamed(std::size_t argument, const Name &name);
  bool fail(Span span, std::string message);

  std::string calleeText() const { return std::string(callee.what) + ' ' + inQuotes(callee.name); }
  /// "takes 2 arguments (left, right)"
  std::string arity() const;

  Expr &call;
  const Signature &callee;
  Diagnostics &diagnostics;
  std::vector<ExprPtr> places; ///< by parameter
  std::vector<ExprPtr> further;
  bool sawName = false;
};

std::string ArgumentOrder::arity() const {
  std::size_t count = callee.parameters.size();
  std::string text = callee.variadic ? "takes at least " : "takes ";
  text += std::to_string(count) + (count == 1 ? " argument (" : " arguments (");
  for (std::size_t i = 0; i < count; ++i)
    text += (i > 0 ? ", " : "") + std::string(callee.parameters[i]);
  return text + (callee.variadic ? ", ...)" : ")");
}

bool ArgumentOrder::fail(Span span, std::string message) {
  Diagnostic &error = diagnostics.error(span, std::move(message));
  if (callee.definition.valid())
    error.notes.push_back({callee.definition, inQuotes(callee.name) + " is defined here"});
  return false;
}

bool ArgumentOrder::placeNamed(std::size_t argument, const Name &name) {
  sawName = true;
  auto found = std::find(callee.parameters.begin(), callee.parameters.end(), name.text);
  if (found == callee.parameters.end()) {
    Suggestion suggestion(name.text);
    for (std::string_view parameter : callee.parameters)
      suggestion.consider(parameter, "");
    return fail(name.span,
                calleeText() + " has no parameter " + inQuotes(name.text) + suggestion.text());
  }
  ExprPtr &taken = places[static_cast<std::size_t>(found - callee.parameters.begin())];
  if (taken)
    return fail(name.span, inQuotes(name.text) + " is given twice in this call");
  taken = call.operands[argument];
  return true;
}

bool ArgumentOrder::place(std::size_t argument) {
  const ExprPtr &value = call.operands[argument];
  if (const std::optional<Name> &name = call.argumentNames[argument])
    return placeNamed(argument, *name);
  if (sawName)
    return fail(value->span, "a positional argument cannot stand behind a named one");
  if (argument < places.size()) {
    places[argument] = value;
    return true;
  }
  further.push_back(value);
  return callee.variadic ||
         fail(value->span, calleeText() + ' ' + arity() + ", but this call gives " +
                               std::to_string(call.operands.size()));
}

bool ArgumentOrder::run() {
  for (std::size_t i = 0; i < call.operands.size(); ++i)
    if (!place(i))
      return false;
  auto missing = std::find(places.begin(), places.end(), nullptr);
  if (missing != places.end())
    return fail(
        call.span,
        calleeText() + ' ' + arity() + ", but this call gives no " +
            inQuotes(callee.parameters[static_cast<std::size_t>(missing - places.begin())]));
  places.insert(places.end(), further.begin(), further.end());
  call.operands = std::move(places);
  call.argumentNames.clear();
  return true;
}

} // namespace

bool gaze::dsl::orderArguments(Expr &call, const Signature &callee, Diagnostics &diagnostics) {
  return ArgumentOrder(call, callee, diagnostics).run();
}
