//===- SurveyTest.cpp - What a mask keeps, counted ---------------------------===//
#include "tools/gaze/Survey.h"
#include "FunctionMask.h"
#include "tools/gaze/HeadGroups.h"

#include <cstdlib>
#include <gtest/gtest.h>

using namespace gaze::cli;

namespace {

/// What 64 queries of a mask cost whose tiles are all partial, in one run; too little for
/// a row of 16 queries to be counted whole besides.
constexpr Work littleWork(std::int64_t keys) { return 64 * (160 + keys * 3 / 2); }

/// Holds every cell of a survey to a count over all its pairs.
void expectCounted(const FunctionMask &mask, const FunctionMask::Keep &keep, Axis queries,
                   Axis keys) {
  Grid grid({queries, keys});
  const Census census = survey(mask, {}, &grid);
  std::int64_t kept = 0;
  for (std::int64_t row = 0; row < queries.cells(); ++row)
    for (std::int64_t column = 0; column < keys.cells(); ++column) {
      std::int64_t inCell = 0;
      for (std::int64_t q = queries.begin(row); q < queries.end(row); ++q)
        for (std::int64_t k = keys.begin(column); k < keys.end(column); ++k)
          inCell += keep(q, k, 0) ? 1 : 0;
      EXPECT_EQ(grid.at(row, column).kept, inCell) << row << " " << column;
      EXPECT_EQ(grid.pairs(row, column), queries.size(row) * keys.size(column));
      kept += inCell;
    }
  EXPECT_TRUE(census.exact);
  EXPECT_EQ(census.error, 0);
  EXPECT_EQ(census.keptPairs, kept);
}

TEST(Survey, countsEveryCell) {
  const auto causal = [](auto q, auto k, auto) { return k <= q; };
  const auto window = [](auto q, auto k, auto) { return std::abs(q - k) <= 9 || k < 3 || q < 3; };
  const auto scattered = [](auto q, auto k, auto) { return (q * 7 + k * 13) % 11 < 4; };
  const std::vector<FunctionMask::Keep> masks = {causal, window, scattered};
  for (const FunctionMask::Keep &keep : masks)
    for (const auto &[queries, keys] : {std::pair(1, 1), {1, 50}, {37, 91}, {200, 64}})
      for (const std::int64_t step : {1, 3, 8, 40, 500})
        expectCounted(FunctionMask(queries, keys, keep), keep, {queries, step}, {keys, step + 1});
}

/// Tiles of 8 queries and 16 keys over 40 x 48, causal: 5 rows. The first two see the
/// first tile partly (queries 8 to 15 lack key 15 until the last); rows 2 and 3 see one
/// tile whole and one partly; row 4 two and one.
TEST(Survey, countsTiles) {
  const FunctionMask mask(40, 48, [](auto q, auto k, auto) { return k <= q; });
  Grid grid({{40, 8}, {48, 16}});
  const Census census = survey(mask, {}, &grid);
  EXPECT_EQ(census.fullTiles, 0 + 0 + 1 + 1 + 2);
  EXPECT_EQ(census.partialTiles, 5);
  EXPECT_EQ(census.runs, 1 + 1 + 2 + 2 + 2);
  EXPECT_EQ(census.keysRead, 16 * (1 + 1 + 2 + 2 + 3));
  EXPECT_EQ(grid.at(4, 1).full, 8 * 16);
  EXPECT_EQ(grid.at(4, 2).full, 0);
  EXPECT_EQ(grid.at(4, 2).computed, 8 * 16);
  EXPECT_EQ(grid.at(4, 2).kept, 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8);
  EXPECT_EQ(grid.at(0, 1).computed, 0);
}

TEST(Survey, doesNotDependOnThreads) {
  const PartialMask mask(3000, 3000, [](auto q, auto k, auto) { return (q - k) % 7 == 0; });
  for (const Work work : {littleWork(3000), surveyWork}) {
    const Census one = survey(mask, {}, nullptr, work, 1),
                 four = survey(mask, {}, nullptr, work, 4);
    EXPECT_EQ(one.keptPairs, four.keptPairs);
    EXPECT_EQ(one.fingerprint, four.fingerprint);
    EXPECT_EQ(one.error, four.error);
  }
}

TEST(Survey, noticesWhoLooksAhead) {
  const auto ahead = [](std::int64_t queries, std::int64_t start, std::int64_t width) {
    FunctionMask mask(queries, 100, [=](auto q, auto k, auto) { return k <= q + start + width; });
    mask.qStart = start;
    return survey(mask, {}, nullptr).looksAhead;
  };
  EXPECT_FALSE(ahead(100, 0, 0));
  EXPECT_TRUE(ahead(100, 0, 1));
  EXPECT_FALSE(ahead(10, 90, 0));
  EXPECT_FALSE(ahead(1, 99, 5)); // there is no key behind the last one
  EXPECT_TRUE(ahead(10, 90, 1));
}

/// A sample of a causal mask, whose rows differ, estimates it within its own error.
TEST(Survey, samples) {
  constexpr std::int64_t seq = 20000;
  const PartialMask mask(seq, seq, [](auto q, auto k, auto) { return k <= q; }, 16);
  Grid grid({{seq, 500}, {seq, 500}});
  const Census census = survey(mask, {}, &grid, littleWork(seq));
  const double exact = seq / 2.0 * (seq + 1);
  EXPECT_FALSE(census.exact);
  EXPECT_EQ(census.rowsSeen, 64);
  EXPECT_GT(census.error, 0);
  EXPECT_LT(census.error, 0.02);
  EXPECT_NEAR(static_cast<double>(census.keptPairs), exact, census.error * exact);
  EXPECT_EQ(census.partialTiles, (seq / 16) * (seq / 32));
  // 64 queries are enough for cells of four of them.
  EXPECT_EQ(grid.queries.step, 2000);
  EXPECT_EQ(grid.queries.cells(), 10);
  std::int64_t queries = 0;
  for (std::int64_t row = 0; row < 10; ++row) {
    queries += grid.queriesSeen[row];
    if (row > 0) {
      EXPECT_EQ(grid.at(row, row - 1).kept, grid.pairs(row, row - 1)) << row;
    }
    if (row < 9) {
      EXPECT_EQ(grid.at(row, row + 1).kept, 0) << row;
    }
  }
  EXPECT_EQ(queries, seq);
}

/// The first rows are counted whole: 4 queries of 20,000 keep all 64 keys. A row of tiles
/// takes 160 + 16 * 64 * 1.5, so there is work for a tenth of the 1,250.
TEST(Survey, countsTheFirstRowsWhole) {
  const PartialMask mask(20000, 64, [](auto q, auto, auto) { return q < 4; }, 16);
  const Census census = survey(mask, {}, nullptr, 125 * (160 + 16 * 64 * 3 / 2));
  EXPECT_FALSE(census.exact);
  EXPECT_EQ(census.keptPairs, 4 * 64);
  EXPECT_EQ(census.error, 0);
}

/// No period of the sample meets one of the mask: a quarter of the queries keep all.
TEST(Survey, samplesPeriodicMasks) {
  constexpr std::int64_t seq = 1 << 15;
  for (const std::int64_t period : {4, 64, 512}) {
    const PartialMask mask(
        seq, 64, [=](auto q, auto, auto) { return q % period < period / 4; }, 16);
    const Census census = survey(mask, {}, nullptr, littleWork(64));
    EXPECT_FALSE(census.exact);
    EXPECT_NEAR(static_cast<double>(census.keptPairs) / (seq * 64), 0.25, 0.25 * census.error);
    EXPECT_GT(census.error, 0.1); // 64 queries: sqrt(3 / 64) = 0.22 is one standard error
    EXPECT_LT(census.error, 0.7);
  }
}

//===----------------------------------------------------------------------===//
// Groups of heads
//===----------------------------------------------------------------------===//

std::vector<std::string> labels(std::int64_t heads, std::int64_t batches,
                                const std::function<std::int64_t(Plane)> &kind) {
  class Kinds : public FunctionMask {
  public:
    explicit Kinds(std::function<std::int64_t(Plane)> kind)
        : FunctionMask(64, 64, nullptr), kind(std::move(kind)) {}
    std::int64_t list(Plane, std::int64_t begin, std::int64_t end,
                      std::vector<std::vector<TileRun>> &rows) const override {
      rows.assign(end - begin, {{0, 64, false}});
      return 1;
    }
    void keep(Plane plane, std::int64_t query, std::int64_t queries, std::int64_t key,
              std::int64_t keys, std::uint8_t *out) const override {
      for (std::int64_t q = query; q < query + queries; ++q)
        for (std::int64_t k = key; k < key + keys; ++k)
          *out++ = k == (q + kind(plane)) % 64; // as many pairs for every kind
    }

  private:
    std::function<std::int64_t(Plane)> kind;
  };
  const Kinds mask(kind);
  std::vector<std::string> result;
  for (const HeadGroup &group :
       surveyGroups(mask, heads, batches, {{{64, 1}, {64, 1}}, 2, {}}, 1)) {
    EXPECT_EQ(group.grid.has_value(), result.size() < 2);
    result.push_back(labelOf(group, heads, batches));
  }
  return result;
}

TEST(HeadGroups, labels) {
  using Labels = std::vector<std::string>;
  EXPECT_EQ(labels(1, 1, [](Plane) { return 0; }), Labels{""});
  EXPECT_EQ(labels(4, 1, [](Plane) { return 0; }), Labels{"heads 0-3"});
  EXPECT_EQ(labels(8, 1, [](Plane p) { return p.head < 2 ? 0 : 1; }),
            (Labels{"heads 0-1", "heads 2-7"}));
  EXPECT_EQ(labels(6, 1, [](Plane p) { return p.head % 3; }),
            (Labels{"heads 0, 3", "heads 1, 4", "heads 2, 5"}));
  EXPECT_EQ(labels(20, 1, [](Plane p) { return p.head % 2; }).front(), "heads 0, 2, 4 and 7 more");
  EXPECT_EQ(labels(1, 3, [](Plane p) { return p.batch / 2; }),
            (Labels{"batch entries 0-1", "batch entry 2"}));
  EXPECT_EQ(labels(3, 2, [](Plane p) { return p.head < 2 ? 0 : 1; }),
            (Labels{"heads 0-1 of batch entries 0-1", "head 2 of batch entries 0-1"}));
  EXPECT_EQ(labels(2, 2, [](Plane p) { return p.head + p.batch; }),
            (Labels{"head 0 of batch entry 0", "head 1 of batch entry 0 and 1 more",
                    "head 1 of batch entry 1"}));
}

} // namespace
