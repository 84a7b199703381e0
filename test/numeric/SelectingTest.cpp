//===- SelectingTest.cpp - Kernels that select blocks, beside the reference ----===//
#include "Harness.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace gaze;
using namespace gaze::test;

namespace {

const std::string selecting =
    "pattern selecting(block: int = 8, count: int = 3, share: int = 8) { keep ";

dsl::Value integer(std::int64_t value) { return {dsl::Type::Int, value, 0}; }

/// The values of block, count and share.
std::vector<dsl::Value> sizes(std::int64_t block, std::int64_t count, std::int64_t share) {
  return {integer(block), integer(count), integer(share)};
}

class Selecting : public testing::TestWithParam<const char *> {};

TEST_P(Selecting, shapesAndSizes) {
  const CompiledPattern pattern(selecting + "k <= q and (q / block == k / block or " +
                                    "top_blocks(count, block, by = " + GetParam() +
                                    ", share = share)); }",
                                16);
  for (const gaze_shape &each :
       {shape(1, 2, 2, 100, 100), shape(2, 4, 2, 37, 130), shape(1, 4, 1, 1, 200),
        shape(1, 10, 2, 2, 120), gaze_shape{1, 2, 1, 50, 90, -20}, gaze_shape{1, 2, 1, 50, 90, 70}})
    for (const auto &values : {sizes(8, 3, 8), sizes(8, 3, 1), sizes(7, 2, 5), sizes(64, 1, 3),
                               sizes(8, 0, 8), sizes(1, 5, 4), sizes(8, 1000, 1000)})
      pattern.check(each, values);
}

INSTANTIATE_TEST_SUITE_P(By, Selecting, testing::Values("mean", "minmax", "first"));

TEST(SelectingElements, sixteenBits) {
  for (const gaze_element element : {GAZE_ELEMENT_FLOAT16, GAZE_ELEMENT_BFLOAT16})
    CompiledPattern(selecting + "k <= q and (q - k < 4 or top_blocks(count, block, by = minmax, "
                                "share = share)); }",
                    16, 0, "host", element)
        .check(shape(1, 4, 2, 64, 96));
}

TEST(SelectingTerms, notAndOrAndSeveral) {
  for (const char *keep :
       {"k <= q and not top_blocks(count, block)",
        "top_blocks(count, block) and not top_blocks(1, block, by = first)",
        "k <= q and (top_blocks(count, block) or top_blocks(2, 3 * block, by = minmax, share = 1))",
        "head == 0 or (batch == 1 and q % 2 == 0 and top_blocks(count, block, share = 1))",
        "if q % 3 == 0 then top_blocks(count, block) else k <= q"})
    CompiledPattern(selecting + keep + "; }", 16).check(shape(2, 2, 1, 70, 70));
}

/// A tree of terms, one leaf in three a selection.
std::string randomTree(std::mt19937 &bits, int depth) {
  const auto pick = [&](int least, int most) {
    return std::to_string(std::uniform_int_distribution<int>(least, most)(bits));
  };
  if (depth > 0 && bits() % 4 != 0) {
    const std::string left = randomTree(bits, depth - 1), right = randomTree(bits, depth - 1);
    switch (bits() % 4) {
    case 0:
      return "not (" + left + ")";
    case 1:
      return "(if " + left + " then " + right + " else k <= q)";
    default:
      return "(" + left + (bits() % 2 ? " and " : " or ") + right + ")";
    }
  }
  static constexpr const char *by[] = {"mean", "minmax", "first"};
  switch (bits() % 6) {
  case 0:
    return "q - k < " + pick(0, 40);
  case 1:
    return "(q - k) % " + pick(2, 9) + " == 0";
  case 2:
    return "k % " + pick(2, 20) + " < 2";
  case 3:
    return "head == 1";
  default:
    return "top_blocks(" + pick(0, 5) + ", " + pick(1, 20) + ", by = " + by[bits() % 3] +
           ", share = " + pick(1, 30) + ")";
  }
}

TEST(SelectingTerms, randomPatterns) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 bits(seed);
    const std::string keep =
        (bits() % 2 ? "k <= q and " : "") + randomTree(bits, 2) + " or top_blocks(2, 5)";
    SCOPED_TRACE(keep);
    const CompiledPattern pattern("pattern p() { keep " + keep + "; }", 8);
    pattern.check(shape(1, 2, 1, 1 + bits() % 150, 1 + bits() % 250));
  }
}

