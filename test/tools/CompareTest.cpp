//===- CompareTest.cpp - The judge of kernels, judged --------------------------===//
#include "compiler/reference/Compare.h"

#include "compiler/reference/Elements.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace gaze::reference;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const float notANumber = std::nanf("");

/// Two rows of two channels: magnitudes 1 and 100.
Result twoRows() {
  Result result;
  result.out = {0.5, -0.25, 40, 80};
  result.lse = {1, 200};
  result.magnitude = {1, 100};
  return result;
}

struct Given {
  std::vector<float> out = {0.5F, -0.25F, 40, 80};
  std::vector<float> lse = {1, 200};
};

Comparison judge(const Result &expected, const Given &given) {
  return compare(expected, 2, given.out.data(), given.lse.data());
}

TEST(Compare, equalIsRight) {
  const Comparison found = judge(twoRows(), Given());
  EXPECT_TRUE(found.ok);
  EXPECT_EQ(found.maxAbsError, 0);
  EXPECT_EQ(found.maxLseError, 0);
}

/// 3e-6 of the row's magnitude, and of 1 where that is less.
TEST(Compare, theLimitGoesWithTheRow) {
  Given given;
  given.out[0] += 2.9e-6F;
  given.out[2] += 2.9e-4F;
  EXPECT_TRUE(judge(twoRows(), given).ok);
  given.out[1] += 3.2e-6F;
  const Comparison found = judge(twoRows(), given);
  EXPECT_FALSE(found.ok);
  EXPECT_EQ(found.worstRow, 0);
  EXPECT_EQ(found.worstChannel, 1);
}

TEST(Compare, logSumExp) {
  Given given;
  given.lse[1] += 5.5e-4F; // of 200: allowed is 6e-4
  EXPECT_TRUE(judge(twoRows(), given).ok);
  given.lse[0] += 3.3e-6F;
  const Comparison found = judge(twoRows(), given);
  EXPECT_FALSE(found.ok);
  EXPECT_EQ(found.worstRow, 0);
  EXPECT_EQ(found.worstChannel, -1);
}

TEST(Compare, notANumberNeverPasses) {
  for (float bad : {notANumber, infinity, -infinity}) {
    for (std::size_t i = 0; i < 4; ++i) {
      Given given;
      given.out[i] = bad;
      EXPECT_FALSE(judge(twoRows(), given).ok) << bad << " at " << i;
    }
    Given given;
    given.lse[0] = bad;
    EXPECT_FALSE(judge(twoRows(), given).ok) << bad;
  }
}

TEST(Compare, notANumberIsRightInItsPlace) {
  Result expected = twoRows();
  expected.out[1] = std::nan("");
  expected.magnitude[0] = std::nan("");
  expected.lse[0] = -infinity;
  Given given;
  EXPECT_FALSE(judge(expected, given).ok);
  given.out[1] = notANumber;
  given.lse[0] = -infinity;
  EXPECT_TRUE(judge(expected, given).ok);
  given.out[0] = notANumber;
  EXPECT_FALSE(judge(expected, given).ok);
}

TEST(Compare, aWrongSignOfInfinityIsWrong) {
  Result expected = twoRows();
  expected.out[3] = infinity;
  expected.magnitude[1] = infinity;
  Given given;
  given.out[3] = infinity;
  EXPECT_TRUE(judge(expected, given).ok);
  given.out[3] = -infinity;
  EXPECT_FALSE(judge(expected, given).ok);
}

/// A kernel that wrote nothing is wrong, however small the numbers are.
TEST(Compare, zerosForSmallNumbersAreWrong) {
  Result expected = twoRows();
  expected.out = {0, 1e-7, 0, 0};
  Given given;
  given.out = {0, 0, 0, 0};
  const Comparison found = judge(expected, given);
  EXPECT_FALSE(found.ok);
  EXPECT_EQ(found.worstRow, 0);
  EXPECT_EQ(found.worstChannel, 1);
  expected.out[1] = 0;
  EXPECT_TRUE(judge(expected, given).ok);
}

