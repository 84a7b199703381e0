//===- Names.cpp - Spellings, and guesses at misspellings --------------------===//

#include "dsl/Names.h"
#include "dsl/Text.h"

#include <algorithm>
#include <cctype>

using namespace gaze::dsl;

std::string_view gaze::dsl::spelling(Type type) {
  switch (type) {
  case Type::Int:
    return "int";
  case Type::Float:
    return "float";
  case Type::Bool:
    return "bool";
  }
  return {};
}

std::string_view gaze::dsl::withArticle(Type type) {
  switch (type) {
  case Type::Int:
    return "an int";
  case Type::Float:
    return "a float";
  case Type::Bool:
    return "a bool";
  }
  return {};
}

std::string_view gaze::dsl::spelling(Operator op) {
  static const std::string_view spellings[] = {"or", "and", "not", "==", "!=", "<", "<=", ">",
                                               ">=", "+",   "-",   "*",  "/",  "%", "-"};
  return spellings[static_cast<int>(op)];
}

const std::vector<std::string_view> &gaze::dsl::ambientNames() {
  static const std::vector<std::string_view> names = {
      "q", "k", "head", "batch", "seq_q", "seq_k", "heads", "head_dim", "score"};
  return names;
}

const std::vector<BuiltinSignature> &gaze::dsl::builtins() {
  static const std::vector<BuiltinSignature> all = {
      {"abs", {"x"}},
      {"min", {"a", "b"}, true},
      {"max", {"a", "b"}, true},
      {"clamp", {"x", "low", "high"}},
      {"floor", {"x"}},
      {"sqrt", {"x"}},
      {"exp", {"x"}},
      {"exp2", {"x"}},
      {"log", {"x"}},
      {"log2", {"x"}},
      {"tanh", {"x"}},
      {"sin", {"x"}},
      {"cos", {"x"}},
      {"chance", {"p", "seed"}, true},
  };
  return all;
}

std::string_view gaze::dsl::spelling(Ambient ambient) {
  return ambientNames()[static_cast<std::size_t>(ambient)];
}

static constexpr std::string_view selectByNames[] = {"mean", "minmax", "first"};

std::string_view gaze::dsl::spelling(SelectBy by) { return selectByNames[static_cast<int>(by)]; }

const BuiltinSignature &gaze::dsl::signature(Builtin builtin) {
  return builtins()[static_cast<std::size_t>(builtin)];
}

std::optional<Type> gaze::dsl::findType(std::string_view name) {
  for (Type type : {Type::Int, Type::Float, Type::Bool})
    if (spelling(type) == name)
      return type;
  return std::nullopt;
}

std::optional<Ambient> gaze::dsl::findAmbient(std::string_view name) {
  const auto &names = ambientNames();
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return std::nullopt;
  return static_cast<Ambient>(found - names.begin());
}

std::optional<Builtin> gaze::dsl::findBuiltin(std::string_view name) {
  const auto &all = builtins();
  auto found = std::find_if(all.begin(), all.end(),
                            [&](const BuiltinSignature &builtin) { return builtin.name == name; });
  if (found == all.end())
    return std::nullopt;
  return static_cast<Builtin>(found - all.begin());
}

std::optional<SelectBy> gaze::dsl::findSelectBy(std::string_view name) {
  for (SelectBy by : {SelectBy::Mean, SelectBy::MinMax, SelectBy::First})
    if (spelling(by) == name)
      return by;
  return std::nullopt;
}

bool gaze::dsl::isKeyword(std::string_view word) {
  static const std::string_view keywords[] = {"import", "def",   "pattern", "let",  "require",
                                              "keep",   "where", "if",      "then", "else",
                                              "or",     "and",   "not",     "true", "false"};
  return std::find(std::begin(keywords), std::end(keywords), word) != std::end(keywords);
}

std::string gaze::dsl::inQuotes(std::string_view name) {
  return '\'' + printable(shortened(name, 60)) + '\'';
}

int gaze::dsl::editDistance(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<std::vector<int>> distance(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        distance[i][j] = static_cast<int>(i + j);
        continue;
      }
      int replace = distance[i - 1][j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
      distance[i][j] = std::min({replace, distance[i - 1][j] + 1, distance[i][j - 1] + 1});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        distance[i][j] = std::min(distance[i][j], distance[i - 2][j - 2] + 1);
    }
  }
  return distance[a.size()][b.size()];
}

// One slip in a short word, one in three letters of a longer one. A one-letter
// word is near to nothing: `x` does not look like `q`.
Suggestion::Suggestion(std::string_view word)
    : misspelt(word), nearest(word.size() < 2 ? 0 : std::max<int>(1, int(word.size()) / 3) + 1) {
  constexpr std::size_t longestWord = 64;
  if (word.size() > longestWord)
    nearest = 0;
}

void Suggestion::consider(std::string_view candidate, std::string_view whatItIs) {
  int lengths = std::abs(static_cast<int>(candidate.size()) - static_cast<int>(misspelt.size()));
  if (lengths >= nearest)
    return;
  int distance = editDistance(misspelt, candidate);
  if (distance >= nearest || distance >= static_cast<int>(candidate.size()))
    return;
  nearest = distance;
  name = candidate;
  what = whatItIs;
}

std::string Suggestion::text() const {
  if (name.empty())
    return "";
  return "; did you mean " + std::string(what) + (what.empty() ? "" : " ") + inQuotes(name) + "?";
}
