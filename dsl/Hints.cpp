//===- Hints.cpp - What people write who know other languages ---------------===//

#include "dsl/Hints.h"
#include "dsl/Grammar.h"
#include "dsl/Names.h"

#include <algorithm>
#include <cctype>
#include <iterator>

using namespace gaze::dsl;

namespace {

struct Entry {
  std::string_view word, meaning;
};

template <std::size_t size>
std::string_view find(const Entry (&table)[size], std::string_view word) {
  auto found = std::find_if(std::begin(table), std::end(table),
                            [&](const Entry &entry) { return entry.word == word; });
  return found == std::end(table) ? std::string_view() : found->meaning;
}

std::string lowerCase(std::string_view word) {
  std::string result(word);
  for (char &c : result)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

constexpr Entry tokens[] = {
    {"&&", "; write 'and'"},
    {"&", "; write 'and'"},
    {"||", "; write 'or'"},
    {"|", "; write 'or'"},
    {"!", "; write 'not'"},
    {"~", "; write 'not'"},
    {"?", "; write 'if ... then ... else ...'"},
    {"#", "; a comment begins with '//'"},
    {"'", "; a string stands in double quotes"},
    {"/", "; a comment begins with '//'"},
    {"**", "; there is no sign for powers: write 'x * x', or 'exp2(y * log2(x))'"},
    {"=>", "; write '>='"},
    {"=<", "; write '<='"},
    {"^", "; there is no sign for powers: write 'x * x', or 'exp2(y * log2(x))'"},
};

constexpr std::string_view toLeaveOut = "; to leave pairs out, write a 'keep' statement";

constexpr Entry values[] = {
    {"inf", toLeaveOut},
    {"Inf", toLeaveOut},
    {"INF", toLeaveOut},
    {"infinity", toLeaveOut},
    {"Infinity", toLeaveOut},
    {"NEG_INF", toLeaveOut},
    {"nan", toLeaveOut},
    {"NaN", toLeaveOut},
    {"None", toLeaveOut},
    {"null", toLeaveOut},
    {"NULL", toLeaveOut},
    {"nil", toLeaveOut},
    {"pi", "; write 3.141592653589793"},
};

/// Guesses at the names that are always there, and names of other systems for them.
constexpr Entry ambients[] = {
    {"i", "q"},
    {"qi", "q"},
    {"q_i", "q"},
    {"q_idx", "q"},
    {"q_index", "q"},
    {"q_pos", "q"},
    {"query", "q"},
    {"row", "q"},
    {"j", "k"},
    {"kj", "k"},
    {"k_idx", "k"},
    {"k_index", "k"},
    {"k_pos", "k"},
    {"key", "k"},
    {"kv", "k"},
    {"kv_idx", "k"},
    {"kv_index", "k"},
    {"kv_pos", "k"},
    {"col", "k"},
    {"column", "k"},
    {"h", "head"},
    {"h_idx", "head"},
    {"head_idx", "head"},
    {"head_index", "head"},
    {"b", "batch"},
    {"b_idx", "batch"},
    {"batch_idx", "batch"},
    {"H", "heads"},
    {"n_heads", "heads"},
    {"num_heads", "heads"},
    {"d", "head_dim"},
    {"D", "head_dim"},
    {"dim", "head_dim"},
    {"d_k", "head_dim"},
    {"d_head", "head_dim"},
    {"head_size", "head_dim"},
    {"q_len", "seq_q"},
    {"seqlen_q", "seq_q"},
    {"n", "seq_k"},
    {"N", "seq_k"},
    {"T", "seq_k"},
    {"L", "seq_k"},
    {"S", "seq_k"},
    {"seq", "seq_k"},
    {"seq_len", "seq_k"},
    {"seqlen", "seq_k"},
    {"length", "seq_k"},
    {"n_ctx", "seq_k"},
    {"ctx", "seq_k"},
    {"kv_len", "seq_k"},
    {"k_len", "seq_k"},
    {"seqlen_k", "seq_k"},
};

constexpr Entry meanings[] = {
    {"q", "the position of the query"},
    {"k", "the position of the key"},
    {"head", "which head it is"},
    {"batch", "which batch entry it is"},
    {"heads", "how many heads there are"},
    {"head_dim", "the length of a query vector"},
    {"seq_q", "how many queries there are"},
    {"seq_k", "how many keys there are"},
};

constexpr std::string_view noRandomNumbers =
    "; chance(p, seed, q, k) is true with the probability p";

constexpr Entry functions[] = {
    {"pow", "; write 'x * x', or 'exp2(y * log2(x))'"},
    {"round", "; write 'floor(x + 0.5)'"},
    {"ceil", "; write '-floor(-x)'"},
    {"int", "; 'floor(x)' makes an int of a float"},
    {"trunc", "; 'floor(x)' makes an int of a float"},
    {"float", "; an int is a float wherever one is needed"},
    {"bool", "; compare it, as in 'x != 0'"},
    {"mod", "; write 'x % y'"},
    {"fmod", "; write 'x % y'"},
    {"fabs", "; did you mean the function 'abs'?"},
    {"ln", "; did you mean the function 'log'?"},
    {"minimum", "; did you mean the function 'min'?"},
    {"maximum", "; did you mean the function 'max'?"},
    {"rsqrt", "; write '1 / sqrt(x)'"},
    {"sigmoid", "; write '1 / (1 + exp(-x))'"},
    {"rand", noRandomNumbers},
    {"random", noRandomNumbers},
    {"select", "; write 'if ... then ... else ...'"},
};

constexpr Entry keywords[] = {
    {"const", "let"},    {"var", "let"},        {"auto", "let"},       {"mask", "keep"},
    {"return", "keep"},  {"assert", "require"}, {"fn", "def"},         {"func", "def"},
    {"function", "def"}, {"define", "def"},     {"include", "import"}, {"use", "import"},
};

std::string hintInParameters(std::string_view found) {
  if (found == ":")
    return "; the parameters of a def have no types";
  if (found == "=")
    return "; the parameters of a def have no defaults";
  if (found.size() == 1 && std::string_view("+-*/%").find(found) != std::string_view::npos)
    return "; a default is one number";
  return "";
}

/// Tokens that are right elsewhere, so that what was expected explains them.
std::string hintForExpected(const Misplaced &token) {
  std::string_view found = token.found, expected = token.expected;
  if (found == "}" && expected == aDeclaration)
    return "; there is nothing that it closes";
  if (expected == "':'")
    return token.inParameters ? "; a parameter has a type, as in 'width: int'"
                              : "; an input has a type and axes, as in 'doc: int[batch, seq_k]'";
  if (token.inParameters && expected == "',' or ')'")
    return hintInParameters(found);
  if (expected == aString && found == "'")
    return "; a string stands in double quotes";
  if (expected == aString && !found.empty() && found[0] != '"')
    return "; write \"" + std::string(found) + "\"";
  if (token.inParameters && found == ")" && token.before == "(")
    return "; a def without parameters has no '()'";
  if (expected == "'='" && found == ":")
    return "; a let has no type";
  if (expected == "'='" && token.before == "score" && found.size() == 1)
    return "; write 'score = score " + std::string(found) + " ...'";
  if (expected == "','" && found == ";")
    return "; behind the condition of 'require' stands a message in double quotes";
  if (expected == anExpression && found == "=" &&
      (token.before == "keep" || token.before == "require"))
    return "; " + inQuotes(token.before) + " stands before its expression without '='";
  if (found == "=" && expected.front() == '\'' && expected != "'='")
    return "; to compare, write '=='";
  return "";
}

/// The second half of an operator of another language.
std::string hintForHalf(const Misplaced &token) {
  if (token.found == "*" && token.before == "*")
    return std::string(find(tokens, "**"));
  if (token.found == "*" && token.before == "/")
    return std::string(find(tokens, "#"));
  if (token.found == ">" && token.before == "<")
    return "; write '!='";
  if (token.found == token.before && (token.found == "<" || token.found == ">"))
    return "; there are no shifts: write '* 2' or '/ 2'";
  if (token.found == "=" && token.before.size() == 2)
    return "; write " + inQuotes(token.before);
  return "";
}

std::string hintForOperand(const Misplaced &token) {
  if (std::string hint = hintForHalf(token); token.touching && !hint.empty())
    return hint;
  if (token.found == "where")
    return "; 'where' stands behind what it reads again; to choose, write 'if ... then ... else "
           "...'";
  if (!token.found.empty() && isDigit(token.found[0]))
    return "; a number ends before the first letter";
  return "";
}

} // namespace

std::string gaze::dsl::hintFor(const Misplaced &token) {
  std::string hint = hintForExpected(token);
  if (hint.empty() && token.expected == anExpression)
    hint = hintForOperand(token);
  if (hint.empty())
    hint = std::string(find(tokens, token.found));
  if (!hint.empty())
    return hint;
  if (token.found == "if" && token.expected == "';'")
    return "; write 'if ... then ... else ...'";
  std::string lower = lowerCase(token.found);
  return lower != token.found && isKeyword(lower) ? "; write " + inQuotes(lower) : "";
}

std::string gaze::dsl::habitOfValue(std::string_view name) {
  std::string_view ambient = find(ambients, name);
  if (ambient.empty())
    return std::string(find(values, name));
  return "; did you mean " + inQuotes(ambient) + ", " + std::string(find(meanings, ambient)) + "?";
}

std::string gaze::dsl::habitOfFunction(std::string_view name) {
  return std::string(find(functions, name));
}

std::string_view gaze::dsl::keywordMeantBy(std::string_view word) { return find(keywords, word); }

bool gaze::dsl::looksLikeDivision(std::string_view comment) {
  std::size_t first = comment.find_first_not_of(" \t", 2);
  std::size_t last = comment.find_last_not_of(" \t\r");
  if (first == std::string_view::npos)
    return false;
  return isDigit(comment[first]) || comment[first] == '(' || comment[last] == ';' ||
         comment[last] == ')';
}