TEST(SelectingTies, equalBlocksGoToTheLowerIndexWhereverTheyStand) {
  const CompiledPattern pattern(selecting + "k < q / share * share and top_blocks(count, block, "
                                            "share = share); }",
                                16);
  Tensors tensors = pattern.tensors(shape(1, 2, 2, 320, 320));
  for (std::int64_t key = 0; key < 320; ++key) // every block is the first one
    for (std::int64_t head = 0; head < 2; ++head)
      std::copy_n(tensors.k.begin() + (head * 320 + key % 8) * 16, 16,
                  tensors.k.begin() + (head * 320 + key) * 16);
  pattern.run(tensors);
  const std::vector<float> mean = [&] { // of the first three blocks
    std::vector<float> all;
    for (std::int64_t head = 0; head < 2; ++head)
      for (int channel = 0; channel < 16; ++channel) {
        double sum = 0, weights = 0;
        for (int key = 0; key < 24; ++key) {
          double dot = 0;
          for (int c = 0; c < 16; ++c)
            dot += double(tensors.q[(head * 320 + 319) * 16 + c]) *
                   tensors.k[(head * 320 + key) * 16 + c];
          sum += std::exp(dot / 4) * tensors.v[(head * 320 + key) * 16 + channel];
          weights += std::exp(dot / 4);
        }
        all.push_back(static_cast<float>(sum / weights));
      }
    return all;
  }();
  for (std::int64_t head = 0; head < 2; ++head)
    for (int channel = 0; channel < 16; ++channel)
      EXPECT_NEAR(mean[head * 16 + channel], tensors.out[(head * 320 + 319) * 16 + channel], 1e-5);
}

TEST(SelectingNaN, isSelectedLast) {
  const CompiledPattern pattern(selecting + "top_blocks(count, block, share = share); }", 16);
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 64, 64));
  tensors.fillKey(tensors.k, 20, std::nanf(""));
  pattern.run(tensors);
  for (const float value : tensors.out)
    EXPECT_FALSE(std::isnan(value));
}

/// What a pattern with an input of 8 elements says of 16 keys.
std::string faultOf(const std::string &keep) {
  KernelOptions options;
  options.headDim = 8;
  options.maskOnly = true;
  CompiledPattern pattern("pattern reading() { input wanted: bool[8]; keep " + keep + "; }",
                          options);
  pattern.give({{{8}, {}, {}, std::vector<std::uint8_t>(8, 1)}});
  std::string fault = pattern.plannedFault(shape(1, 1, 1, 16, 16));
  EXPECT_EQ("", pattern.wrongFault(fault, shape(1, 1, 1, 16, 16))) << keep;
  return fault;
}

TEST(SelectingFaults, countWhateverIsSelected) {
  const std::string select = "top_blocks(1, 4, share = 4)";
  EXPECT_NE("", faultOf(select + " and wanted[k]"));
  EXPECT_NE("", faultOf(select + " or wanted[k]"));
  EXPECT_NE("", faultOf("not " + select + " and wanted[k]"));
  EXPECT_EQ("", faultOf(select + " and k < 8 and wanted[k]"));
  EXPECT_EQ("", faultOf("k < 8 and not " + select + " and wanted[k]"));
  EXPECT_EQ("", faultOf("k >= 8 or " + select + " or wanted[k]"));
  EXPECT_NE("", faultOf("if " + select + " then k < 4 else wanted[k]"));
  EXPECT_EQ("", faultOf("if " + select + " then k < 4 else k < 8 and wanted[k]"));
  EXPECT_NE("", faultOf("(if " + select + " then k < 8 else k < 9) and wanted[k]"));
  EXPECT_EQ("", faultOf("(if " + select + " then k < 8 else k < 4) and wanted[k]"));
  EXPECT_NE("", faultOf("(" + select + " != (k < 8)) and wanted[k]"));
  EXPECT_EQ("", faultOf("((" + select + " and k < 8) != (k < 4)) and wanted[k]"));
}

TEST(SelectingSizes, areRequired) {
  const CompiledPattern pattern(selecting + "top_blocks(count, block, share = share); }", 16);
  for (const auto &values : {sizes(0, 1, 1), sizes(8, -1, 1), sizes(8, 1, 0)})
    try {
      pattern.plan(shape(1, 1, 1, 8, 8), values);
      ADD_FAILURE();
    } catch (const Error &error) {
      EXPECT_EQ(GAZE_REQUIREMENT_FAILED, error.code());
    }
}

} // namespace
