//===- ReferenceTest.cpp - The float64 reference, by hand ---------------------===//
#include "Harness.h"
#include "compiler/reference/MaskCost.h"
#include "dsl/Load.h"

#include <cmath>
#include <limits>

using namespace gaze;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

reference::Result attention(const std::string &text, const gaze_shape &shape, int headDim,
                            int valueDim, const std::vector<float> &q, const std::vector<float> &k,
                            const std::vector<float> &v,
                            reference::Pairs pairs = reference::Pairs::Kept,
                            const std::vector<dsl::InputTensor> &inputs = {}) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program = dsl::loadText("test.gaze", text, {}, diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.render(program.sources);
  const dsl::Interpreter interpreter(program, program.patterns.at(0), {}, inputs);
  return reference::attention(interpreter, shape, headDim, valueDim, q.data(), k.data(), v.data(),
                              {}, pairs);
}

/// Scores ln 1 and ln 3 over two keys: weights 1/4 and 3/4, log-sum-exp ln 4.
TEST(Reference, twoKeys) {
  const auto result = attention("pattern p() { scale = 1; }", {1, 1, 1, 1, 2, 1}, 1, 2, {1},
                                {0, std::log(3.0F)}, {8, 0, 0, -4});
  EXPECT_NEAR(result.out[0], 2, 1e-7);
  EXPECT_NEAR(result.out[1], -3, 1e-7);
  EXPECT_NEAR(result.lse[0], std::log(4), 1e-7);
  EXPECT_NEAR(result.magnitude[0], 0.25 * 8 + 0.75 * 4, 1e-6);
  EXPECT_EQ(result.rowsEmpty, 0);
}

/// 1 / sqrt(head_dim) is the scale where the pattern gives none: 6 * 6 / sqrt(4).
TEST(Reference, theDefaultScale) {
  const auto result =
      attention("pattern p() {}", {1, 1, 1, 1, 1, 0}, 4, 1, {6, 0, 0, 0}, {6, 0, 0, 0}, {5});
  EXPECT_DOUBLE_EQ(result.lse[0], 18);
  EXPECT_DOUBLE_EQ(result.out[0], 5);
}

/// The score statements see the scaled score, and the position of row 0 is q_start.
TEST(Reference, scoresAndPositions) {
  const auto result = attention("pattern p() { scale = 2; score = score + 10 * q; }",
                                {1, 1, 1, 2, 1, 7}, 1, 1, {1, 2}, {3}, {1});
  EXPECT_DOUBLE_EQ(result.lse[0], 6 + 70);
  EXPECT_DOUBLE_EQ(result.lse[1], 12 + 80);
}

/// Query heads 0 and 1 read key head 0, heads 2 and 3 read key head 1.
TEST(Reference, groupedHeads) {
  const auto result = attention("pattern p() { scale = 0; }", {2, 4, 2, 1, 1, 0}, 1, 1,
                                std::vector<float>(8), std::vector<float>(4), {1, 2, 3, 4});
  EXPECT_EQ(result.out, (std::vector<double>{1, 1, 2, 2, 3, 3, 4, 4}));
}

/// What stands at keys that are not kept is never read; no key, no number.
TEST(Reference, masksAndEmptyRows) {
  const float bad = std::nanf("");
  const auto result = attention("pattern p() { keep k < q; }", {1, 1, 1, 2, 2, 0}, 1, 1, {1, 1},
                                {2, bad}, {5, bad});
  EXPECT_EQ(result.out, (std::vector<double>{0, 5}));
  EXPECT_EQ(result.lse, (std::vector<double>{-infinity, 2}));
  EXPECT_EQ(result.rowsEmpty, 1);
}

TEST(Reference, aScoreOfMinusInfinityKeepsNothing) {
  const auto result = attention("pattern p() { score = if k == 0 then log(0.0) else score; }",
                                {1, 1, 1, 1, 2, 0}, 1, 1, {1}, {9, 0}, {7, 3});
  EXPECT_EQ(result.out[0], 3);
  EXPECT_EQ(result.lse[0], 0);
}

TEST(Reference, aKeptNaNArrives) {
  const auto result =
      attention("pattern p() {}", {1, 1, 1, 1, 3, 0}, 1, 1, {1}, {1, std::nanf(""), 5}, {1, 1, 1});
  EXPECT_TRUE(std::isnan(result.out[0]));
  EXPECT_TRUE(std::isnan(result.lse[0]));
}

