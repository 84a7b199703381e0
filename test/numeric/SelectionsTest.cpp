//===- SelectionsTest.cpp - What the reference selects, by hand ----------------===//
#include "compiler/reference/Selections.h"
#include "Harness.h"
#include "compiler/reference/Compare.h"
#include "dsl/Load.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace gaze;

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// A pattern of one statement `keep`, beside tensors of one channel.
class Selected {
public:
  Selected(const std::string &keep, const gaze_shape &ofTensors, std::vector<float> queries,
           std::vector<float> keys)
      : shape(ofTensors), q(std::move(queries)), k(std::move(keys)),
        program(loaded("pattern p() { keep " + keep + "; }")),
        interpreter(program, program.patterns.at(0), {}),
        selections(interpreter, shape, 1, q.data(), k.data()) {}

  /// A row for each query and a column for each key, '#' where the query sees the key.
  std::string mask(std::int64_t head = 0) const {
    std::string drawn;
    for (std::int64_t row = 0; row < shape.seq_q; ++row, drawn += ' ')
      for (std::int64_t key = 0; key < shape.seq_k; ++key)
        drawn += interpreter.keep(pair(row, key, head), &selections) ? '#' : '.';
    drawn.pop_back();
    return drawn;
  }
  dsl::Coordinates pair(std::int64_t row, std::int64_t key, std::int64_t head = 0) const {
    dsl::Coordinates at;
    at.integers = {row + shape.q_start, key, head, 0, shape.seq_q, shape.seq_k, shape.heads, 1};
    return at;
  }
  const reference::Choice &choice(const dsl::Selection &selection, std::int64_t row) const {
    return selections.choice(selection, pair(row, 0));
  }
  reference::Result attention() const {
    return reference::attention(interpreter, shape, 1, 1, q.data(), k.data(), k.data());
  }

private:
  static dsl::Program loaded(const std::string &text) {
    dsl::Diagnostics diagnostics;
    dsl::Program program = dsl::loadText("test.gaze", text, {}, diagnostics);
    EXPECT_TRUE(diagnostics.empty()) << diagnostics.render(program.sources);
    return program;
  }

  gaze_shape shape;
  std::vector<float> q, k;
  dsl::Program program;
  dsl::Interpreter interpreter;
  reference::Selections selections;
};

/// Blocks of two keys with the means 2, 0, 4, the bounds 1..3, -5..5, 4..4 and the first keys
/// 1, 5, 4.
const std::vector<float> keys = {1, 3, 5, -5, 4, 4};
const std::vector<float> ones(6, 1);
const gaze_shape six = {1, 1, 1, 6, 6, 0};
/// One query for each of two signs, which see all keys.
const gaze_shape two = {1, 1, 1, 2, 6, 0};
const std::vector<float> signs = {1, -1};

/// Under `k <= q` a group of two queries may see the blocks before its own: the second query of
/// the group could see all of its own, the first could not.
TEST(Selections, candidatesDoNotLeak) {
  EXPECT_EQ(Selected("k <= q and (q / 2 == k / 2 or top_blocks(1, 2))", six, ones, keys).mask(),
            "#..... ##.... ###... ####.. ##..#. ##..##");
}

/// Alone, a query may see its own block when it is the last of it.
TEST(Selections, everyQueryAlone) {
  EXPECT_EQ(
      Selected("k <= q and top_blocks(1, 2, share = 1)", six, {1, 1, 1, -1, 1, 1}, keys).mask(),
      "...... ##.... ##.... ..##.. ##.... ....##");
}

TEST(Selections, byMeanBoundsAndFirstKey) {
  EXPECT_EQ(Selected("top_blocks(2, 2, mean, 1)", two, signs, keys).mask(), "##..## ####..");
  EXPECT_EQ(Selected("top_blocks(2, 2, minmax, 1)", two, signs, keys).mask(), "..#### ####..");
  EXPECT_EQ(Selected("top_blocks(2, 2, first, 1)", two, signs, keys).mask(), "..#### ##..##");
}

/// The groups 0..2 and 3..5 have the mean queries -1 and 1.
TEST(Selections, aShareThatIsNotTheBlock) {
  EXPECT_EQ(Selected("top_blocks(1, 2, share = 3)", six, {1, 1, -5, 1, 1, 1}, keys).mask(),
            "..##.. ..##.. ..##.. ....## ....## ....##");
}

TEST(Selections, equalScoresGoToTheLowerIndex) {
  EXPECT_EQ(Selected("top_blocks(2, 2)", two, {1, 1}, {1, 1, 1, 1, 1, 1}).mask(), "####.. ####..");
}

