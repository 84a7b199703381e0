//===- ReferenceTest.cpp - The float64 reference, by hand ---------------------===//
#include "Harness.h"
#include "dsl/Load.h"

#include <cmath>
#include <limits>

using namespace gaze;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

reference::Result attention(const std::string &text, const gaze_shape &shape, int headDim,
                            int valueDim, const std::vector<float> &q, const std::vector<float> &k,
                            const std::vector<float> &v) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program = dsl::loadText("test.gaze", text, {}, diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.render(program.sources);
  const dsl::Interpreter interpreter(program, program.patterns.at(0), {});
  return reference::attention(interpreter, shape, headDim, valueDim, q.data(), k.data(), v.data());
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

} // namespace