TEST(Reference, progressRises) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program = dsl::loadText("test.gaze", "pattern p() {}", {}, diagnostics);
  const dsl::Interpreter interpreter(program, program.patterns.at(0), {});
  const std::vector<float> zeros(100);
  double last = 0;
  reference::attention(interpreter, {1, 1, 1, 100, 1, 0}, 1, 1, zeros.data(), zeros.data(),
                       zeros.data(), [&](double share) {
                         EXPECT_GT(share, last);
                         last = share;
                       });
  EXPECT_LE(last, 1);
}

/// Without the mask, and with the same scale and score.
TEST(Reference, pairsThatDenseAttentionTakes) {
  const std::string text = "pattern p() { keep k == 3; scale = 2; score = score + k; }";
  const gaze_shape shape = {1, 1, 1, 1, 4, 2};
  const std::vector<float> q = {1}, k = {5, 4, 3, 2}, v = {1, 2, 3, 4};
  const auto lse = [&](reference::Pairs pairs) {
    return attention(text, shape, 1, 1, q, k, v, pairs).lse[0];
  };
  EXPECT_DOUBLE_EQ(lse(reference::Pairs::Kept), 7);
  const double upToQuery = std::exp(10) + std::exp(9) + std::exp(8);
  EXPECT_DOUBLE_EQ(lse(reference::Pairs::UpToQuery), std::log(upToQuery));
  EXPECT_DOUBLE_EQ(lse(reference::Pairs::All), std::log(upToQuery + std::exp(7)));
}

/// An index outside of an input ends the walk where its element counts: not in a pair
/// that does not take part, and not in the scale of a row without one.
TEST(Reference, indicesOutsideOfAnInput) {
  const float element = 3;
  const dsl::InputTensor input = {{1}, nullptr, &element, nullptr};
  const auto lse = [&](const std::string &statements, reference::Pairs pairs) {
    const std::vector<float> ones(100, 1);
    return attention("pattern p() { input x: float[1]; " + statements + " }", {1, 1, 1, 100, 2, 0},
                     1, 1, ones, ones, ones, pairs, {input})
        .lse[0];
  };
  const std::string score = "keep k == 0; scale = 1; score = score + x[k];";
  EXPECT_EQ(lse(score, reference::Pairs::Kept), 4);
  EXPECT_THROW(lse(score, reference::Pairs::All), dsl::OutOfRange);
  const std::string scale = "keep q == 0 and k == 0; scale = x[q];";
  EXPECT_EQ(lse(scale, reference::Pairs::Kept), 3);
  EXPECT_THROW(lse(scale, reference::Pairs::UpToQuery), dsl::OutOfRange);
}

/// Whether a later key takes part; one whose score is -inf does not.
TEST(Reference, causality) {
  const auto causal = [](const std::string &statements, std::int64_t qStart) {
    const std::vector<float> zeros(5);
    return attention("pattern p() { " + statements + " }", {1, 1, 1, 5, 5, qStart}, 1, 1, zeros,
                     zeros, zeros)
        .causal;
  };
  EXPECT_TRUE(causal("keep k <= q;", 0));
  EXPECT_FALSE(causal("keep k <= q or (q == 3 and k == 4);", 0));
  EXPECT_FALSE(causal("", 0));
  EXPECT_FALSE(causal("", 3));
  EXPECT_TRUE(causal("", 4));
  EXPECT_TRUE(causal("score = if k <= q then score else log(0.0);", 0));
  EXPECT_TRUE(causal("keep k < 0;", 0));
}

/// What the mask of a pattern costs beside attention over `pairs`.
reference::MaskCost maskCost(const std::string &text, const gaze_shape &shape, int valueDim,
                             const std::vector<float> &k, const std::vector<float> &v,
                             reference::Pairs pairs = reference::Pairs::All) {
  const std::vector<float> q(shape.batch * shape.heads * shape.seq_q, 1);
  return reference::maskCost(attention(text, shape, 1, valueDim, q, k, v),
                             attention(text, shape, 1, valueDim, q, k, v, pairs), shape, valueDim);
}

/// Weights 1/4 and 3/4, as in twoKeys: (8, 0) instead of (2, -3).
TEST(MaskCost, oneOfTwoKeys) {
  const reference::MaskCost cost =
      maskCost("pattern p() { keep k == 0; scale = 1; }", {1, 1, 1, 1, 2, 1}, 2,
               {0, std::log(3.0F)}, {8, 0, 0, -4});
  EXPECT_DOUBLE_EQ(cost.all.pairs, 0.5);
  EXPECT_NEAR(cost.all.massMean, 0.25, 1e-7);
  EXPECT_NEAR(cost.all.massWorst, 0.25, 1e-7);
  EXPECT_NEAR(cost.all.relativeError, std::sqrt(45.0 / 13.0), 1e-6);
}