TEST(Selections, fewerCandidatesThanCount) {
  EXPECT_EQ(Selected("top_blocks(9, 2)", two, signs, keys).mask(), "###### ######");
  EXPECT_EQ(Selected("top_blocks(0, 2)", two, signs, keys).mask(), "...... ......");
}

/// Query heads 0 and 1 read key head 0, whose first block is the best; 2 and 3 read key head 1.
TEST(Selections, groupedHeads) {
  const Selected selected("top_blocks(1, 2)", {1, 4, 2, 1, 4, 0}, {1, 1, 1, 1},
                          {2, 2, 1, 1, 3, 3, 4, 4});
  EXPECT_EQ(selected.mask(0), "##..");
  EXPECT_EQ(selected.mask(1), "##..");
  EXPECT_EQ(selected.mask(2), "..##");
  EXPECT_EQ(selected.mask(3), "..##");
}

/// With everything selected `not` leaves no pair, so there is no candidate, so nothing is
/// selected, and `not` leaves every pair.
TEST(Selections, withinNotAndOr) {
  EXPECT_EQ(Selected("not top_blocks(1, 2)", two, signs, keys).mask(), "###### ######");
  EXPECT_EQ(Selected("k != 4 and top_blocks(1, 2, share = 1)", two, signs, keys).mask(),
            "##.... ..##..");
  EXPECT_EQ(Selected("k == 1 or top_blocks(1, 2, share = 1)", two, signs, keys).mask(),
            ".#..## .###..");
  EXPECT_EQ(Selected("k < 4 and not (k < 2 and not top_blocks(1, 2))", two, {-1, -1}, keys).mask(),
            "..##.. ..##..");
}

/// Blocks of two by their means, or blocks of three by their first keys 1 and -5.
TEST(Selections, twoOfThem) {
  EXPECT_EQ(Selected("top_blocks(1, 2) or top_blocks(1, 3, by = first)", two, {1, 1}, keys).mask(),
            "###.## ###.##");
  EXPECT_EQ(
      Selected("top_blocks(1, 2) and top_blocks(1, 3, by = first)", two, {-1, -1}, keys).mask(),
      "...#.. ...#..");
}

/// Queries 3, 4 and 5 with share 4 are the groups {3} and {4, 5}.
TEST(Selections, behindACache) {
  EXPECT_EQ(
      Selected("k <= q and top_blocks(1, 2, share = 4)", {1, 1, 1, 3, 6, 3}, {-1, 3, -1}, keys)
          .mask(),
      "..##.. ##.... ##....");
  EXPECT_EQ(Selected("top_blocks(1, 2, share = 4)", {1, 1, 1, 1, 6, 5}, {1}, keys).mask(),
            "....##");
  // Groups lie at multiples of their size below 0 as well: {-3, -2, -1} and {0}.
  EXPECT_EQ(
      Selected("top_blocks(1, 2, share = 4)", {1, 1, 1, 4, 6, -3}, {-1, -1, 1, 1}, keys).mask(),
      "..##.. ..##.. ..##.. ....##");
}

/// The last block has the key 4 alone, and its mean is 4.
TEST(Selections, theLastBlockMayBeIncomplete) {
  EXPECT_EQ(Selected("top_blocks(1, 2)", {1, 1, 1, 1, 5, 0}, {1}, {1, 3, 5, -5, 4}).mask(),
            "....#");
}

/// NaN is behind every number, -inf included; among themselves by their index.
TEST(Selections, nanIsBehindAllOthers) {
  const gaze_shape one = {1, 1, 1, 1, 6, 0};
  for (const char *by : {"mean", "minmax"}) {
    const std::string name = by;
    EXPECT_EQ(Selected("top_blocks(2, 2, " + name + ")", one, {1}, {1, 1, 9, nan, 0, 0}).mask(),
              "##..##");
    EXPECT_EQ(Selected("top_blocks(2, 2, " + name + ")", one, {1}, {1, nan, nan, 9, 0, 0}).mask(),
              "##..##");
    EXPECT_EQ(
        Selected("top_blocks(1, 2, " + name + ")", one, {1}, {nan, 1, -infinity, -infinity, nan, 9})
            .mask(),
        "..##..");
  }
}

