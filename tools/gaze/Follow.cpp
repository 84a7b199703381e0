//===- Follow.cpp - Reach, from a few queries back through the layers --------===//
//
// What query q has heard of after n layers is what can be walked to from q in n steps
// over kept pairs. So one query is followed layer by layer: every key that it has
// newly heard of is a query whose kept keys come next. Each is asked once, a row of
// tiles at a time, and never for keys that are known already.
//
//===----------------------------------------------------------------------===//
#include "runtime/Threads.h"
#include "tools/gaze/Reach.h"

#include <algorithm>

using namespace gaze::cli;

namespace {

// Single rows of tiles are dearer than bands: nothing of the search is shared.
constexpr Work workOfRow = 2000;
constexpr Work workOfRectangle = 80;
constexpr Work workOfPair = 2;
constexpr std::int64_t chunk = 4096; ///< keys whose pairs are asked for at once

/// A set of positions.
class Positions {
public:
  explicit Positions(std::int64_t count) : words((count + 63) / 64) {}

  bool has(std::int64_t position) const { return words[position / 64] >> position % 64 & 1; }
  void add(std::int64_t position) { words[position / 64] |= std::uint64_t(1) << position % 64; }
  void add(std::int64_t begin, std::int64_t end) {
    for (; begin < end && begin % 64 != 0; ++begin)
      add(begin);
    for (; begin + 64 <= end; begin += 64)
      words[begin / 64] = ~std::uint64_t(0);
    for (; begin < end; ++begin)
      add(begin);
  }
  /// The first of [begin, end) that is not in the set, or `end`.
  std::int64_t findMissing(std::int64_t begin, std::int64_t end) const {
    return first(begin, end, [this](std::int64_t word) { return ~words[word]; });
  }
  /// The first of [begin, end) that is in this set and not in the other, or `end`.
  std::int64_t findBeyond(const Positions &other, std::int64_t begin, std::int64_t end) const {
    return first(begin, end, [&](std::int64_t word) { return words[word] & ~other.words[word]; });
  }

private:
  std::vector<std::uint64_t> words;

  template <typename Bits>
  static std::int64_t first(std::int64_t begin, std::int64_t end, const Bits &bits) {
    while (begin < end) {
      const std::uint64_t rest = bits(begin / 64) >> begin % 64;
      if (rest != 0)
        return std::min(end, begin + __builtin_ctzll(rest));
      begin += 64 - begin % 64;
    }
    return end;
  }
};

/// How a layer ended.
enum class Ended {
  More,     ///< some keys are missing still
  Complete, ///< every key was heard of
  Silent,   ///< nobody was left to ask
  TooLong   ///< it took more work than is allowed, and was left
};

/// What one query has heard of, of so many keys.
class Follower {
public:
  Follower(const MaskSource &source, std::int64_t heads, std::int64_t batch, std::int64_t query,
           std::int64_t keys, Work work)
      : source(source), heads(heads), batch(batch), keys(keys), work(work), heard(source.seqK),
        asked(source.seqK) {
    heard.add(query);
  }

  /// The first key that it has not heard of, or `keys`.
  std::int64_t missing() {
    complete = heard.findMissing(complete, keys);
    return complete;
  }

  /// One more layer.
  Ended listen() {
    const Positions before = heard;
    bool any = false;
    std::int64_t query = before.findBeyond(asked, 0, source.seqQ);
    for (; query < source.seqQ; query = before.findBeyond(asked, query, source.seqQ)) {
      const std::int64_t row = query / source.tileQ;
      const std::vector<TileRun> fresh = freshQueries(before, row);
      for (std::int64_t head = 0; head < heads && work >= 0; ++head)
        ask({head, batch}, row, fresh);
      any = true;
      if (missing() == keys)
        return Ended::Complete;
      if (work < 0)
        return Ended::TooLong;
    }
    if (missing() == keys) // a single token
      return Ended::Complete;
    return any ? Ended::More : Ended::Silent;
  }

private:
  const MaskSource &source;
  const std::int64_t heads, batch;
  const std::int64_t keys;
  Work work;                 ///< that is left
  std::int64_t complete = 0; ///< keys from the start, all of which it has heard of
  Positions heard, asked;
  std::vector<std::vector<TileRun>> runs;
  std::vector<std::uint8_t> keep;

