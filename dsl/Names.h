//===- Names.h - How the language spells what the AST numbers ----------------===//
#ifndef GAZE_DSL_NAMES_H
#define GAZE_DSL_NAMES_H

#include "dsl/Ast.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gaze::dsl {

/// A function of the language as a call sees it. A variadic function takes any
/// number of further arguments behind `parameters`, by position.
struct BuiltinSignature {
  std::string_view name;
  std::vector<std::string_view> parameters;
  bool variadic = false;
};

/// "int", "float", "bool".
std::string_view spelling(Type type);
/// "an int", "a float", "a bool".
std::string_view withArticle(Type type);
std::string_view spelling(Operator op);
std::string_view spelling(Ambient ambient);
std::string_view spelling(SelectBy by);
const BuiltinSignature &signature(Builtin builtin);

std::optional<Type> findType(std::string_view name);
std::optional<Ambient> findAmbient(std::string_view name);
std::optional<Builtin> findBuiltin(std::string_view name);
std::optional<SelectBy> findSelectBy(std::string_view name);

/// What selects keys by content; unlike the functions it can be the name of a def.
constexpr std::string_view topBlocks = "top_blocks";

/// All names, in the order of the enumerations.
const std::vector<std::string_view> &ambientNames();
const std::vector<BuiltinSignature> &builtins();

/// Words that cannot be names: those that begin or join expressions and statements.
bool isKeyword(std::string_view word);

/// 'name', printable, and shortened where it is absurdly long.
std::string inQuotes(std::string_view name);

/// How many letters must be inserted, deleted, replaced or swapped with a
/// neighbour to turn one word into the other; case counts for nothing.
int editDistance(std::string_view a, std::string_view b);

/// Collects what a misspelt name could have meant and keeps the nearest.
class Suggestion {
public:
  explicit Suggestion(std::string_view misspelt);
  /// `what` says what the candidate is, as in "the parameter".
  void consider(std::string_view candidate, std::string_view what);
  /// The nearest candidate; empty when all are far away.
  const std::string &nearestName() const { return name; }
  /// "; did you mean the parameter 'window'?", or nothing when all are far away.
  std::string text() const;

private:
  std::string misspelt; // what is misspelt may be a temporary of the caller
  int nearest;
  std::string name, what;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_NAMES_H