/// `rows` rows of eight channels and 100 keys, and what a plain program makes of them, off by
/// `error` to both sides.
Result manyRows(std::int64_t rows, double error) {
  Result result;
  for (std::int64_t i = 0; i < rows * 8; ++i) {
    result.out.push_back(0.5 + static_cast<double>(i % 7));
    result.plain.push_back(static_cast<float>(result.out.back() + (i % 2 ? error : -error)));
  }
  result.lse.assign(rows, 1);
  result.plainLse.assign(rows, 1);
  result.magnitude.assign(rows, 8);
  result.keys.assign(rows, 100);
  return result;
}

/// An output that is off by `errors` in turn.
Comparison judgeErrors(const Result &expected, gaze_element type, std::vector<double> errors) {
  std::vector<float> out;
  for (std::size_t i = 0; i < expected.out.size(); ++i)
    out.push_back(static_cast<float>(expected.out[i] + errors[i % errors.size()]));
  return compare(expected, 8, out.data(), nullptr, toleranceOf(expected, type, false));
}

TEST(Compare, limitsByThePlainReference) {
  const Result float32 = manyRows(64, 1e-4), float16 = manyRows(64, 1e-2);
  EXPECT_TRUE(judgeErrors(float32, GAZE_ELEMENT_FLOAT32, {3.9e-4, -3.9e-4}).ok);
  EXPECT_FALSE(judgeErrors(float32, GAZE_ELEMENT_FLOAT32, {4.4e-4, 0, 0, 0}).ok);
  EXPECT_TRUE(judgeErrors(float16, GAZE_ELEMENT_FLOAT16, {1.09e-2, -1.09e-2}).ok);
  EXPECT_FALSE(judgeErrors(float16, GAZE_ELEMENT_FLOAT16, {2.1e-2, 0, 0, 0, 0, 0, 0, 0}).ok);
}

/// No output is past its limit, but too many are near it.
TEST(Compare, theMeanHasALimit) {
  const Result expected = manyRows(64, 1e-2);
  const Comparison found = judgeErrors(expected, GAZE_ELEMENT_FLOAT16, {1.2e-2, -1.2e-2});
  EXPECT_FALSE(found.ok);
  EXPECT_NEAR(found.meanShare, 1.2 / 1.1, 0.01);
  EXPECT_NEAR(found.rootMeanSquareShare, 1.2 / 1.1, 0.01);
  EXPECT_LT(found.biasShare, 0.01);
  EXPECT_GE(found.worstRow, 0);
}

TEST(Compare, theBiasHasALimit) {
  const Result expected = manyRows(64, 1e-2);
  EXPECT_FALSE(judgeErrors(expected, GAZE_ELEMENT_FLOAT16, {8e-3}).ok);
  EXPECT_TRUE(judgeErrors(expected, GAZE_ELEMENT_FLOAT16, {8e-3, -8e-3}).ok);
  EXPECT_TRUE(judgeErrors(manyRows(4, 1e-2), GAZE_ELEMENT_FLOAT16, {8e-3}).ok); // too few
}

/// Rows of one key, or of none, which both have to the bit, make no crowd of the others.
TEST(Compare, exactRowsAreNoneOfTheMany) {
  Result expected = manyRows(64, 0);
  for (std::size_t i = 0; i < 16; ++i)
    expected.plain[i] += i % 2 ? 1e-2F : -1e-2F;
  std::vector<double> errors(expected.out.size());
  std::fill_n(errors.begin(), 16, 8e-3);
  EXPECT_TRUE(judgeErrors(expected, GAZE_ELEMENT_FLOAT16, errors).ok);
  std::fill(errors.begin(), errors.end(), 8e-3); // others are off as well
  EXPECT_FALSE(judgeErrors(expected, GAZE_ELEMENT_FLOAT16, errors).ok);
}

