//===- SpecialValuesTest.cpp - Empty rows, extreme scores, NaN and infinity ---===//
#include "Harness.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const float notANumber = std::nanf("");

void expectZeros(const Tensors &tensors, std::int64_t row) {
  for (int channel = 0; channel < tensors.valueDim; ++channel)
    ASSERT_EQ(tensors.out[row * tensors.valueDim + channel], 0) << "row " << row;
  ASSERT_EQ(tensors.lse[row], -infinity) << "row " << row;
}

TEST(EmptyRows, allOfThem) {
  for (const char *text :
       {"pattern p() { keep false; }", "pattern p() { keep k > q + 100000; }",
        "pattern p() { keep k % 2 == 0 and k % 2 == 1; }", "pattern p() { score = log(0.0); }"}) {
    const CompiledPattern pattern(text);
    Tensors tensors = pattern.tensors(shape(2, 2, 1, 33, 70));
    EXPECT_EQ(pattern.check(tensors).rowsEmpty, 2 * 2 * 33) << text;
    for (std::int64_t row = 0; row < std::int64_t(2) * 2 * 33; ++row)
      expectZeros(tensors, row);
  }
}

TEST(EmptyRows, amongOthersOfTheirTile) {
  const CompiledPattern pattern("pattern p() { keep q % 3 == 0 and k <= q; }");
  gaze_shape given = shape(1, 1, 1, 60, 60);
  given.q_start = -10; // queries -10 to -1 have no key before them
  Tensors tensors = pattern.tensors(given);
  // Of -10 .. 49, the multiples of 3 from 0 on keep keys: 17 of them.
  EXPECT_EQ(pattern.check(tensors).rowsEmpty, 60 - 17);
  for (std::int64_t row = 0; row < 60; ++row)
    if (row < 10 || (row - 10) % 3 != 0)
      expectZeros(tensors, row);
}

/// Equal scores, however large: the mean of V, and score + log(keys).
TEST(Scores, equalAndExtreme) {
  for (const char *score : {"-1000000.0", "10000.0", "0.0", "-87.5", "1.0e30", "-1.0e30"}) {
    const CompiledPattern pattern("pattern p() { keep k <= q; score = " + std::string(score) +
                                  "; }");
    Tensors tensors = pattern.tensors(shape(1, 1, 1, 200, 200));
    pattern.check(tensors);
    double sum = 0;
    for (std::int64_t key = 0; key < 200; ++key)
      sum += tensors.v[key * tensors.valueDim];
    EXPECT_NEAR(tensors.out[199 * tensors.valueDim], sum / 200, 1e-6) << score;
  }
}

/// Some scores are lost beside others, on both ends of float32's exponents.
TEST(Scores, farApart) {
  const CompiledPattern pattern(
      "pattern p() { score = if k % 50 == 3 then 0.0 else -200.0 * (k % 7) - 1000.0; }");
  pattern.check(shape(1, 1, 1, 40, 160));
  const CompiledPattern rising("pattern p() { score = 0.0 + 90 * (k / 64); }");
  rising.check(shape(1, 1, 1, 40, 400));
  const CompiledPattern falling("pattern p() { score = 0.0 - 90 * (k / 64); }");
  falling.check(shape(1, 1, 1, 40, 400));
}

/// What stands in K and V at keys that are not kept never reaches the output.
TEST(NotANumber, neverLeaksFromMaskedKeys) {
  const CompiledPattern pattern("pattern p() { keep k % 5 != 2 and k <= q + 40 and k < 150; }");
  for (float bad : {notANumber, infinity, -infinity, 3e38F}) {
    Tensors tensors = pattern.tensors(shape(1, 2, 1, 64, 200));
    for (std::int64_t key = 0; key < 200; ++key) {
      if (key % 5 == 2 || key >= 150) {
        tensors.fillKey(tensors.k, key, bad);
        tensors.fillKey(tensors.v, key, bad);
      }
    }
    pattern.check(tensors);
    for (float value : tensors.out)
      ASSERT_TRUE(std::isfinite(value)) << bad;
  }
}

/// Rows that keep the bad key get NaN, their neighbours in the same tile do not.
TEST(NotANumber, arrivesWhereItIsKept) {
  const CompiledPattern pattern("pattern p() { keep k <= q; }");
  constexpr std::int64_t badKey = 70;
  for (bool inKeys : {true, false}) {
    Tensors tensors = pattern.tensors(shape(1, 2, 1, 130, 130));
    tensors.fillKey(inKeys ? tensors.k : tensors.v, badKey, notANumber);
    pattern.check(tensors);
    for (std::int64_t row = 0; row < 130; ++row) {
      ASSERT_EQ(std::isnan(tensors.out[row * tensors.valueDim]), row >= badKey) << row;
      ASSERT_EQ(std::isnan(tensors.lse[row]), inKeys && row >= badKey) << row;
    }
  }
}

TEST(NotANumber, inOneQueryStaysInItsRow) {
  const CompiledPattern pattern("pattern p() { keep k <= q; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 40, 40));
  tensors.q[7 * tensors.headDim + 3] = notANumber;
  pattern.check(tensors);
  for (std::int64_t row = 0; row < 40; ++row)
    ASSERT_EQ(std::isnan(tensors.out[row * tensors.valueDim]), row == 7) << row;
}

/// As a value, infinity is kept with its sign.
TEST(Infinity, arrivesFromKeptValues) {
  const CompiledPattern pattern("pattern p() { keep k <= q; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 100, 100));
  tensors.fillKey(tensors.v, 20, infinity);
  pattern.check(tensors);
  EXPECT_TRUE(std::isfinite(tensors.out[19 * tensors.valueDim]));
  EXPECT_EQ(tensors.out[20 * tensors.valueDim], infinity);
}

/// A score of -inf is as good as not kept, one of +inf gives no number.
TEST(Infinity, asAScore) {
  const CompiledPattern pattern("pattern p() {}");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 50, 80));
  for (std::int64_t row = 0; row < 50; ++row)
    tensors.q[row * tensors.headDim] = row % 2 ? 1.0F : -1.0F;
  tensors.k[33 * tensors.headDim] = infinity;
  pattern.check(tensors);
  EXPECT_TRUE(std::isfinite(tensors.out[0]));
  EXPECT_TRUE(std::isnan(tensors.out[tensors.valueDim]));
}

