//===- Hints.cpp - What people write who know other languages ---------------===//

#include "dsl/Hints.h"

#include "dsl/HintTable.h"
#include "dsl/Names.h"

using namespace gaze::dsl;

namespace {

constexpr std::string_view toLeaveOut = "; to leave pairs out, write a 'keep' statement";

constexpr std::string_view noKeyHeads =
    "; a pattern has no name for the heads of K and V; 'head' and 'heads' count those of Q";
constexpr std::string_view noStart =
    "; a pattern has no name for it: q is already a position, the row of Q + q_start";

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
    {"kv_head", noKeyHeads},
    {"kv_heads", noKeyHeads},
    {"n_kv_heads", noKeyHeads},
    {"num_kv_heads", noKeyHeads},
    {"q_start", noStart},
    {"q_offset", noStart},
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
    {"const", "let"},      {"var", "let"},         {"auto", "let"},     {"mask", "keep"},
    {"mask_mod", "keep"},  {"score_mod", "score"}, {"return", "keep"},  {"assert", "require"},
    {"fn", "def"},         {"func", "def"},        {"function", "def"}, {"define", "def"},
    {"include", "import"}, {"use", "import"},
};

} // namespace

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
