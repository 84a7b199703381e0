//===- Reach.cpp - How many layers until everyone has heard of everyone ------===//
//
// heard(q) begins as {q}; a layer makes it the union of heard(k) over the kept keys
// k, and of itself. Bits of 64 keys at a time; a query asks only those keys that
// heard something new in the layer before, so a narrow window, which takes many
// layers, has little to do in each.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/Mask.h"

#include <algorithm>

using namespace gaze::cli;

/// The lowest bit of `word` and on, as positions in a row.
template <typename Visit>
static void forEachBit(const std::uint64_t *row, std::int64_t words, const Visit &visit) {
  for (std::int64_t w = 0; w < words; ++w)
    for (std::uint64_t rest = row[w]; rest != 0; rest &= rest - 1)
      visit(w * 64 + __builtin_ctzll(rest));
}

/// Whether some query keeps a key behind itself.
static bool looksAhead(const PairBits &bits, std::int64_t seq) {
  bool ahead = false;
  for (std::int64_t query = 0; query < seq && !ahead; ++query)
    forEachBit(bits.row(query), bits.words, [&](std::int64_t key) { ahead |= key > query; });
  return ahead;
}

int gaze::cli::reachLayers(const PairBits &bits, std::int64_t seq) {
  PairBits heard(seq, seq), wanted(seq, seq);
  const bool ahead = looksAhead(bits, seq);
  for (std::int64_t query = 0; query < seq; ++query) {
    heard.row(query)[query / 64] |= std::uint64_t(1) << query % 64;
    for (std::int64_t key = 0; key < (ahead ? seq : query + 1); ++key)
      wanted.row(query)[key / 64] |= std::uint64_t(1) << key % 64;
  }
  PairBits before = heard, news(1, seq);
  std::fill(news.bits.begin(), news.bits.end(), ~std::uint64_t(0));
  for (int layer = 1;; ++layer) {
    PairBits changed(1, seq), asked(1, seq);
    bool any = false;
    for (std::int64_t query = 0; query < seq; ++query) {
      std::uint64_t *mine = heard.row(query);
      for (std::int64_t w = 0; w < bits.words; ++w)
        asked.bits[w] = bits.row(query)[w] & news.bits[w];
      forEachBit(asked.row(0), bits.words, [&](std::int64_t key) {
        for (std::int64_t w = 0; w < bits.words; ++w)
          mine[w] |= before.row(key)[w];
      });
      if (std::equal(mine, mine + bits.words, before.row(query)))
        continue;
      any = true;
      changed.bits[query / 64] |= std::uint64_t(1) << query % 64;
    }
    if (heard.bits == wanted.bits)
      return layer;
    if (!any)
      return 0;
    before = heard;
    news = std::move(changed);
  }
}
