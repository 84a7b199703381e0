//===- CompareTest.cpp - The judge of kernels, judged --------------------------===//
#include "compiler/reference/Compare.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

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

} // namespace
