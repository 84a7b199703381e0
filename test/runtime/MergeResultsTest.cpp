//===- MergeResultsTest.cpp - gaze_merge, row by row ---------------------------===//
//
// Real kernels: test/numeric/MergingTest.cpp
//
//===----------------------------------------------------------------------===//
#include "gaze/gaze.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace gaze::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const float notANumber = std::nanf("");

/// A row of two channels and its log-sum-exp.
struct Row {
  float out[2];
  float lse;
};

Row merged(Row a, Row b) {
  merge(view(a.out, {1, 1, 1, 2}), view(&a.lse, {1, 1, 1}), view(b.out, {1, 1, 1, 2}),
        view(&b.lse, {1, 1, 1}));
  return a;
}

void expectEqual(const Row &a, const Row &b) {
  EXPECT_EQ(a.out[0], b.out[0]);
  EXPECT_EQ(a.out[1], b.out[1]);
  EXPECT_EQ(a.lse, b.lse);
}

TEST(MergeResults, weighsByTheLogSumExp) {
  expectEqual(merged({{2, 8}, 5}, {{4, -8}, 5}), {{3, 0}, 5 + std::log(2.0F)});
  // Weights 3/4 and 1/4, the other way round too.
  const float three = std::log(3.0F);
  for (const Row &row :
       {merged({{4, 8}, three}, {{8, 0}, 0}), merged({{8, 0}, 0}, {{4, 8}, three})}) {
    EXPECT_NEAR(row.out[0], 5, 1e-6);
    EXPECT_NEAR(row.out[1], 6, 1e-6);
    EXPECT_NEAR(row.lse, std::log(4.0F), 1e-6);
  }
}

TEST(MergeResults, ofVerySmallAndVeryLargeSums) {
  expectEqual(merged({{2, 8}, 3e38F}, {{4, -8}, -3e38F}), {{2, 8}, 3e38F});
  expectEqual(merged({{2, 8}, -3e38F}, {{4, -8}, -3e38F}), {{3, 0}, -3e38F});
}

TEST(MergeResults, ofRowsThatKeepNothing) {
  // Whatever stands in such a row.
  expectEqual(merged({{notANumber, infinity}, -infinity}, {{4, -8}, 5}), {{4, -8}, 5});
  expectEqual(merged({{4, -8}, 5}, {{notANumber, infinity}, -infinity}), {{4, -8}, 5});
  expectEqual(merged({{3, 3}, -infinity}, {{4, 4}, -infinity}), {{0, 0}, -infinity});
}

TEST(MergeResults, ofInfinities) {
  expectEqual(merged({{2, 8}, infinity}, {{4, -8}, 5}), {{2, 8}, infinity});
  expectEqual(merged({{4, -8}, 5}, {{2, 8}, infinity}), {{2, 8}, infinity});
  const Row both = merged({{2, 8}, infinity}, {{4, -8}, infinity});
  EXPECT_TRUE(std::isnan(both.out[0]) && std::isnan(both.lse));
}

TEST(MergeResults, notANumberStays) {
  for (const Row &row :
       {merged({{2, 8}, notANumber}, {{4, -8}, 5}), merged({{2, 8}, 5}, {{4, -8}, notANumber})})
    EXPECT_TRUE(std::isnan(row.out[0]) && std::isnan(row.out[1]) && std::isnan(row.lse));
  const Row inOne = merged({{notANumber, 8}, 5}, {{4, -8}, 5});
  EXPECT_TRUE(std::isnan(inOne.out[0]));
  EXPECT_EQ(0, inOne.out[1]);
}

/// 2 batch entries, 3 heads, 700 rows of 40 channels: many items, with strides, and the
/// same bits on any threads.
TEST(MergeResults, inAnyLayout) {
  const std::int64_t rows = 2 * 3 * 700;
  std::vector<float> outA(rows * 40), outB(rows * 40), lseA(rows), lseB(rows);
  for (std::int64_t i = 0; i < rows * 40; ++i) {
    outA[i] = static_cast<float>(i % 97);
    outB[i] = static_cast<float>(i % 89);
    lseA[i / 40] = static_cast<float>(i / 40 % 7);
    lseB[i / 40] = static_cast<float>(i / 40 % 11);
  }
  std::vector<float> out(rows * 40), lse(rows), outOther(rows * 40), lseOther(rows);
  const auto a = view(outA.data(), {2, 3, 700, 40}), b = view(outB.data(), {2, 3, 700, 40});
  const auto la = view(lseA.data(), {2, 3, 700}), lb = view(lseB.data(), {2, 3, 700});
  merge(a, la, b, lb, view(out.data(), {2, 3, 700, 40}), view(lse.data(), {2, 3, 700}), 1);
  // [batch, seq, heads, dim]
  merge(a, la, b, lb, view(outOther.data(), {2, 3, 700, 40}, {700 * 120, 40, 120, 1}),
        view(lseOther.data(), {2, 3, 700}, {2100, 1, 3}), 3);
  for (std::int64_t batch = 0; batch < 2; ++batch)
    for (std::int64_t head = 0; head < 3; ++head)
      for (std::int64_t row = 0; row < 700; ++row) {
        const std::int64_t byHead = (batch * 3 + head) * 700 + row;
        const std::int64_t byRow = (batch * 700 + row) * 3 + head;
        ASSERT_EQ(lse[byHead], lseOther[byRow]);
        for (std::int64_t i = 0; i < 40; ++i)
          ASSERT_EQ(out[byHead * 40 + i], outOther[byRow * 40 + i]);
      }
  merge(a, la, b, lb, b, lb, 2); // into b
  EXPECT_EQ(out, outB);
  EXPECT_EQ(lse, lseB);
  merge(a, la, view(out.data(), {2, 3, 700, 40}), view(lse.data(), {2, 3, 700}));
  EXPECT_NE(out, outA);
}

