//===- Selections.cpp - What top_blocks selects, in float64 --------------------===//
#include "compiler/reference/Selections.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

using namespace gaze;
using namespace gaze::reference;
using dsl::Ambient;
using dsl::floorDivide;

namespace {

std::int64_t &coordinate(dsl::Coordinates &at, Ambient ambient) {
  return at.integers[static_cast<std::size_t>(ambient)];
}
std::int64_t coordinate(const dsl::Coordinates &at, Ambient ambient) {
  return at.integers[static_cast<std::size_t>(ambient)];
}

/// Positions from `first` to before `end`.
struct Range {
  std::int64_t first, end;
  std::int64_t size() const { return end - first; }
};

/// The positions of `present` with the same floor(position / size) as `position`.
Range groupOf(std::int64_t position, std::int64_t size, Range present) {
  std::int64_t first = position, end = position + 1;
  const std::int64_t group = floorDivide(position, size);
  while (first > present.first && floorDivide(first - 1, size) == group)
    --first;
  while (end < present.end && floorDivide(end, size) == group)
    ++end;
  return {first, end};
}

/// Rows of a tensor, by their position.
struct Rows {
  const float *data;
  std::int64_t firstPosition;
  int width;
  double at(std::int64_t position, int channel) const {
    return data[(position - firstPosition) * width + channel];
  }
};

/// The greater, and NaN where one is.
double greater(double a, double b) { return std::isnan(a) || a > b ? a : b; }

/// What a channel of some rows comes to.
struct Channel {
  double mean = 0, magnitude = 0; ///< the means of x and of |x|
  double least = std::numeric_limits<double>::infinity(), greatest = -least;
};

Channel summarise(const Rows &rows, Range range, int channel) {
  Channel sums;
  for (std::int64_t position = range.first; position < range.end; ++position) {
    const double x = rows.at(position, channel);
    sums.mean += x;
    sums.magnitude += std::abs(x);
    sums.least = -greater(-x, -sums.least);
    sums.greatest = greater(x, sums.greatest);
  }
  sums.mean /= static_cast<double>(range.size());
  sums.magnitude /= static_cast<double>(range.size());
  return sums;
}

/// What one channel adds to a score, and to the same sum over magnitudes.
struct Term {
  double score, magnitude;
};

Term term(dsl::SelectBy by, const Channel &query, const Rows &k, Range keys, int channel) {
  const double g = query.mean;
  switch (by) {
  case dsl::SelectBy::Mean: {
    const Channel key = summarise(k, keys, channel);
    return {g * key.mean, query.magnitude * key.magnitude};
  }
  case dsl::SelectBy::MinMax: {
    const Channel key = summarise(k, keys, channel);
    return {greater(g * key.least, g * key.greatest),
            query.magnitude * greater(std::abs(key.least), std::abs(key.greatest))};
  }
  case dsl::SelectBy::First: {
    const double first = k.at(keys.first, channel);
    return {g * first, query.magnitude * std::abs(first)};
  }
  }
  __builtin_unreachable();
}

/// Scores the block of `keys` for the group of `queries`.
Candidate scored(dsl::SelectBy by, const Rows &q, Range queries, const Rows &k, Range keys) {
  Candidate result;
  double magnitude = 0;
  for (int channel = 0; channel < q.width; ++channel) {
    const Term each = term(by, summarise(q, queries, channel), k, keys, channel);
    result.score += each.score;
    magnitude += each.magnitude;
  }
  constexpr double unit = 0x1p-24;
  const auto operations =
      static_cast<double>(queries.size() + (by == dsl::SelectBy::Mean ? keys.size() : 0) + q.width +
                          2); // two divisions
  result.rounding = operations * unit * magnitude + q.width * 0x1p-126;
  if (!(magnitude < static_cast<double>(std::numeric_limits<float>::max())))
    result.rounding = std::numeric_limits<double>::infinity(); // float32 may overflow
  return result;
}

/// Best first: the higher score, NaN behind every number, then the lower block.
bool isBetter(const Candidate &a, const Candidate &b) {
  if (std::isnan(a.score) != std::isnan(b.score))
    return std::isnan(b.score);
  if (a.score != b.score && !std::isnan(a.score))
    return a.score > b.score;
  return a.block < b.block;
}

/// Whether rounding may put `other` before `chosen`.
bool mayBeat(const Candidate &other, const Candidate &chosen) {
  if (std::isnan(other.score)) // behind all numbers, and by their index, in float32 as well
    return false;
  return !(chosen.score - chosen.rounding > other.score + other.rounding);
}

void decide(Choice &choice, std::int64_t count, std::int64_t blocks) {
  std::vector<Candidate> &all = choice.candidates;
  std::sort(all.begin(), all.end(), isBetter);
  choice.selected = static_cast<std::size_t>(
      std::clamp<std::int64_t>(count, 0, static_cast<std::int64_t>(all.size())));
  choice.isSelected.assign(static_cast<std::size_t>(blocks), 0);
  for (std::size_t i = 0; i < choice.selected; ++i)
    choice.isSelected[static_cast<std::size_t>(all[i].block)] = 1;
  for (std::size_t chosen = 0; chosen < choice.selected; ++chosen)
    for (std::size_t other = choice.selected; other < all.size(); ++other)
      choice.undecided |= mayBeat(all[other], all[chosen]);
}

} // namespace