TEST(Selections, keepsOnlyWhatRoundingCannotChange) {
  // 1 + 2^-23 and 1: their difference is as large as one rounding.
  const float near = 1 + 0x1p-23F;
  EXPECT_TRUE(Selected("true", two, {1, 1}, {1, 1, near, near, 0, 0})
                  .choice({1, 2, 2, dsl::SelectBy::Mean}, 0)
                  .undecided);
  EXPECT_FALSE(Selected("true", two, {1, 1}, {1, 1, 1.001F, 1.001F, 0, 0})
                   .choice({1, 2, 2, dsl::SelectBy::Mean}, 0)
                   .undecided);
  // Two that are equal and both selected, or both not, leave no doubt.
  EXPECT_FALSE(Selected("true", two, {1, 1}, {1, 1, 1, 1, 0, 0})
                   .choice({2, 2, 2, dsl::SelectBy::Mean}, 0)
                   .undecided);
  // What float32 cannot hold leaves some.
  EXPECT_TRUE(Selected("true", two, {1e30F, 1e30F}, {1e9F, 1e9F, 2e9F, 2e9F, 0, 0})
                  .choice({1, 2, 2, dsl::SelectBy::Mean}, 0)
                  .undecided);
}

/// An output that is not the reference's is no error where rounding may select another block, and
/// one where it may not.
TEST(Selections, aTieIsNoError) {
  const auto found = [](float second, float out) {
    const Selected selected("top_blocks(1, 2)", {1, 1, 1, 1, 4, 0}, {1}, {1, 2, 2, second});
    reference::Result expected = selected.attention();
    EXPECT_TRUE(expected.selects);
    std::vector<float> lse = {static_cast<float>(expected.lse[0])};
    out *= static_cast<float>(expected.largestValue);
    return reference::compare(expected, 1, &out, lse.data());
  };
  const float mean = 0.25, none = 1.1F; // what another block may have given
  const reference::Comparison tied = found(1, mean);
  EXPECT_TRUE(tied.ok);
  EXPECT_EQ(tied.rowsUndecided, 1);
  EXPECT_EQ(tied.maxAbsError, 0);
  EXPECT_FALSE(found(1, none).ok);
  EXPECT_FALSE(found(1, std::nanf("")).ok);
  const reference::Comparison apart = found(1.5, mean);
  EXPECT_FALSE(apart.ok);
  EXPECT_EQ(apart.rowsUndecided, 0);
  EXPECT_EQ(apart.worstRow, 0);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Each beside the reference: a few queries and many, grouped heads, behind a cache and
/// before the first key, with a last block that is incomplete.
TEST(Selections, kernelsSelectAsTheReference) {
  for (const char *keep :
       {"top_blocks(2, 7)", "k <= q and top_blocks(3, 8, minmax, share = 1)",
        "k <= q and (q / 16 == k / 16 or top_blocks(2, 16, first))", "top_blocks(0, 8) or k == q",
        "top_blocks(99, 8, share = 3) and k % 2 == head % 2",
        "k <= q and not (k < 40 and not top_blocks(1, 10, share = 5))",
        "if head == 0 then top_blocks(1, 9) else top_blocks(2, 4, minmax, 64)"}) {
    SCOPED_TRACE(keep);
    const test::CompiledPattern pattern("pattern p() { keep " + std::string(keep) + "; }", 16);
    for (const gaze_shape &each : {test::shape(2, 4, 2, 61, 61), test::shape(1, 2, 1, 1, 75),
                                   gaze_shape{1, 2, 2, 40, 53, -9}}) {
      const reference::Result expected = pattern.check(each);
      EXPECT_TRUE(expected.selects);
      // What is compared has few ties, or nothing would be.
      EXPECT_LE(std::count(expected.undecided.begin(), expected.undecided.end(), 1),
                static_cast<std::ptrdiff_t>(expected.undecided.size() / 20));
    }
  }
}

TEST(Selections, kernelsPutNanBehindAllOthers) {
  for (const char *by : {"mean", "minmax", "first"}) {
    const test::CompiledPattern pattern(
        "pattern p() { keep top_blocks(2, 8, " + std::string(by) + ", 1); }", 16);
    test::Tensors tensors = pattern.tensors(test::shape(1, 2, 1, 40, 40));
    tensors.fillKey(tensors.k, 8, nan);
    tensors.fillKey(tensors.k, 32, nan);
    const reference::Result expected = pattern.check(tensors);
    EXPECT_EQ(expected.undecided, std::vector<char>(expected.undecided.size()));
  }
}

TEST(Selections, patternsWithoutThemHaveNone) {
  const reference::Result result = Selected("k <= q", six, ones, keys).attention();
  EXPECT_FALSE(result.selects);
  EXPECT_EQ(result.undecided, std::vector<char>(6));
}

} // namespace