/// Row i keeps i + 1 of 150 equal weights; 1 % of 150 rows are two.
TEST(MaskCost, theWorstRows) {
  const std::vector<float> zeros(150);
  const reference::MaskCost cost =
      maskCost("pattern p() { keep k <= q; }", {1, 1, 1, 150, 150, 0}, 1, zeros, zeros);
  EXPECT_NEAR(cost.all.massMean, 151.0 / 300, 1e-12);
  EXPECT_NEAR(cost.all.massWorst, 1.5 / 150, 1e-12);
  EXPECT_NEAR(cost.all.pairs, 151.0 / 300, 1e-12);
  EXPECT_EQ(cost.all.relativeError, 0); // all values are 0
}

/// Head 0 keeps key 0 of two and head 1 both, in each of two batch entries: head 0 gives
/// v[0] = 3 and 1 where dense attention gives 2 and 0, and head 1 gives 2 and 0.
TEST(MaskCost, byHeadOverTheBatch) {
  const reference::MaskCost cost = maskCost("pattern p() { keep head == 1 or k == 0; scale = 0; }",
                                            {2, 2, 1, 1, 2, 0}, 1, {0, 0, 0, 0}, {3, 1, 1, -1});
  ASSERT_EQ(cost.heads.size(), 2U);
  EXPECT_DOUBLE_EQ(cost.heads[0].massMean, 0.5);
  EXPECT_DOUBLE_EQ(cost.heads[0].pairs, 0.5);
  EXPECT_DOUBLE_EQ(cost.heads[0].relativeError, std::sqrt(2.0 / 4.0));
  EXPECT_DOUBLE_EQ(cost.heads[1].massMean, 1);
  EXPECT_EQ(cost.heads[1].relativeError, 0);
  EXPECT_DOUBLE_EQ(cost.all.massMean, 0.75);
  EXPECT_DOUBLE_EQ(cost.all.massWorst, 0.5);
  EXPECT_DOUBLE_EQ(cost.all.relativeError, std::sqrt(2.0 / 8.0));
}

/// A row that keeps nothing loses everything.
TEST(MaskCost, nothingKept) {
  const reference::MaskCost cost =
      maskCost("pattern p() { keep k < 0; }", {1, 1, 1, 3, 3, 0}, 1, {1, 2, 3}, {1, 1, 1});
  EXPECT_EQ(cost.all.pairs, 0);
  EXPECT_EQ(cost.all.massMean, 0);
  EXPECT_EQ(cost.all.massWorst, 0);
  EXPECT_DOUBLE_EQ(cost.all.relativeError, 1);
}

/// Queries before the first key have nothing to lose; where there are no others, there
/// is no mass to speak of.
TEST(MaskCost, rowsThatDenseAttentionLeavesEmpty) {
  const std::string causal = "pattern p() { keep k <= q; }";
  const auto costFrom = [&](std::int64_t qStart) {
    return maskCost(causal, {1, 1, 1, 2, 2, qStart}, 1, {1, 2}, {3, 4}, reference::Pairs::UpToQuery)
        .all;
  };
  EXPECT_EQ(costFrom(-1).massMean, 1);
  EXPECT_EQ(costFrom(-1).pairs, 1);
  EXPECT_EQ(costFrom(-1).relativeError, 0);
  EXPECT_TRUE(std::isnan(costFrom(-2).massMean));
  EXPECT_TRUE(std::isnan(costFrom(-2).massWorst));
  EXPECT_TRUE(std::isnan(costFrom(-2).pairs));
  EXPECT_EQ(costFrom(-2).relativeError, 0);
}

/// Dense attention reads what the pattern does not: NaN there is no number here, and
/// stays in its head.
TEST(MaskCost, notANumber) {
  const float bad = std::nanf("");
  const reference::MaskCost cost = maskCost("pattern p() { keep k == 0; scale = 1; }",
                                            {1, 2, 2, 1, 2, 1}, 1, {0, bad, 0, 0}, {1, 1, 1, 1});
  EXPECT_TRUE(std::isnan(cost.heads[0].massMean));
  EXPECT_TRUE(std::isnan(cost.heads[0].massWorst));
  EXPECT_TRUE(std::isnan(cost.heads[0].relativeError));
  EXPECT_EQ(cost.heads[1].massMean, 0.5);
  EXPECT_EQ(cost.heads[1].relativeError, 0);
  EXPECT_TRUE(std::isnan(cost.all.massMean));
  EXPECT_TRUE(std::isnan(cost.all.relativeError));
}

} // namespace
