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
  bool reportUnknown(const Name &name);
  bool reportFurther();
  bool reportMissing();
  /// Adds an error, with `note` where it points somewhere.
  bool fail(Span span, std::string message, Note note = {});

  std::string calleeText() const { return std::string(callee.what) + ' ' + inQuotes(callee.name); }
  /// "the def 'local' takes 2 arguments, 'local(left, right)', but this call gives 1"
  std::string arity() const;

  Expr &call;
  const Signature &callee;
  Diagnostics &diagnostics;
  std::vector<ExprPtr> places; ///< by parameter
  std::vector<ExprPtr> further;
  bool sawName = false, sawPositionalBehindName = false;
};

std::string ArgumentOrder::arity() const {
  std::size_t count = callee.parameters.size();
  std::string least = callee.defaults.empty() ? "" : std::to_string(callee.needed()) + " to ";
  return calleeText() + (callee.variadic ? " takes at least " : " takes ") + least +
         std::to_string(count) + (count == 1 ? " argument, " : " arguments, ") +
         inQuotes(callee.text()) + ", but this call gives " + std::to_string(call.operands.size());
}

bool ArgumentOrder::fail(Span span, std::string message, Note note) {
  Diagnostic &error = diagnostics.error(span, std::move(message));
  if (note.span.valid())
    error.notes.push_back(std::move(note));
  if (callee.definition.valid())
    error.notes.push_back({callee.definition, inQuotes(callee.name) + " is defined here"});
  return false;
}

bool ArgumentOrder::reportUnknown(const Name &name) {
  Suggestion suggestion(name.text);
  for (std::string_view parameter : callee.parameters)
    suggestion.consider(parameter, "");
  std::string hint = suggestion.text();
  if (hint.empty())
    hint = "; call it as " + inQuotes(callee.text());
  return fail(name.span, calleeText() + " has no parameter " + inQuotes(name.text) + hint);
}

bool ArgumentOrder::placeNamed(std::size_t argument, const Name &name) {
  sawName = true;
  auto found = std::find(callee.parameters.begin(), callee.parameters.end(), name.text);
  if (found == callee.parameters.end())
    return reportUnknown(name);
  auto index = static_cast<std::size_t>(found - callee.parameters.begin());
  if (places[index])
    return fail(name.span, inQuotes(name.text) + " is given twice in this call",
                {places[index]->span, "the first time is here"});
  places[index] = call.operands[argument];
  return true;
}

bool ArgumentOrder::place(std::size_t argument) {
  const ExprPtr &value = call.operands[argument];
  if (const std::optional<Name> &name = call.argumentNames[argument])
    return placeNamed(argument, *name);
  if (sawName) {
    bool isFirst = !std::exchange(sawPositionalBehindName, true);
    return isFirst && fail(value->span, "a positional argument cannot stand behind a named one");
  }
  if (argument < places.size())
    places[argument] = value;
  else
    further.push_back(value);
  return true;
}

bool ArgumentOrder::reportFurther() {
  return fail(join(further.front()->span, further.back()->span), arity());
}

bool ArgumentOrder::reportMissing() {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < callee.needed(); ++i)
    if (!places[i])
      missing.push_back(inQuotes(callee.parameters[i]));
  std::string list;
  for (std::size_t i = 0; i < missing.size(); ++i)
    list += (i == 0 ? "" : i + 1 < missing.size() ? ", " : " and ") + missing[i];
  return fail(call.span,
              arity() + "; " + list + (missing.size() == 1 ? " is" : " are") + " missing");
}

bool ArgumentOrder::run() {
  bool placed = true;
  for (std::size_t i = 0; i < call.operands.size(); ++i)
    placed &= place(i);
  if (!placed)
    return false;
  if (!further.empty() && !callee.variadic)
    return reportFurther();
  auto needed = places.begin() + static_cast<std::ptrdiff_t>(callee.needed());
  if (std::find(places.begin(), needed, nullptr) != needed)
    return reportMissing();
  places.insert(places.end(), further.begin(), further.end());
  call.operands = std::move(places);
  call.argumentNames.clear();
  return true;
}

} // namespace

std::string Signature::text() const {
  std::string result(name);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    result += (i == 0 ? "(" : ", ") + std::string(parameters[i]);
    if (i >= needed())
      result += " = " + std::string(defaults[i - needed()]);
  }
  return result + (variadic ? ", ...)" : ")");
}

bool gaze::dsl::orderArguments(Expr &call, const Signature &callee, Diagnostics &diagnostics) {
  return ArgumentOrder(call, callee, diagnostics).run();
}
