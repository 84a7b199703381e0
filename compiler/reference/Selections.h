//===- Selections.h - What top_blocks selects, in float64 ----------------------===//
//
// By the letter of docs/language.md: for each group of queries every block of keys is asked
// whether it is a candidate, pair by pair, and scored from the rows of Q and K. Nothing is
// shared with the compiler or the runtime. A group's choice is made when it is first asked for
// and remembered, on whichever thread asks.
//
// The runtime scores in float32, so it may choose otherwise where two scores are as near to each
// other as rounding goes. A choice says whether that can be: `undecided`. A float32 score that
// adds and multiplies n numbers, in any order, is off by n * 2^-24 of the same sum over magnitudes
// at most (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1); a choice is
// undecided where the lowest score that is selected and the highest that is not are no further
// apart than that allows.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_REFERENCE_SELECTIONS_H
#define GAZE_COMPILER_REFERENCE_SELECTIONS_H

#include "dsl/Interpreter.h"
#include "gaze/gaze.h"

#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <tuple>
#include <vector>

namespace gaze::reference {

/// A block that a group may select.
struct Candidate {
  std::int64_t block = 0;
  double score = 0;
  double rounding = 0; ///< how far its score in float32 may be from `score`
};

/// What a group selects.
struct Choice {
  std::vector<Candidate> candidates; ///< the best first
  std::size_t selected = 0;          ///< so many of them
  bool undecided = false;            ///< float32 may choose others
  std::vector<char> isSelected;      ///< by block
};

class Selections : public dsl::Selector {
public:
  /// q [batch, heads, seq_q, headDim] and k [batch, kv_heads, seq_k, headDim] are dense. All
  /// arguments must outlive the object.
  Selections(const dsl::Interpreter &interpreter, const gaze_shape &shape, int headDim,
             const float *q, const float *k);
  ~Selections() override;

  /// Of the group of the query at `at`. `block` and `share` are at least 1. Throws what the
  /// interpreter throws.
  const Choice &choice(const dsl::Selection &selection, const dsl::Coordinates &at) const;
  bool selected(const dsl::Selection &selection, const dsl::Coordinates &at) const override;

private:
  struct Table;
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, dsl::SelectBy>;
  Table &tableOf(const dsl::Selection &selection) const;

  const dsl::Interpreter &interpreter;
  const gaze_shape &shape;
  int headDim;
  const float *q, *k;
  mutable std::shared_mutex mutex;
  mutable std::map<Key, std::unique_ptr<Table>> tables;
};

} // namespace gaze::reference

#endif // GAZE_COMPILER_REFERENCE_SELECTIONS_H