/// For each target that runs here, for it has code of its own for each of these.
class SpecialValues : public testing::TestWithParam<std::string> {
protected:
  void SetUp() override {
    try {
      checkRunsHere(GetParam());
    } catch (const CompileError &) {
      GTEST_SKIP() << "this machine cannot run " << GetParam();
    }
  }
  CompiledPattern compiled(const std::string &text, int headDim = 16) const {
    return CompiledPattern(text, headDim, 0, GetParam());
  }
};

/// The largest scores of whole rows, to which a finite sentinel for pairs that are not kept
/// would be a number like others.
TEST_P(SpecialValues, wholeRowsOfExtremeScores) {
  const CompiledPattern pattern =
      compiled("pattern p(to: float) { keep k <= q and k % 3 != 1; score = score + to; }");
  for (const double to : {1e4, -1e4, -524288.0, 524288.0, -1e30, 1e30, 0.0}) {
    Tensors tensors = pattern.tensors(shape(1, 2, 1, 150, 150));
    EXPECT_EQ(pattern.check(tensors, {{dsl::Type::Float, 0, to}}).rowsEmpty, 0) << to;
  }
}

/// Q of 64 and K of -64: FlashInfer's regression case, q . k = -524288 in every pair, exactly. Were
/// Q scaled or brought to base 2 before, no product would be exact, and as all are alike the
/// roundings of their sum would go to the same side, up to one for each channel. What is rounded
/// is the score in base 2 and the log-sum-exp; log2(e) and log(2) in float32 are off by less than a
/// quarter of that together.
TEST_P(SpecialValues, extremeDotProducts) {
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q; scale = 1; }", 128);
  for (const std::int64_t queries : {70, 1}) {
    Tensors tensors = pattern.tensors(shape(1, 1, 1, queries, 70));
    std::fill(tensors.q.begin(), tensors.q.end(), 64.0F);
    std::fill(tensors.k.begin(), tensors.k.end(), -64.0F);
    pattern.check(tensors);
    for (std::int64_t row = 0; row < queries; ++row) {
      const auto keys = static_cast<double>(70 - queries + row + 1);
      ASSERT_NEAR(tensors.lse[row], -524288 + std::log(keys), 2.25 * 0x1p-24 * 524288) << row;
    }
  }
}

TEST_P(SpecialValues, oneKey) {
  const CompiledPattern pattern = compiled("pattern p() { keep k == q / 2; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 70, 70));
  const float odd[] = {0x1p-149F, -0x1p-149F, 0x1.fffffep127F, 0.0F, -0.0F, 0x1p-126F};
  std::copy(std::begin(odd), std::end(odd), tensors.v.begin());
  pattern.check(tensors);
  for (std::int64_t row = 0; row < 70; ++row)
    for (std::int64_t d = 0; d < 16; ++d)
      ASSERT_EQ(tensors.out[row * 16 + d], tensors.v[row / 2 * 16 + d]) << row << ", " << d;
}

/// Below 2^-126: in Q and K they make scores of 0, in V they are averaged.
TEST_P(SpecialValues, denormals) {
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q; }");
  for (std::vector<float> Tensors::*which : {&Tensors::q, &Tensors::k, &Tensors::v}) {
    Tensors tensors = pattern.tensors(shape(1, 1, 1, 100, 100));
    for (float &value : tensors.*which)
      value *= 0x1p-135F;
    pattern.check(tensors);
  }
}

TEST_P(SpecialValues, zerosOfBothSigns) {
  const CompiledPattern pattern =
      compiled("pattern p() { keep 1 / max(-0.0, 0.0 * k) > 0 and 1 / min(0.0 * k, -0.0) < 0 and "
               "k <= q; score = score * -0.0; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 60, 60));
  std::fill(tensors.v.begin(), tensors.v.end(), -0.0F);
  EXPECT_EQ(pattern.check(tensors).rowsEmpty, 0);
}

/// Masked, it never leaks; kept, it arrives: in full tiles, in partial ones, and in a decode step.
TEST_P(SpecialValues, notANumberAndInfinity) {
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q and k % 40 != 7; }");
  for (const gaze_shape &given : {shape(1, 2, 1, 90, 200), shape(1, 2, 1, 1, 200)})
    for (const float bad : {notANumber, infinity, -infinity})
      for (const std::int64_t key : {7, 8, 150, 199})
        for (const bool inKeys : {true, false}) {
          Tensors tensors = pattern.tensors(given);
          tensors.fillKey(inKeys ? tensors.k : tensors.v, key, bad);
          pattern.check(tensors);
          for (const float value : tensors.out)
            ASSERT_TRUE(key != 7 || std::isfinite(value)) << bad;
        }
}

INSTANTIATE_TEST_SUITE_P(Targets, SpecialValues,
                         testing::Values("host", "x86-64", "x86-64-v3", "x86-64-v4",
                                         "x86-64-v4-bf16"),
                         [](const auto &target) {
                           std::string name = target.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace
