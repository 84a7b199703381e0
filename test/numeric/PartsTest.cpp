//===- PartsTest.cpp - Patterns in parts, by residues and columns -------------===//
//
// Each text has terms with an order of their own, at shapes where that pays: the plan says
// that it was taken, and the result is held to the reference, which knows no parts.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <random>

using namespace gaze;
using namespace gaze::test;

namespace {

dsl::Value number(std::int64_t value) { return {dsl::Type::Int, value}; }

std::int64_t partsOf(const CompiledPattern &pattern, const gaze_shape &shape,
                     const std::vector<dsl::Value> &values = {}) {
  return pattern.plan(shape, values).info().parts;
}

/// `step` is a parameter, 7 by default.
std::string patternOf(const std::string &keep) {
  return "pattern p(step: int = 7) { keep " + keep + "; }";
}

struct Case {
  const char *keep;
  int parts; ///< in how many it falls apart
};

class Congruences : public testing::TestWithParam<Case> {};

TEST_P(Congruences, asTheReference) {
  const CompiledPattern pattern(patternOf(GetParam().keep), 16);
  EXPECT_EQ(GetParam().parts, pattern.table().part_count);
  for (const gaze_shape &large : {shape(1, 1, 1, 1000, 1000), shape(2, 2, 1, 400, 1300)}) {
    EXPECT_EQ(GetParam().parts, partsOf(pattern, large));
    pattern.check(large);
  }
  for (gaze_shape small : {shape(2, 4, 2, 99, 301), shape(1, 2, 1, 301, 99)})
    for (std::int64_t qStart : {-33, 5}) {
      small.q_start = qStart;
      pattern.check(small);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Orders, Congruences,
    testing::Values(
        Case{"(q - k) % step == 0", 1}, Case{"(k - q) % step == 0 and k <= q", 1},
        Case{"(q - k) % step == 3 and k <= q", 1}, Case{"(k - q) % step == 3", 1},
        Case{"q % step == k % step and q - k < 50", 1}, Case{"(q + 2) % step == k % step", 1},
        Case{"q % step == (k + 5) % step", 1}, Case{"abs(q - k) % step == 0", 1},
        Case{"(q - k + 100) % step == 1", 1},
        Case{"k <= q and (q - k < 20 or (q - k) % step == 0)", 2},
        Case{"k <= q and (q - k < 9 or (q - k) % 5 == 0 or (q - k) % 11 == 2)", 3},
        Case{"(q - k) % 5 == 0 or (q - k) % 11 == 2", 2},
        Case{"not ((q - k) % step != 0 or k > q)", 1}, Case{"k % step == 2", 1},
        Case{"k <= q and k % (2 * step) >= 2 * step - 2", 1},
        Case{"k <= q and (q / 13 == k / 13 or k % 13 >= 12)", 2},
        Case{"q - k < 5 and q - k > -5 or chance(0.05, 3, k)", 2},
        Case{"(if head % 2 == 0 then q - k else k - q) < 40 and (q - k) % (step + head) == 0", 1}));

TEST(Parts, stepsOfEitherSignAndNone) {
  const CompiledPattern pattern(
      "pattern p(step: int) { keep step == 0 or (q - k) % step == 0 or abs(q - k) < 3; }", 8);
  const gaze_shape given = shape(1, 1, 1, 900, 920);
  for (std::int64_t step : {-7, -1, 0, 1, 2, 7, 16, 149, 1000})
    pattern.check(given, {number(step)});
  EXPECT_EQ(2, partsOf(pattern, given, {number(7)}));
  EXPECT_EQ(2, partsOf(pattern, given, {number(-7)}));
  EXPECT_EQ(1, partsOf(pattern, given, {number(0)}));
  EXPECT_EQ(1, partsOf(pattern, given, {number(1000)}));
}

TEST(Parts, remaindersThatAreNone) {
  const CompiledPattern pattern(
      "pattern p(rest: int) { keep (q - k) % 7 == rest or abs(q - k) < 3; }", 8);
  for (std::int64_t rest : {-1, 0, 6, 7, 70})
    pattern.check(shape(1, 1, 1, 150, 170), {number(rest)});
}

TEST(Parts, columnsThatAnInputSelects) {
  CompiledPattern pattern("pattern p() { input marked: bool[batch, seq_k];"
                          "  keep abs(q - k) < 8 or marked[batch, k]; }",
                          8);
  const gaze_shape given = shape(2, 2, 1, 200, 300);
  InputData marked{{2, 300}, {}, {}, std::vector<std::uint8_t>(600)};
  for (std::int64_t i = 3; i < 600; i += 37)
    marked.bools[i] = 1;
  pattern.give({marked});
  EXPECT_EQ(2, partsOf(pattern, given));
  pattern.check(given);
  marked.bools.assign(600, 1);
  pattern.give({marked});
  EXPECT_EQ(1, partsOf(pattern, given));
  pattern.check(given);
}

TEST(Parts, aStepOfEachHead) {
  const CompiledPattern pattern(
      "pattern p() { keep k <= q and (q - k) % (if head < 2 then 9 else 1) == 0 or k < 2; }", 8);
  const gaze_shape given = shape(1, 4, 2, 900, 900);
  EXPECT_EQ(2, partsOf(pattern, given));
  pattern.check(given);
}

TEST(Parts, scoresThatReadPositions) {
  const CompiledPattern pattern("pattern p() { keep k <= q and (q - k < 10 or (q - k) % 8 == 0);"
                                "  score = score - 0.1 * (q - k); }",
                                16);
  pattern.check(shape(1, 2, 2, 200, 200));
}

TEST(Parts, longRowsAreCutAndMerged) {
  const CompiledPattern pattern(patternOf("q - k < 100 and q > k or (q - k) % step == 0"), 8);
  const gaze_shape given = shape(1, 1, 1, 60, 9000);
  EXPECT_EQ(2, partsOf(pattern, given, {number(3)}));
  pattern.check(given, {number(3)});
}

/// A step of Q times a stride of its rows is a stride of buffers, which are 32 bits wide.
TEST(Parts, rowStridesThatAreTooLarge) {
  const CompiledPattern pattern(patternOf("(q - k) % step == 0"), 8);
  const gaze_shape given = shape(1, 1, 1, 100, 100);
  const Plan plan = pattern.plan(given);
  std::vector<float> memory(3 * 800);
  const gaze_tensor out = view(&memory[0], {1, 1, 100, 8});
  const gaze_tensor k = view(&memory[800], {1, 1, 100, 8});
  const gaze_tensor q =
      view(&memory[1600], {1, 1, 100, 8}, {0, 0, (std::int64_t{1} << 31) / 7 + 1, 1});
  gaze_error error;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_run(plan.get(), &q, &k, &k, &out, nullptr, nullptr, &error));
  EXPECT_EQ("q has a row stride of 306783379 elements, and the plan takes every 7th row: at most "
            "306783378 are supported",
            std::string(error.message));
}

TEST(Parts, rowsThatKeepNothing) {
  const CompiledPattern pattern(patternOf("k < q - 60 and (q - k) % step == 0"), 8);
  EXPECT_GT(pattern.check(shape(1, 1, 1, 128, 128)).rowsEmpty, 50);
}

TEST(Parts, headsThatDoNotFitIntoMemoryTogether) {
  const CompiledPattern pattern(patternOf("k <= q and (q - k < 4 or (q - k) % step == 0)"), 8, 256);
  Tensors tensors = pattern.tensors(shape(3, 4, 2, 6000, 64));
  tensors.shape.q_start = 0;
  pattern.check(tensors);
}

TEST(Parts, sixteenBits) {
  for (gaze_element element : {GAZE_ELEMENT_FLOAT16, GAZE_ELEMENT_BFLOAT16})
    CompiledPattern(patternOf("k <= q and (q - k < 20 or (q - k) % step == 0)"), 32, 0, "host",
                    element)
        .check(shape(1, 2, 1, 222, 222));
}

TEST(Parts, sameBitsForAnyNumberOfThreads) {
  const CompiledPattern pattern(patternOf("k <= q and (q - k < 20 or (q - k) % step == 0)"));
  Tensors tensors = pattern.tensors(shape(2, 3, 1, 333, 333));
  pattern.run(tensors, {}, 1);
  const std::vector<float> out = tensors.out, lse = tensors.lse;
  for (int threads : {2, 3, 7, 64}) {
    pattern.run(tensors, {}, threads);
    EXPECT_EQ(out, tensors.out);
    EXPECT_EQ(lse, tensors.lse);
  }
}

/// A narrow window leaves so few keys that parts cost more than they save.
TEST(Parts, doNotPayInANarrowWindow) {
  const CompiledPattern pattern(
      patternOf("k <= q and q - k < 32 and (q - k < 4 or (q - k) % 5 == 0 "
                "or (q - k) % step == 0)"));
  EXPECT_EQ(3, pattern.table().part_count);
  EXPECT_EQ(1, partsOf(pattern, shape(1, 1, 1, 4000, 4000)));
}

/// [batch, seq, heads, dim]: rows are no neighbours, and classes step over them.
TEST(Parts, anyStrides) {
  const CompiledPattern pattern(patternOf("k <= q and (q - k < 20 or (q - k) % step == 0)"), 8);
  const gaze_shape given = shape(2, 3, 3, 900, 900);
  ASSERT_EQ(2, partsOf(pattern, given));
  Tensors dense = pattern.tensors(given);
  pattern.run(dense);
  const auto swapped = [&](const std::vector<float> &from, bool back) {
    std::vector<float> to(from.size());
    for (std::int64_t batch = 0; batch < 2; ++batch)
      for (std::int64_t head = 0; head < 3; ++head)
        for (std::int64_t row = 0; row < 900; ++row)
          for (std::int64_t d = 0; d < 8; ++d) {
            const std::int64_t byHead = ((batch * 3 + head) * 900 + row) * 8 + d;
            const std::int64_t byRow = ((batch * 900 + row) * 3 + head) * 8 + d;
            (back ? to[byHead] : to[byRow]) = back ? from[byRow] : from[byHead];
          }
    return to;
  };
  std::vector<float> q = swapped(dense.q, false), k = swapped(dense.k, false),
                     v = swapped(dense.v, false), out(q.size()), lse(dense.lse.size());
  const auto tensor = [](std::vector<float> &data) {
    return gaze_tensor(view(data.data(), {2, 3, 900, 8}, {900 * 24, 8, 24, 1}));
  };
  const gaze_tensor qTensor = tensor(q), kTensor = tensor(k), vTensor = tensor(v),
                    outTensor = tensor(out), lseTensor = view(lse.data(), {2, 3, 900});
  const Plan plan = pattern.plan(given);
  ASSERT_EQ(GAZE_OK, gaze_run(plan.get(), &qTensor, &kTensor, &vTensor, &outTensor, &lseTensor,
                              nullptr, nullptr));
  EXPECT_EQ(dense.out, swapped(out, true));
  EXPECT_EQ(dense.lse, lse);
}

/// A NaN in V reaches the queries that keep its key, whatever part brings them together.
TEST(Parts, notANumberReachesWhoKeepsIt) {
  const CompiledPattern pattern(patternOf("k <= q and (q - k < 20 or (q - k) % step == 0)"), 8);
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 150, 150));
  tensors.fillKey(tensors.v, 17, std::numeric_limits<float>::quiet_NaN());
  pattern.run(tensors);
  for (std::int64_t row = 0; row < 150; ++row)
    EXPECT_EQ(row >= 17 && (row - 17 < 20 || (row - 17) % 7 == 0), std::isnan(tensors.out[row * 8]))
        << row;
}