template <typename Element> void checkSixteenBits() {
  Element a[2] = {Element(2.0F), Element(1.0F)}, b[2] = {Element(4.0F), Element(1.0F / 3)};
  float lse[2] = {1, 1};
  merge(view(a, {1, 1, 1, 2}), view(&lse[0], {1, 1, 1}), view(b, {1, 1, 1, 2}),
        view(&lse[1], {1, 1, 1}));
  EXPECT_EQ(3, static_cast<float>(a[0]));
  EXPECT_EQ(Element((1 + static_cast<float>(b[1])) / 2).bits, a[1].bits);
}

TEST(MergeResults, ofSixteenBits) {
  checkSixteenBits<float16>();
  checkSixteenBits<bfloat16>();
}

class MergeArguments : public testing::Test {
protected:
  std::vector<float> data = std::vector<float>(6 * 60);
  gaze_tensor outA = view(&data[0], {1, 2, 5, 6}), outB = view(&data[60], {1, 2, 5, 6}),
              out = view(&data[120], {1, 2, 5, 6}), lseA = view(&data[180], {1, 2, 5}),
              lseB = view(&data[240], {1, 2, 5}), lse = view(&data[300], {1, 2, 5});

  std::string refusal() const {
    const Status status = tryMerge(outA, lseA, outB, lseB, out, lse);
    EXPECT_EQ(status.ok() ? GAZE_OK : GAZE_INVALID_ARGUMENT, status.code());
    return status.message();
  }
};

TEST_F(MergeArguments, areRefused) {
  EXPECT_EQ("", refusal());
  gaze_error error;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_merge(nullptr, &lseA, &outB, &lseB, &out, &lse, nullptr, &error));
  EXPECT_STREQ("out_a is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_merge(&outA, &lseA, &outB, nullptr, &out, &lse, nullptr, &error));
  EXPECT_STREQ("lse_b is null", error.message);
  EXPECT_EQ(GAZE_OK, gaze_merge(&outA, &lseA, &outB, &lseB, &out, nullptr, nullptr, &error));
  outA.element = GAZE_ELEMENT_INT32;
  EXPECT_EQ("out_a is int32; float32, float16 and bfloat16 are merged", refusal());
  outA.element = GAZE_ELEMENT_FLOAT16;
  EXPECT_EQ("out_b is float32, out_a is float16", refusal());
  outA.element = GAZE_ELEMENT_FLOAT32;
  lseB.element = GAZE_ELEMENT_FLOAT16;
  EXPECT_EQ("lse_b is float16, a log-sum-exp is float32", refusal());
  lseB.element = GAZE_ELEMENT_FLOAT32;
  outB.extents[2] = 4;
  EXPECT_EQ("out_b is [1, 2, 4, 6], out_a is [1, 2, 5, 6]", refusal());
  outB.extents[2] = 5;
  lseA.extents[1] = 1;
  EXPECT_EQ("lse_a is [1, 1, 5], of out_a there are [1, 2, 5]", refusal());
  lseA.extents[1] = 2;
  outA.extents[0] = 0;
  EXPECT_EQ("out_a has an extent of 0; extents are at least 1", refusal());
  outA.extents[0] = 1;
  outA.rank = 2;
  EXPECT_EQ("out_a has rank 2, not 4: [batch, heads, seq, dim]", refusal());
}

TEST_F(MergeArguments, thatOverlap) {
  out = outB;
  lse = lseA;
  EXPECT_EQ("", refusal());
  out.strides[1] = 36; // not quite b
  EXPECT_EQ("out overlaps out_b", refusal());
  out = view(&data[58], {1, 2, 5, 6});
  EXPECT_EQ("out overlaps out_a", refusal());
  out = view(&data[120], {1, 2, 5, 6});
  lse = view(&data[121], {1, 2, 5});
  EXPECT_EQ("lse overlaps out", refusal());
  lse = view(&data[59], {1, 2, 5});
  EXPECT_EQ("lse overlaps out_a", refusal());
  lse = view(&data[185], {1, 2, 5});
  EXPECT_EQ("lse overlaps lse_a", refusal());
}

} // namespace
} // namespace gaze::test
