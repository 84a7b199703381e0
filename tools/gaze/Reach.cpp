//===- Reach.cpp - How many layers until everyone has heard of everyone ------===//
//
// heard(q) is at first what q keeps, and q; a layer makes it the union of heard(k)
// over the kept keys k, and of itself. Bits of 64 keys at a time; a query asks only
// those keys that heard something new in the layer before, so a narrow window, which
// takes many layers, has little to do in each; and stops once it has heard all.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/Reach.h"

#include <algorithm>

using namespace gaze::cli;

namespace {

/// Exact reach takes a few hundred milliseconds there, summed over batch entries.
constexpr std::int64_t exactLimit = 4096;
/// Pairs of all planes that are asked for, with what a call costs; about a second.
constexpr std::int64_t mostPairsAsked = 16 * exactLimit * exactLimit, pairsOfCall = 4096;
/// Batch entries that are followed; each gives a bound for all.
constexpr std::int64_t mostFollowed = 4;
/// Of each query that is followed where the sequence is longer.
constexpr Work followWork = 300'000'000;

/// The set bits of a row, as positions, in order; `visit` returns false to stop.
template <typename Visit>
void forEachBit(const std::uint64_t *row, std::int64_t words, const Visit &visit) {
  for (std::int64_t w = 0; w < words; ++w)
    for (std::uint64_t rest = row[w]; rest != 0; rest &= rest - 1)
      if (!visit(w * 64 + __builtin_ctzll(rest)))
        return;
}

/// Whether some query keeps a key behind itself.
bool looksAhead(const PairBits &mask, std::int64_t seq) {
  bool ahead = false;
  for (std::int64_t query = 0; query < seq && !ahead; ++query)
    forEachBit(mask.row(query), mask.words, [&](std::int64_t key) {
      ahead |= key > query;
      return !ahead;
    });
  return ahead;
}

/// The first of so many keys whose bit is missing, or `keys`.
std::int64_t firstMissing(const std::uint64_t *row, std::int64_t keys) {
  for (std::int64_t w = 0; w * 64 < keys; ++w)
    if (~row[w] != 0)
      return std::min(keys, w * 64 + __builtin_ctzll(~row[w]));
  return keys;
}

class Hearing {
public:
  Hearing(const PairBits &mask, std::int64_t seq)
      : mask(mask), seq(seq), ahead(looksAhead(mask, seq)), heard(mask), news(1, seq) {
    for (std::int64_t query = 0; query < seq; ++query)
      heard.set(query, query);
    std::fill(news.bits.begin(), news.bits.end(), ~std::uint64_t(0));
  }

  std::int64_t keysFor(std::int64_t query) const { return ahead ? seq : query + 1; }
  /// The first key that the query should have heard of and has not, or keysFor(query).
  std::int64_t missing(std::int64_t query) const {
    return firstMissing(heard.row(query), keysFor(query));
  }
  /// The first query that lacks a key, or seq.
  std::int64_t incomplete() const {
    std::int64_t query = 0;
    while (query < seq && missing(query) == keysFor(query))
      ++query;
    return query;
  }

  /// One more layer. False where nobody heard anything new.
  bool listen() {
    const PairBits before = heard;
    PairBits changed(1, seq);
    bool any = false;
    for (std::int64_t query = 0; query < seq; ++query) {
      if (missing(query) == keysFor(query) || !listen(query, before))
        continue;
      any = true;
      changed.set(0, query);
    }
    news = std::move(changed);
    return any;
  }

private:
  const PairBits &mask;
  const std::int64_t seq;
  const bool ahead;
  PairBits heard;
  PairBits news; ///< one row: who heard something new in the layer before

  bool listen(std::int64_t query, const PairBits &before) {
    constexpr int keysBetweenChecks = 16;
    PairBits asked(1, seq);
    for (std::int64_t w = 0; w < mask.words; ++w)
      asked.bits[w] = mask.row(query)[w] & news.bits[w];
    std::uint64_t *const mine = heard.row(query);
    int keys = 0;
    forEachBit(asked.row(0), mask.words, [&](std::int64_t key) {
      const std::uint64_t *theirs = before.row(key);
      for (std::int64_t w = 0; w < mask.words; ++w)
        mine[w] |= theirs[w];
      return ++keys % keysBetweenChecks != 0 || missing(query) < keysFor(query);
    });
    return !std::equal(mine, mine + mask.words, before.row(query));
  }
};

/// The union of the heads' masks.
PairBits maskOf(const MaskSource &source, std::int64_t heads, std::int64_t batch) {
  PairBits mask(source.seqQ, source.seqK);
  std::vector<std::uint8_t> keep(source.seqK);
  std::vector<std::vector<TileRun>> rows;
  for (std::int64_t head = 0; head < heads; ++head) {
    source.list({head, batch}, 0, source.tileRows(), rows);
    for (std::int64_t query = 0; query < source.seqQ; ++query)
      for (const TileRun &run : rows[query / source.tileQ]) {
        std::fill(keep.begin(), keep.begin() + (run.end - run.begin), 1);
        if (!run.full)
          source.keep({head, batch}, query, 1, run.begin, run.end - run.begin, keep.data());
        for (std::int64_t key = run.begin; key < run.end; ++key)
          if (keep[key - run.begin])
            mask.set(query, key);
      }
  }
  return mask;
}

/// What holds of two batch entries: the worse of the two.
Reach worse(const Reach &one, const Reach &other) {
  if (one.kind == Reach::Kind::Never || other.kind == Reach::Kind::Never)
    return one.kind == Reach::Kind::Never ? one : other;
  Reach result = one.layers >= other.layers ? one : other;
  if (one.kind == Reach::Kind::AtLeast || other.kind == Reach::Kind::AtLeast)
    result.kind = Reach::Kind::AtLeast;
  result.queries = one.queries + other.queries;
  return result;
}

} // namespace

Reach gaze::cli::reachExactly(const PairBits &mask, std::int64_t seq) {
  Hearing hearing(mask, seq);
  Reach reach;
  reach.layers = 1;
  while (hearing.incomplete() < seq && hearing.listen())
    ++reach.layers;
  reach.query = hearing.incomplete();
  reach.kind = reach.query < seq ? Reach::Kind::Never : Reach::Kind::Exactly;
  if (reach.query < seq)
    reach.key = hearing.missing(reach.query);
  return reach;
}

Reach gaze::cli::reachOf(const MaskSource &source, std::int64_t heads, std::int64_t batches,
                         bool looksAhead, int threads) {
  if (source.seqQ != source.seqK || source.qStart != 0)
    return {};
  const std::int64_t seq = source.seqQ;
  const bool exact = seq <= exactLimit && seq * seq * batches <= exactLimit * exactLimit &&
                     heads * batches <= mostPairsAsked / (seq * seq + pairsOfCall);
  const std::int64_t asked = exact ? batches : std::min(batches, mostFollowed);
  Reach reach;
  for (std::int64_t batch = 0; batch < asked && reach.kind != Reach::Kind::Never; ++batch) {
    const Reach one =
        exact ? reachExactly(maskOf(source, heads, batch), seq)
              : reachFromSome(source, heads, batch, looksAhead, followWork / asked, threads);
    reach = batch == 0 ? one : worse(reach, one);
  }
  return reach;
}
