//===- Attention.h - Dense attention in float64, the slow and obvious way -----===//
//
// The first-class reference that every kernel is held to: for every query it
// walks over every key, asks the interpreter (dsl/Interpreter.h) whether the pair
// is kept and what its score is, and takes the softmax in float64. It shares no
// code with the compiler. Rows run on several threads. What a mask costs is found by
// walking a second time with the same scores and without the mask: see MaskCost.h.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_REFERENCE_ATTENTION_H
#define GAZE_COMPILER_REFERENCE_ATTENTION_H

#include "dsl/Interpreter.h"
#include "gaze/gaze.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace gaze::reference {

/// The pairs that take part, all of them with the scale and scores of the pattern.
enum class Pairs {
  Kept,      ///< those that the pattern keeps
  UpToQuery, ///< k <= q: dense causal attention
  All        ///< dense attention
};

struct Result {
  std::vector<double> out;        ///< [batch, heads, seq_q, value_dim]
  std::vector<double> lse;        ///< [batch, heads, seq_q], natural logarithm
  std::vector<std::int64_t> keys; ///< [batch, heads, seq_q]: how many keys take part
  std::int64_t rowsEmpty = 0;     ///< rows without a key: zeros and -inf
  bool causal = true;             ///< no pair with k > q takes part
  /// [batch, heads, seq_q]: sum over keys of weight * max |v|, the size against
  /// which rounding errors of a row are measured.
  std::vector<double> magnitude;
  bool selects = false; ///< `top_blocks` has been asked for a pair
  /// [batch, heads, seq_q]: 1 where float32 may select other blocks (Selections.h).
  std::vector<char> undecided;
  /// Of |v|, which no output is beyond; NaN where one is no number.
  double largestValue = 0;
  /// `out` as a plain program in float32 has it, rounded to a type (Plain.h); empty where
  /// it was not asked for.
  std::vector<float> plain;
  std::vector<float> plainLse; ///< and its log-sum-exp, in float32
  /// [batch, heads, seq_q], with `plain`: by how much the log-sum-exp and the outputs move when
  /// each score is off by what rounding in float32 may do to it.
  std::vector<double> lseByScores, outByScores;
};

/// q [batch, heads, seq_q, headDim], k [batch, kv_heads, seq_k, headDim] and
/// v [batch, kv_heads, seq_k, valueDim] are dense. `progress`, where given, is
/// called from one thread with the share of rows done, 0 to 1. With the type `plain`,
/// Result::plain is filled. Throws what the interpreter or `progress` throws.
Result attention(const dsl::Interpreter &interpreter, const gaze_shape &shape, int headDim,
                 int valueDim, const float *q, const float *k, const float *v,
                 const std::function<void(double)> &progress = {}, Pairs pairs = Pairs::Kept,
                 std::optional<gaze_element> plain = {});

} // namespace gaze::reference

#endif // GAZE_COMPILER_REFERENCE_ATTENTION_H