/// Sums and differences of two windows, strides and columns, with random numbers.
std::string randomTerm(std::mt19937 &bits) {
  const auto pick = [&](int least, int most) {
    return std::to_string(std::uniform_int_distribution<int>(least, most)(bits));
  };
  switch (bits() % 6) {
  case 0:
    return "(q - k) % " + pick(2, 20) + " == " + pick(0, 3);
  case 1:
    return "q % 9 == (k + " + pick(0, 9) + ") % 9";
  case 2:
    return "k % " + pick(5, 40) + " < " + pick(1, 4);
  case 3:
    return "abs(q - k - " + pick(0, 30) + ") < " + pick(1, 40);
  case 4:
    return "k < " + pick(0, 20);
  default:
    return "chance(0.1, " + pick(0, 99) + ", k)";
  }
}

TEST(Parts, randomPatterns) {
  int inParts = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    std::mt19937 bits(seed);
    const std::string causal = bits() % 2 ? "k <= q and " : "";
    const std::string both = "(" + randomTerm(bits) + " and " + randomTerm(bits) + ")";
    const std::string keep = causal + "(" + both + " or " + randomTerm(bits) +
                             (bits() % 2 ? " or not (" : " or (") + randomTerm(bits) + "))";
    SCOPED_TRACE(keep);
    const CompiledPattern pattern(patternOf(keep), 8);
    const gaze_shape given = shape(1, 1, 1, 700 + bits() % 500, 700 + bits() % 700);
    inParts += partsOf(pattern, given) > 1;
    pattern.check(given);
  }
  EXPECT_GE(inParts, 3);
}

} // namespace
