//===- Reach.h - How many layers until everyone has heard of everyone --------===//
//
// A layer passes on what its kept keys have heard, and what the query has heard
// itself (the residual stream). Heads hear each other through the output projection,
// so a layer's mask is the union of theirs; batch entries never do. Reach is the
// number of layers until every query has heard of every key that dense attention with
// the same causality would give it: where no query looks ahead, of those before it.
//
// Up to some thousand tokens it is computed exactly, over bits. Beyond that, a few
// queries are followed back through the layers: each gives a bound from below, or the
// proof that some key is never heard of.
//
// Test: test/tools/ReachTest.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_REACH_H
#define GAZE_TOOLS_REACH_H

#include "tools/gaze/MaskSource.h"
#include "tools/gaze/Survey.h"

#include <cstdint>
#include <vector>

namespace gaze::cli {

struct Reach {
  enum class Kind {
    NotComputed, ///< it is asked of self-attention alone
    AtLeast,     ///< `layers` or more, from `queries` queries
    Exactly,     ///< `layers`
    Never        ///< `query` never hears of `key`
  };
  Kind kind = Kind::NotComputed;
  std::int64_t layers = 0;
  std::int64_t queries = 0;
  std::int64_t query = 0, key = 0;
};

/// The layers of `heads` heads and `batches` batch entries, each counted once where
/// masks do not differ. `looksAhead`: some query is known to keep a key behind itself.
Reach reachOf(const MaskSource &source, std::int64_t heads, std::int64_t batches, bool looksAhead,
              int threads = 0);

/// One bit for a pair, rows of whole words.
struct PairBits {
  std::int64_t words; ///< of a row
  std::vector<std::uint64_t> bits;

  PairBits(std::int64_t seqQ, std::int64_t seqK) : words((seqK + 63) / 64), bits(seqQ * words) {}
  std::uint64_t *row(std::int64_t query) { return &bits[query * words]; }
  const std::uint64_t *row(std::int64_t query) const { return &bits[query * words]; }
  void set(std::int64_t query, std::int64_t key) {
    row(query)[key / 64] |= std::uint64_t(1) << key % 64;
  }
};

/// Exactly, from the mask of self-attention, [seq, seq]: query i stands at key i.
Reach reachExactly(const PairBits &mask, std::int64_t seq);

/// From a few queries, with at most that much work for each, in one batch entry.
Reach reachFromSome(const MaskSource &source, std::int64_t heads, std::int64_t batch,
                    bool looksAhead, Work work, int threads = 0);

} // namespace gaze::cli

#endif // GAZE_TOOLS_REACH_H
