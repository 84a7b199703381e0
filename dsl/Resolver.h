//===- Resolver.h - What every name means ------------------------------------===//
//
// Used by resolve() alone (CheckStages.h). Resolve.cpp finds what names mean;
// ResolveErrors.cpp says what is wrong with those that mean nothing.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_RESOLVER_H
#define GAZE_DSL_RESOLVER_H

#include "dsl/CheckStages.h"
#include "dsl/Names.h"
#include "dsl/UnknownNames.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace gaze::dsl {

/// The named values of a def or of a pattern.
struct Scope {
  const Pattern *pattern = nullptr; ///< null in a def
  std::unordered_map<std::string_view, Symbol> values;
  std::vector<std::string_view> order; ///< the names again, for suggestions
};

class Resolver {
public:
  Resolver(Program &toResolve, const Hidden &hiddenByMistakes, Diagnostics &sink)
      : program(toResolve), hidden(hiddenByMistakes), diagnostics(sink) {}

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
  bool isTopBlocks(const Expr &expr) const {
    return expr.kind == Expr::Kind::Call && expr.name.text == topBlocks &&
           defs.count(topBlocks) == 0;
  }
  void resolveTopBlocks(Expr &expr);
  /// The meaning of an argument `by`, which is no value; nothing after an error.
  std::optional<SelectBy> resolveSelectBy(const ExprPtr &by);
  void checkSize(const Expr &size, std::string_view name, int least);

  const Symbol *findValue(std::string_view name) const;
  bool defined(const Symbol &symbol, const Name &use);
  void reportUnknownValue(const Name &name);
  void reportUnknownFunction(const Name &name);
  std::vector<LocalName> locals() const;
  /// Reports a use of a pattern; false when there is none of that name.
  bool reportPattern(const Name &name);
  void error(Span span, std::string message, Span place, std::string note) {
    diagnostics.error(span, std::move(message)).notes.push_back({place, std::move(note)});
  }
  Span placeOf(const Symbol &symbol) const;

  Program &program;
  const Hidden &hidden;
  Diagnostics &diagnostics;
  std::unordered_map<std::string_view, int> defs;
  std::unordered_set<std::string_view> refused; ///< names that no def can have, but one has
  Scope scope;
};

Signature signatureOf(const Def &def);
Signature signatureOf(const BuiltinSignature &function);
Signature signatureOfTopBlocks();

} // namespace gaze::dsl

#endif // GAZE_DSL_RESOLVER_H