/// Outputs that are much alike are rounded alike, by the plain reference and by kernels.
TEST(Compare, aBiasThatThePlainReferenceHasIsNone) {
  Result expected = manyRows(64, 0);
  for (float &value : expected.plain)
    value += 1e-2F;
  EXPECT_TRUE(judgeErrors(expected, GAZE_ELEMENT_FLOAT16, {1.05e-2}).ok);
  EXPECT_FALSE(judgeErrors(expected, GAZE_ELEMENT_FLOAT16, {1.2e-2}).ok);
}

/// Attention over random numbers, as the reference has it and as kernels may: 200 queries, 1,000
/// keys, 8 channels.
class Kernels : public testing::TestWithParam<gaze_element> {
protected:
  static constexpr int rows = 200, keys = 1000, dim = 8;

  Kernels() {
    std::mt19937 random(1);
    const auto number = [&] { return static_cast<double>(random()) * 0x1p-31 - 1; };
    for (double &value : values)
      value = rounded(static_cast<float>(2 * number()), GetParam());
    std::vector<double> out(dim);
    for (int row = 0; row < rows; ++row) {
      for (int key = 0; key < keys; ++key)
        weights.push_back(std::exp(number()));
      expected.lse.push_back(std::log(attend(row, keys + 1, out.data())));
      expected.out.insert(expected.out.end(), out.begin(), out.end());
    }
    for (const double value : expected.out)
      expected.plain.push_back(rounded(static_cast<float>(value), GetParam()));
    expected.plainLse.assign(expected.lse.begin(), expected.lse.end());
    expected.magnitude.assign(rows, 1);
    expected.keys.assign(rows, keys);
  }

  static double exact(double sum) { return sum; }
  static double truncated(double sum) {
    const auto nearest = static_cast<float>(sum);
    return std::abs(nearest) > std::abs(sum) ? std::nextafter(nearest, 0.0F) : nearest;
  }

  /// Row `row` without every `dropped`th key; returns the sum of its weights.
  double attend(int row, int dropped, double *out, double (*held)(double) = exact) const {
    double sum = 0;
    std::fill_n(out, dim, 0.0);
    for (int key = 0; key < keys; ++key) {
      if ((key + 1) % dropped == 0)
        continue;
      const double weight = weights[row * keys + key];
      sum = held(sum + weight);
      for (int d = 0; d < dim; ++d)
        out[d] = held(out[d] + weight * values[key * dim + d]);
    }
    for (int d = 0; d < dim; ++d)
      out[d] /= sum;
    return sum;
  }

  /// What a kernel with `finish` at its end makes of an output.
  template <typename Finish> Comparison judge(const Finish &finish) const {
    std::vector<float> out;
    for (const double value : expected.out)
      out.push_back(finish(value));
    return compare(expected, dim, out.data(), nullptr, tolerance());
  }

  Tolerance tolerance() const { return toleranceOf(expected, GetParam(), false); }
  float nearest(double value) const { return rounded(static_cast<float>(value), GetParam()); }
  /// What the last bit of a number in 16 bits is worth.
  double lastBit(double value) const {
    const int bits = GetParam() == GAZE_ELEMENT_FLOAT16 ? 11 : 8;
    return std::ldexp(1, std::ilogb(value) + 1 - bits);
  }

  std::array<double, keys * dim> values;
  std::vector<double> weights; ///< before they are divided by their sum
  Result expected;
};

/// What float32 loses in its sums is more than an output's last bit, and less than one of 16 bits.
class Kernels32 : public Kernels {};
class Kernels16 : public Kernels {};

TEST_P(Kernels, roundingIsRight) {
  const Comparison found = judge([&](double value) { return nearest(value * (1 + 2e-7)); });
  EXPECT_TRUE(found.ok);
  EXPECT_LT(found.biasShare, 0.5);
  EXPECT_LE(found.meanShare, 1);
}