/// The choices of one selection, [batch, heads, groups].
struct Selections::Table {
  Table(std::size_t groups) : made(groups), choices(groups) {}
  std::vector<std::once_flag> made;
  std::vector<Choice> choices;
};

Selections::Selections(const dsl::Interpreter &ofPattern, const gaze_shape &ofTensors, int channels,
                       const float *queries, const float *keys)
    : interpreter(ofPattern), shape(ofTensors), headDim(channels), q(queries), k(keys) {}

Selections::~Selections() = default;

static std::int64_t firstGroup(const gaze_shape &shape, std::int64_t share) {
  return floorDivide(shape.q_start, share);
}

static std::int64_t groupCount(const gaze_shape &shape, std::int64_t share) {
  return floorDivide(shape.q_start + shape.seq_q - 1, share) - firstGroup(shape, share) + 1;
}

Selections::Table &Selections::tableOf(const dsl::Selection &selection) const {
  const Key key = {selection.count, selection.block, selection.share, selection.by};
  {
    const std::shared_lock<std::shared_mutex> lock(mutex);
    if (auto found = tables.find(key); found != tables.end())
      return *found->second;
  }
  const std::lock_guard<std::shared_mutex> lock(mutex);
  std::unique_ptr<Table> &table = tables[key];
  if (!table)
    table = std::make_unique<Table>(
        static_cast<std::size_t>(shape.batch * shape.heads * groupCount(shape, selection.share)));
  return *table;
}

/// A block all of whose keys every query may see, with everything selected.
static bool isCandidate(const dsl::Interpreter &interpreter, dsl::Coordinates at, Range queries,
                        Range keys) {
  for (std::int64_t query = queries.first; query < queries.end; ++query)
    for (std::int64_t key = keys.first; key < keys.end; ++key) {
      coordinate(at, Ambient::Q) = query;
      coordinate(at, Ambient::K) = key;
      if (!interpreter.keep(at))
        return false;
    }
  return true;
}

const Choice &Selections::choice(const dsl::Selection &selection,
                                 const dsl::Coordinates &at) const {
  const std::int64_t head = coordinate(at, Ambient::Head), batch = coordinate(at, Ambient::Batch);
  const std::int64_t query = coordinate(at, Ambient::Q);
  const std::int64_t group =
      floorDivide(query, selection.share) - firstGroup(shape, selection.share);
  const std::int64_t queryHead = batch * shape.heads + head;
  const std::int64_t keyHead = batch * shape.kv_heads + head / (shape.heads / shape.kv_heads);
  Table &table = tableOf(selection);
  const auto index =
      static_cast<std::size_t>(queryHead * groupCount(shape, selection.share) + group);
  std::call_once(table.made[index], [&] {
    const Rows queryRows = {q + queryHead * shape.seq_q * headDim, shape.q_start, headDim};
    const Rows keyRows = {k + keyHead * shape.seq_k * headDim, 0, headDim};
    const Range queries =
        groupOf(query, selection.share, {shape.q_start, shape.q_start + shape.seq_q});
    const std::int64_t blocks = floorDivide(shape.seq_k - 1, selection.block) + 1;
    Choice made;
    for (std::int64_t block = 0; block < blocks; ++block) {
      const Range keys = {block * selection.block,
                          std::min((block + 1) * selection.block, shape.seq_k)};
      if (!isCandidate(interpreter, at, queries, keys))
        continue;
      made.candidates.push_back(scored(selection.by, queryRows, queries, keyRows, keys));
      made.candidates.back().block = block;
    }
    decide(made, selection.count, blocks);
    table.choices[index] = std::move(made);
  });
  return table.choices[index];
}

bool Selections::selected(const dsl::Selection &selection, const dsl::Coordinates &at) const {
  const std::int64_t block = floorDivide(coordinate(at, Ambient::K), selection.block);
  return choice(selection, at).isSelected[static_cast<std::size_t>(block)] != 0;
}
