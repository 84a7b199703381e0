//===- FunctionMask.h - A mask that a test writes as a function --------------===//
#ifndef GAZE_TEST_TOOLS_FUNCTIONMASK_H
#define GAZE_TEST_TOOLS_FUNCTIONMASK_H

#include "tools/gaze/MaskSource.h"

#include <functional>

namespace gaze::cli {

/// Looks at every pair of a tile to tell its kind.
class FunctionMask : public MaskSource {
public:
  using Keep = std::function<bool(std::int64_t query, std::int64_t key, std::int64_t head)>;

  FunctionMask(std::int64_t queries, std::int64_t keys, Keep keep, std::int64_t tile = 8)
      : function(std::move(keep)) {
    seqQ = queries;
    seqK = keys;
    tileQ = tile;
    tileK = 2 * tile;
  }

  std::int64_t list(Plane plane, std::int64_t begin, std::int64_t end,
                    std::vector<std::vector<TileRun>> &rows) const override {
    rows.assign(end - begin, {});
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t column = 0; column < tileColumns(); ++column)
        addTile(plane, row, column, rows[row - begin]);
    return (end - begin) * tileColumns();
  }

  void keep(Plane plane, std::int64_t query, std::int64_t queries, std::int64_t key,
            std::int64_t keys, std::uint8_t *out) const override {
    for (std::int64_t q = query; q < query + queries; ++q)
      for (std::int64_t k = key; k < key + keys; ++k)
        *out++ = function(q, k, plane.head) ? 1 : 0;
  }

private:
  void addTile(Plane plane, std::int64_t row, std::int64_t column,
               std::vector<TileRun> &runs) const {
    const std::int64_t begin = column * tileK, end = std::min(seqK, begin + tileK);
    const std::int64_t queries = queryEnd(row) - queryBegin(row);
    std::vector<std::uint8_t> pairs(queries * (end - begin));
    keep(plane, queryBegin(row), queries, begin, end - begin, pairs.data());
    const auto kept = std::count(pairs.begin(), pairs.end(), 1);
    if (kept == 0)
      return;
    const bool full = kept == static_cast<std::ptrdiff_t>(pairs.size());
    if (!runs.empty() && runs.back().full == full && runs.back().end == begin)
      runs.back().end = end;
    else
      runs.push_back({begin, end, full});
  }

  Keep function;
};

/// Says of every tile that it is partial, so that its cost is the pattern's alone.
class PartialMask : public FunctionMask {
public:
  using FunctionMask::FunctionMask;

  std::int64_t list(Plane, std::int64_t begin, std::int64_t end,
                    std::vector<std::vector<TileRun>> &rows) const override {
    rows.assign(end - begin, {{0, seqK, false}});
    return end - begin;
  }
};

} // namespace gaze::cli

#endif // GAZE_TEST_TOOLS_FUNCTIONMASK_H