  /// Ranges of queries of a row of tiles that are known and were not asked; they count
  /// as asked from now on.
  std::vector<TileRun> freshQueries(const Positions &before, std::int64_t row) {
    std::vector<TileRun> ranges;
    for (std::int64_t q = source.queryBegin(row); q < source.queryEnd(row); ++q) {
      if (!before.has(q) || asked.has(q))
        continue;
      asked.add(q);
      if (!ranges.empty() && ranges.back().end == q)
        ++ranges.back().end;
      else
        ranges.push_back({q, q + 1, false});
    }
    return ranges;
  }

  void ask(Plane plane, std::int64_t row, const std::vector<TileRun> &queries) {
    work -= workOfRow + source.list(plane, row, row + 1, runs) * workOfRectangle;
    for (const TileRun &run : runs.front()) {
      if (run.full)
        heard.add(run.begin, run.end);
      for (std::int64_t key = run.begin; !run.full && key < run.end; key += chunk)
        for (const TileRun &range : queries)
          hear(plane, range, key, std::min(chunk, run.end - key));
    }
  }

  void hear(Plane plane, const TileRun &range, std::int64_t key, std::int64_t count) {
    if (heard.findMissing(key, key + count) == key + count)
      return;
    const std::int64_t queries = range.end - range.begin;
    keep.resize(queries * count);
    source.keep(plane, range.begin, queries, key, count, keep.data());
    work -= queries * count * workOfPair;
    for (std::int64_t i = 1; i < queries; ++i)
      for (std::int64_t j = 0; j < count; ++j)
        keep[j] |= keep[i * count + j];
    for (std::int64_t j = 0; j < count; ++j)
      if (keep[j])
        heard.add(key + j);
  }
};

Reach follow(const MaskSource &source, std::int64_t heads, std::int64_t batch, std::int64_t query,
             bool looksAhead, Work work) {
  const std::int64_t keys = looksAhead ? source.seqK : query + 1;
  Follower follower(source, heads, batch, query, keys, work);
  Reach reach;
  reach.kind = Reach::Kind::AtLeast;
  reach.queries = 1;
  reach.layers = 1; // the one that is still needed is counted
  reach.query = query;
  Ended ended = follower.listen();
  for (; ended == Ended::More; ended = follower.listen())
    ++reach.layers;
  reach.key = follower.missing();
  if (ended == Ended::Silent)
    reach.kind = Reach::Kind::Never;
  return reach;
}

} // namespace

Reach gaze::cli::reachFromSome(const MaskSource &source, std::int64_t heads, std::int64_t batch,
                               bool looksAhead, Work work, int threads) {
  // The last one first: with causality it has most to hear of.
  const std::int64_t last = source.seqQ - 1;
  std::vector<std::int64_t> queries = {last, 0, last / 2, last / 4, last / 4 * 3};
  constexpr std::int64_t longSequence = std::int64_t(1) << 24; // whose rows are dear
  if (source.seqK > longSequence)
    queries.resize(2);
  std::vector<Reach> found(queries.size());
  gaze::runtime::forEachWorker(
      static_cast<std::int64_t>(queries.size()), threads, [&](const auto &next) {
        for (std::int64_t i = next(); i >= 0; i = next())
          found[i] = follow(source, heads, batch, queries[i], looksAhead, i == 0 ? work : work / 4);
      });
  Reach reach = found.front();
  for (std::size_t i = 1; i < found.size() && reach.kind != Reach::Kind::Never; ++i) {
    const std::int64_t queriesTried = reach.queries + 1;
    if (found[i].kind == Reach::Kind::Never || found[i].layers > reach.layers)
      reach = found[i];
    reach.queries = queriesTried;
  }
  return reach;
}