TEST_P(Kernels16, truncatingOutputsIsWrong) {
  const Comparison found = judge([&](double value) {
    const double unit = lastBit(value);
    return static_cast<float>(std::trunc(value / unit) * unit);
  });
  EXPECT_FALSE(found.ok);
  EXPECT_GT(found.meanShare, 1.5);
}

TEST_P(Kernels32, truncatingSumsIsWrong) {
  std::vector<float> out, lse;
  for (int row = 0; row < rows; ++row) {
    double ofRow[dim];
    lse.push_back(static_cast<float>(std::log(attend(row, keys + 1, ofRow, truncated))));
    out.insert(out.end(), ofRow, ofRow + dim);
  }
  EXPECT_FALSE(compare(expected, dim, out.data(), lse.data(), tolerance()).ok);
}

/// Half of what the last bit is worth, to one side; and a tenth.
TEST_P(Kernels16, aSystematicBiasIsWrong) {
  for (const double bias : {0.5, -0.5, 0.1, -0.1}) {
    const Comparison found =
        judge([&](double value) { return nearest(value + bias * lastBit(value)); });
    EXPECT_FALSE(found.ok) << bias;
    EXPECT_GT(found.biasShare, 1) << bias;
  }
}

TEST_P(Kernels, aKeyInAHundredIsMissed) {
  std::vector<float> out, lse;
  for (int row = 0; row < rows; ++row) {
    double ofRow[dim];
    lse.push_back(static_cast<float>(std::log(attend(row, 100, ofRow))));
    for (const double value : ofRow)
      out.push_back(nearest(value));
  }
  EXPECT_FALSE(compare(expected, dim, out.data(), nullptr, tolerance()).ok);
  const std::vector<float> &right = expected.plain;
  EXPECT_TRUE(compare(expected, dim, right.data(), nullptr, tolerance()).ok);
  EXPECT_FALSE(compare(expected, dim, right.data(), lse.data(), tolerance()).ok);
}

TEST_P(Kernels, zerosAreWrong) {
  EXPECT_FALSE(judge([](double) { return 0.0F; }).ok);
}

std::string nameOf(const testing::TestParamInfo<gaze_element> &type) {
  return type.param == GAZE_ELEMENT_FLOAT32   ? "float32"
         : type.param == GAZE_ELEMENT_FLOAT16 ? "float16"
                                              : "bfloat16";
}

INSTANTIATE_TEST_SUITE_P(All, Kernels,
                         testing::Values(GAZE_ELEMENT_FLOAT32, GAZE_ELEMENT_FLOAT16,
                                         GAZE_ELEMENT_BFLOAT16),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(Wide, Kernels32, testing::Values(GAZE_ELEMENT_FLOAT32), nameOf);
INSTANTIATE_TEST_SUITE_P(Narrow, Kernels16,
                         testing::Values(GAZE_ELEMENT_FLOAT16, GAZE_ELEMENT_BFLOAT16), nameOf);

TEST(Compare, fewKeysAreHeldToLess) {
  Result expected = manyRows(64, 0);
  expected.keys.assign(64, 1); // 16 * 2^-24 of 8 is 7.6e-6
  EXPECT_TRUE(judgeErrors(expected, GAZE_ELEMENT_FLOAT32, {7e-6, 0, 0, 0, 0, 0, 0, 0}).ok);
  EXPECT_FALSE(judgeErrors(expected, GAZE_ELEMENT_FLOAT32, {9e-6, 0, 0, 0, 0, 0, 0, 0}).ok);
  expected.keys.assign(64, 100);
  EXPECT_TRUE(judgeErrors(expected, GAZE_ELEMENT_FLOAT32, {9e-6, 0, 0, 0, 0, 0, 0, 0}).ok);
  EXPECT_FALSE(judgeErrors(expected, GAZE_ELEMENT_FLOAT32, {2.6e-5, 0, 0, 0, 0, 0, 0, 0}).ok);
}

} // namespace
