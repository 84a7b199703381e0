//===- UnknownNames.cpp - What an unknown name could have meant -------------===//
//
// What the author has named goes before a guess at a habit of another language, and
// that before what the language and its library happen to name alike.
//
//===----------------------------------------------------------------------===//

#include "dsl/UnknownNames.h"

#include "dsl/Hints.h"
#include "dsl/Names.h"

using namespace gaze::dsl;

namespace {

void suggestLocals(Suggestion &suggestion, const std::vector<LocalName> &locals) {
  for (const LocalName &local : locals)
    suggestion.consider(local.name, local.what);
}

void suggestAmbients(Suggestion &suggestion) {
  for (std::string_view ambient : ambientNames())
    suggestion.consider(ambient, "");
}

void suggestCallables(Suggestion &suggestion, const Program &program) {
  for (const Def &def : program.defs)
    suggestion.consider(def.name.text, "the def");
  for (const BuiltinSignature &builtin : builtins())
    suggestion.consider(builtin.name, "the function");
  suggestion.consider(topBlocks, "the function");
}

std::string hintForLibrary(const std::string &name, const Hidden &hidden) {
  if (!hidden.isInLibrary || !hidden.isInLibrary(name))
    return "";
  return "; it is in the library: write 'import \"std\";' at the top of the file";
}

} // namespace

std::string gaze::dsl::hintForBinding(const std::string &name,
                                      const std::vector<LocalName> &locals) {
  Suggestion suggestion(name);
  suggestLocals(suggestion, locals);
  std::string hint = suggestion.text().empty() ? habitOfValue(name) : "";
  if (hint.empty()) {
    suggestAmbients(suggestion);
    hint = suggestion.text();
  }
  return hint;
}

std::string gaze::dsl::hintForValue(const std::string &name, const std::vector<LocalName> &locals,
                                    const Program &program, const Hidden &hidden) {
  std::string hint = hintForLibrary(name, hidden);
  Suggestion suggestion(name);
  suggestLocals(suggestion, locals);
  if (hint.empty() && suggestion.text().empty())
    hint = habitOfValue(name);
  if (!hint.empty())
    return hint;
  suggestAmbients(suggestion);
  suggestion.consider("true", "");
  suggestion.consider("false", "");
  suggestCallables(suggestion, program);
  return suggestion.text();
}

std::string gaze::dsl::hintForFunction(const std::string &name, const Program &program,
                                       const Hidden &hidden) {
  std::string hint = hintForLibrary(name, hidden);
  if (hint.empty())
    hint = habitOfFunction(name);
  if (!hint.empty())
    return hint;
  Suggestion suggestion(name);
  suggestCallables(suggestion, program);
  return suggestion.text();
}
