//===- TileBoundsTest.cpp - Bounds against brute force ---------------------------===//
//
// Random patterns on random rectangles: `bounds` must agree with `keep` and `faults` on
// all pairs of the rectangle. And known patterns on aligned tiles, where the answer
// must not only be sound but exact.
//
//===----------------------------------------------------------------------===//
#include "Evaluate.h"
#include "Lower.h"
#include "RandomPattern.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace gaze::test {
namespace {

struct Truth {
  bool any = false, all = true, inside = true, overflowed = false;
};

/// `keep` and `faults` on every pair of the rectangle inputs.low .. inputs.high.
Truth bruteForce(const Kernel &kernel, Inputs inputs) {
  Truth truth;
  auto &at = inputs.coordinates;
  for (at[0] = inputs.low[0]; at[0] <= inputs.high[0]; ++at[0])
    for (at[1] = inputs.low[1]; at[1] <= inputs.high[1]; ++at[1])
      for (at[2] = inputs.low[2]; at[2] <= inputs.high[2]; ++at[2])
        for (at[3] = inputs.low[3]; at[3] <= inputs.high[3]; ++at[3]) {
          Evaluation evaluation = evaluate(kernel.keep, inputs);
          bool kept = evaluation.results[0].integer;
          truth.any |= kept;
          truth.all &= kept;
          truth.overflowed |= evaluation.overflowed;
          if (kernel.faults.results.empty())
            continue;
          Evaluation faults = evaluate(kernel.faults, inputs);
          truth.inside &= faults.results[0].integer == 0;
          truth.overflowed |= faults.overflowed;
        }
  return truth;
}

struct Verdict {
  bool may, must, inside;
};

Verdict verdict(const Kernel &kernel, const Inputs &inputs) {
  Evaluation evaluation = evaluate(kernel.bounds, inputs);
  EXPECT_EQ(evaluation.results.size(), kernel.faults.results.empty() ? 2U : 3U);
  return {evaluation.results.at(0).integer != 0, evaluation.results.at(1).integer != 0,
          evaluation.results.size() < 3 || evaluation.results[2].integer != 0};
}

std::string describe(const Inputs &inputs) {
  std::string text;
  for (size_t i = 0; i < 4; ++i)
    text += "[" + std::to_string(inputs.low[i]) + ", " + std::to_string(inputs.high[i]) + "] ";
  return text + "w = " + std::to_string(inputs.parameters[0].integer) +
         ", p = " + std::to_string(inputs.parameters[1].real) +
         ", flag = " + std::to_string(inputs.parameters[2].integer);
}

std::uint64_t fromEnvironment(const char *name, std::uint64_t otherwise) {
  const char *given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

std::uint64_t seed() { return fromEnvironment("GAZE_TEST_SEED", 20240917); }

/// Each of 50 patterns and 25 rectangles for each of them: 800 rounds are a million.
std::uint64_t rounds() { return fromEnvironment("GAZE_TEST_ROUNDS", 300); }

class RandomRectangles : public testing::Test {
protected:
  RandomRectangles() : random(seed()) { RecordProperty("seed", std::to_string(seed())); }

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  }

  /// Up to `size` positions wide, near zero or near the ends of what positions may be.
  Inputs rectangle(std::int64_t size, bool isSmall) {
    const std::int64_t limit = std::int64_t(1) << 40;
    Inputs inputs;
    for (size_t i = 0; i < 4; ++i) {
      std::int64_t width = i < 2 ? between(0, size - 1) : between(0, size > 1 ? 1 : 0);
      std::int64_t low = between(-20, 20);
      if (!isSmall && between(0, 4) == 0)
        low = between(0, 1) ? limit - between(width, 30) : -limit + between(0, 30);
      inputs.low[i] = low;
      inputs.high[i] = std::min(low + width, limit);
    }
    for (size_t i = 4; i < 8; ++i)
      inputs.coordinates[i] = isSmall || between(0, 3) ? between(0, 40) : limit - between(0, 3);
    inputs.parameters = {{isSmall ? between(-10, 10) : oddInt(random), 0},
                         {0, oddFloat(random)},
                         {between(0, 1), 0}};
    inputs.tensors = randomTensors(random);
    return inputs;
  }

  /// Patterns in IR, many to a module, and what they lower to.
  struct Batch {
    std::vector<std::string> texts;
    std::vector<Kernel> kernels;
  };
  Batch batch(Flavour flavour) {
    Batch result;
    std::string module = randomPatternDefs;
    for (int i = 0; i < 50; ++i) {
      result.texts.push_back(randomPattern("pattern" + std::to_string(i), flavour, random));
      module += result.texts.back();
    }
    result.kernels = lower(module);
    return result;
  }

  std::mt19937_64 random;
};

TEST_F(RandomRectangles, BoundsAreNeverWrong) {
  int decided = 0, undecided = 0, inside = 0, outside = 0;
  for (std::uint64_t round = 0; round < rounds(); ++round) {
    Batch patterns = batch(Flavour::Anything);
    for (size_t i = 0; i < patterns.kernels.size(); ++i)
      for (int j = 0; j < 25; ++j) {
        Inputs inputs = rectangle(4, /*isSmall=*/false);
        inputs.zoneWidth = between(1, 6);
        Truth truth = bruteForce(patterns.kernels[i], inputs);
        Verdict answer = verdict(patterns.kernels[i], inputs);
        bool isSound = (answer.may || !truth.any) && (!answer.must || truth.all) &&
                       (!answer.inside || truth.inside);
        ASSERT_TRUE(isSound) << "seed " << seed() << ", may " << answer.may << ", must "
                             << answer.must << ", any " << truth.any << ", all " << truth.all
                             << ", inside " << answer.inside << truth.inside << " on "
                             << describe(inputs) << "\n"
                             << patterns.texts[i];
        ++(answer.may == answer.must ? decided : undecided);
        if (!patterns.kernels[i].faults.results.empty())
          ++(answer.inside ? inside : outside);
      }
  }
  EXPECT_GT(inside, 10000);
  EXPECT_GT(outside, 10000);
  EXPECT_GT(decided, undecided) << "bounds that are always unsure would be sound, and useless";
}

TEST_F(RandomRectangles, BoundsOfOnePairAreExactForInts) {
  int checked = 0;
  for (int round = 0; round < 40; ++round) {
    Batch patterns = batch(Flavour::Ints);
    for (size_t i = 0; i < patterns.kernels.size(); ++i)
      for (int j = 0; j < 25; ++j) {
        Inputs inputs = rectangle(1, /*isSmall=*/true);
        Truth truth = bruteForce(patterns.kernels[i], inputs);
        if (truth.overflowed)
          continue;
        Verdict answer = verdict(patterns.kernels[i], inputs);
        ASSERT_TRUE(answer.may == truth.any && answer.must == truth.all &&
                    answer.inside == truth.inside)
            << "seed " << seed() << ", may " << answer.may << ", must " << answer.must << ", kept "
            << truth.any << ", inside " << answer.inside << truth.inside << " on "
            << describe(inputs) << "\n"
            << patterns.texts[i];
        ++checked;
      }
  }
  EXPECT_GT(checked, 10000);
}

/// Documents of lengths that no tile divides, and the mask that keeps pairs within them:
/// the tiles of 16 x 16 are planned as if each pair had been looked at.
TEST(PackedDocuments, AreExactOnTiles) {
  Kernel kernel = lower(R"(
gaze.pattern @packed() inputs {
  gaze.input @doc : i64 "[seq_k]" {
    %0 = gaze.coordinate seq_k : i64
    gaze.sizes %0 : i64
  }
} keep {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %0 = gaze.load @doc[%q] : i64
  %1 = gaze.load @doc[%k] : i64
  %r = arith.cmpi eq, %0, %1 : i64
  gaze.yield %r : i1
})")
                      .at(0);
  Inputs inputs;
  inputs.coordinates = {0, 0, 0, 0, 128, 128, 1, 64};
  inputs.tensors.resize(1);
  inputs.tensors[0].sizes = {128};
  for (std::int64_t k = 0; k < 128; ++k)
    inputs.tensors[0].elements.push_back({(k >= 5) + (k >= 48) + (k >= 97), 0});
  int counts[3] = {};
  for (std::int64_t q = 0; q < 128; q += 16)
    for (std::int64_t k = 0; k < 128; k += 16) {
      inputs.low = {q, k, 0, 0};
      inputs.high = {q + 15, k + 15, 0, 0};
      Truth truth = bruteForce(kernel, inputs);
      Verdict answer = verdict(kernel, inputs);
      EXPECT_TRUE(answer.may == truth.any && answer.must == truth.all && answer.inside)
          << "q " << q << ", k " << k;
      ++counts[truth.any + truth.all];
    }
  EXPECT_TRUE(counts[0] > 0 && counts[1] > 0 && counts[2] > 0);
  inputs.low = {-1, 0, 0, 0};
  inputs.high = {0, 128, 0, 0};
  EXPECT_FALSE(verdict(kernel, inputs).inside);
}

/// Patterns whose bounds are exact on all tiles of 16 x 16 of a sequence of 128.
struct Exact {
  const char *name;
  const char *keep;
  std::int64_t w;
};

class ExactOnTiles : public testing::TestWithParam<Exact> {};

TEST_P(ExactOnTiles, AgreesWithBruteForce) {
  std::string names = "%q = gaze.coordinate q : i64\n%k = gaze.coordinate k : i64\n"
                      "%head = gaze.coordinate head : i64\n%w = gaze.parameter @w : i64\n"
                      "%d = arith.subi %q, %k : i64\n%zero = arith.constant 0 : i64\n";
  Kernel kernel = lower("gaze.pattern @exact(w: i64) keep {\n" + names + GetParam().keep +
                        "gaze.yield %r : i1\n}\n")
                      .at(0);
  int counts[3] = {};
  for (std::int64_t q = 0; q < 128; q += 16)
    for (std::int64_t k = 0; k < 128; k += 16)
      for (std::int64_t head = 0; head < 4; ++head) {
        Inputs inputs;
        inputs.low = {q, k, head, 0};
        inputs.high = {q + 15, k + 15, head, 0};
        inputs.coordinates = {0, 0, 0, 0, 128, 128, 4, 64};
        inputs.parameters = {{GetParam().w, 0}};
        Truth truth = bruteForce(kernel, inputs);
        Verdict answer = verdict(kernel, inputs);
        EXPECT_TRUE(answer.may == truth.any && answer.must == truth.all)
            << "q " << q << ", k " << k << ", head " << head << ": may " << answer.may << ", must "
            << answer.must << ", any " << truth.any << ", all " << truth.all;
        ++counts[truth.any + truth.all];
      }
  EXPECT_GT(counts[0], 0) << "no tile is empty: the test shows less than it should";
}

const Exact exactPatterns[] = {
    {"Causal", "%r = arith.cmpi sle, %k, %q : i64\n", 0},
    {"Window", "%a = math.absi %d : i64\n%r = arith.cmpi sle, %a, %w : i64\n", 40},
    {"LeftWindow",
     "%a = arith.cmpi sle, %zero, %d : i64\n%b = arith.cmpi slt, %d, %w : i64\n"
     "%r = arith.andi %a, %b : i1\n",
     33},
    {"SquaredWindow", "%a = arith.muli %d, %d : i64\n%r = arith.cmpi sle, %a, %w : i64\n", 900},
    {"SameBlock",
     "%a = gaze.floordiv %q, %w : i64\n%b = gaze.floordiv %k, %w : i64\n"
     "%r = arith.cmpi eq, %a, %b : i64\n",
     32},
    {"NearBlocks",
     "%a = gaze.floordiv %q, %w : i64\n%b = gaze.floordiv %k, %w : i64\n"
     "%c = arith.subi %a, %b : i64\n%e = math.absi %c : i64\n%one = arith.constant 1 : i64\n"
     "%r = arith.cmpi sle, %e, %one : i64\n",
     16},
    {"Strided", "%a = gaze.floormod %d, %w : i64\n%r = arith.cmpi eq, %a, %zero : i64\n", 64},
    {"Heads",
     "%two = arith.constant 2 : i64\n%a = arith.cmpi slt, %head, %two : i64\n"
     "%b = arith.cmpi slt, %k, %w : i64\n%r = arith.andi %a, %b : i1\n",
     32},
    {"Globals",
     "%a = arith.cmpi slt, %q, %w : i64\n%b = arith.cmpi slt, %k, %w : i64\n"
     "%r = arith.ori %a, %b : i1\n",
     20},
    {"HeadDistance",
     "%one = arith.constant 1 : i64\n%h = arith.addi %head, %one : i64\n"
     "%a = arith.muli %h, %w : i64\n%b = math.absi %d : i64\n"
     "%r = arith.cmpi sle, %b, %a : i64\n",
     9},
    {"FloatSlope",
     "%a = arith.sitofp %d : i64 to f64\n%half = arith.constant 0.5 : f64\n"
     "%b = arith.mulf %a, %half : f64\n%c = math.absf %b : f64\n"
     "%e = arith.sitofp %w : i64 to f64\n%r = arith.cmpf ole, %c, %e : f64\n",
     17},
    {"FloatDecay",
     "%a = math.absi %d : i64\n%b = arith.sitofp %a : i64 to f64\n%n = arith.negf %b : f64\n"
     "%c = math.exp %n : f64\n%e = arith.constant 1.0e-20 : f64\n"
     "%r = arith.cmpf ogt, %c, %e : f64\n",
     0},
    {"ChanceOfBlocks",
     "%a = gaze.floordiv %q, %w : i64\n%b = gaze.floordiv %k, %w : i64\n"
     "%p = arith.constant 0.5 : f64\n%r = gaze.chance %p, %zero, (%a, %b) : i1\n",
     16},
    {"ChanceOfNeverOrAlways",
     "%p = arith.sitofp %head : i64 to f64\n%r = gaze.chance %p, %zero, (%q, %k) : i1\n", 0},
    {"SelectByHead",
     "%one = arith.constant 1 : i64\n%a = arith.cmpi sle, %head, %one : i64\n"
     "%b = arith.cmpi sle, %k, %q : i64\n%c = arith.cmpi sle, %q, %k : i64\n"
     "%r = arith.select %a, %b, %c : i1\n",
     0},
    {"SelectOfAgreeingBranches",
     "%one = arith.constant 1 : i64\n%two = arith.constant 2 : i64\n"
     "%a = arith.cmpi sle, %k, %q : i64\n%b = arith.cmpi sle, %head, %one : i64\n"
     "%c = arith.cmpi slt, %head, %two : i64\n%r = arith.select %a, %b, %c : i1\n",
     0},
    {"NotNear",
     "%a = math.absi %d : i64\n%b = arith.cmpi sle, %a, %w : i64\n%true = arith.constant true\n"
     "%r = arith.xori %b, %true : i1\n",
     40},
};

INSTANTIATE_TEST_SUITE_P(Patterns, ExactOnTiles, testing::ValuesIn(exactPatterns),
                         [](const auto &entry) { return std::string(entry.param.name); });

/// Rules that random patterns seldom try: the value differs inside of a rectangle
/// whose ends agree. No verdict may say that all are kept.
struct Trap {
  const char *name;
  const char *keep;
  std::int64_t low, high; ///< of q; k is the same
};

class Traps : public testing::TestWithParam<Trap> {};

TEST_P(Traps, AreNotFallenInto) {
  std::string names = "%q = gaze.coordinate q : i64\n%k = gaze.coordinate k : i64\n"
                      "%qf = arith.sitofp %q : i64 to f64\n%kf = arith.sitofp %k : i64 to f64\n"
                      "%huge = arith.constant 1.0e300 : f64\n%zero = arith.constant 0.0 : f64\n"
                      "%least = arith.constant 0xFFF0000000000000 : f64\n"
                      "%a0 = arith.mulf %qf, %huge : f64\n%a = arith.mulf %a0, %huge : f64\n"
                      "%b0 = arith.mulf %kf, %huge : f64\n%b = arith.mulf %b0, %huge : f64\n";
  Kernel kernel =
      lower("gaze.pattern @trap() keep {\n" + names + GetParam().keep + "gaze.yield %r : i1\n}\n")
          .at(0);
  Inputs inputs;
  inputs.low = {GetParam().low, GetParam().low, 0, 0};
  inputs.high = {GetParam().high, GetParam().high, 0, 0};
  Truth truth = bruteForce(kernel, inputs);
  ASSERT_TRUE(truth.any && !truth.all) << "this is no trap";
  Verdict answer = verdict(kernel, inputs);
  EXPECT_TRUE(answer.may && !answer.must) << "may " << answer.may << ", must " << answer.must;
}

const std::int64_t farthest = std::int64_t(1) << 40;

const Trap traps[] = {
    {"SumOfInfinities", "%s = arith.addf %a, %b : f64\n%r = arith.cmpf oge, %s, %least : f64\n", -1,
     1},
    {"DifferenceOfInfinities",
     "%s = arith.subf %a, %b : f64\n%r = arith.cmpf oge, %s, %least : f64\n", -1, 1},
    {"ZeroTimesInfinity",
     "%i = arith.divf %huge, %zero : f64\n%s = arith.mulf %qf, %i : f64\n"
     "%r = arith.cmpf oge, %s, %least : f64\n",
     -1, 1},
    {"DivisionInsideOfZero",
     "%s = arith.divf %huge, %qf : f64\n%t = math.absf %s : f64\n"
     "%r = arith.cmpf ole, %t, %huge : f64\n",
     -1, 1},
    {"RootInsideOfNegatives", "%s = math.sqrt %qf : f64\n%r = arith.cmpf oge, %s, %zero : f64\n",
     -1, 1},
    {"SineOfInfinity",
     "%one = arith.constant 1.0 : f64\n%s = math.sin %a : f64\n"
     "%r = arith.cmpf ole, %s, %one : f64\n",
     0, 1},
    {"FloorThatOverflowsLater",
     "%f = math.floor %qf : f64\n%i = gaze.float_to_int %f : f64 to i64\n"
     "%c = arith.constant 4194304 : i64\n%m = arith.muli %i, %c : i64\n"
     "%s = arith.addi %m, %m : i64\n%r = arith.cmpi sgt, %s, %q : i64\n",
     farthest - 1, farthest},
    {"ModuloOfTheWholePeriod",
     "%n = arith.constant 5 : i64\n%m = gaze.floormod %q, %n : i64\n%o = arith.constant 3 : i64\n"
     "%r = arith.cmpi slt, %m, %o : i64\n",
     0, 5},
    {"QuotientAcrossZero",
     "%n = arith.constant 12 : i64\n%m = gaze.floordiv %n, %q : i64\n%o = arith.constant 4 : i64\n"
     "%r = arith.cmpi sle, %m, %o : i64\n",
     -3, 3},
};

INSTANTIATE_TEST_SUITE_P(All, Traps, testing::ValuesIn(traps),
                         [](const auto &entry) { return std::string(entry.param.name); });

} // namespace
} // namespace gaze::test
