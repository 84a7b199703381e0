//===- InterpreterTest.cpp - Meaning, on values worked out by hand -----------===//

#include "Support.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

TEST(Interpreter, DivisionAndModuloFloorAsInPython) {
  // Python: 7 // 2 = 3, -7 // 2 = -4, 7 // -2 = -4, -7 // -2 = 3;
  //         7 % 2 = 1, -7 % 2 = 1, 7 % -2 = -1, -7 % -2 = -1.
  EXPECT_EQ(floorDivide(7, 2), 3);
  EXPECT_EQ(floorDivide(-7, 2), -4);
  EXPECT_EQ(floorDivide(7, -2), -4);
  EXPECT_EQ(floorDivide(-7, -2), 3);
  EXPECT_EQ(floorModulo(7, 2), 1);
  EXPECT_EQ(floorModulo(-7, 2), 1);
  EXPECT_EQ(floorModulo(7, -2), -1);
  EXPECT_EQ(floorModulo(-7, -2), -1);
  EXPECT_EQ(floorModulo(-8, 4), 0);
  EXPECT_EQ(floorDivide(-8, 4), -2);
  EXPECT_EQ(floorModulo(smallest, 10), 2); // 10 * -922337203685477581 = smallest - 2
}

TEST(Interpreter, ZeroDivisorsGiveZeroAndOverflowWraps) {
  EXPECT_EQ(floorDivide(5, 0), 0);
  EXPECT_EQ(floorModulo(-5, 0), 0);
  EXPECT_EQ(floorDivide(smallest, -1), smallest);
  EXPECT_EQ(floorModulo(smallest, -1), 0);
  EXPECT_TRUE(keeps("9223372036854775807 + q == -9223372036854775808", pair(1, 0)));
  EXPECT_TRUE(keeps("-q == q and abs(q) == q", pair(smallest, 0)));
  EXPECT_TRUE(keeps("q * 2 == -2", pair(largest, 0)));
  EXPECT_TRUE(keeps("q / k == 0 and q % k == 0", pair(5, 0)));
}

TEST(Interpreter, IntsWidenOnlyBesideFloats) {
  EXPECT_EQ(scoreOf("7 / 2"), 3);
  EXPECT_EQ(scoreOf("7 / 2.0"), 3.5);
  EXPECT_EQ(scoreOf("-7 / 2"), -4);
  EXPECT_EQ(scoreOf("7 / 2 * 2.0"), 6);
  EXPECT_EQ(scoreOf("-7 % 2.5"), 0.5); // -7 - -3 * 2.5
  EXPECT_EQ(scoreOf("7 % -2.5"), -0.5);
  EXPECT_EQ(scoreOf("min(3, 2.5, 7) + max(1, 2)"), 4.5);
  EXPECT_EQ(scoreOf("max(1, 2.5) / 2"), 1.25);
  EXPECT_TRUE(keeps("1 < 1.5 and 2 == 2.0", {}));
}

TEST(Interpreter, BothBranchesDecideTheTypeOfAnIf) {
  EXPECT_EQ(scoreOf("(if q == 0 then 7 else 0.5) / 2", pair(0, 0)), 3.5);
  EXPECT_EQ(scoreOf("(if q == 0 then 7 else 5) / 2", pair(0, 0)), 3);
}

TEST(Interpreter, FloatDivisionFollowsIeee) {
  EXPECT_EQ(scoreOf("1.0 / q"), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(scoreOf("0.0 / q")));
  EXPECT_TRUE(std::isnan(scoreOf("1.5 % q")));
}

TEST(Interpreter, FunctionsGiveWhatTheirNamesSay) {
  EXPECT_EQ(scoreOf("abs(-3) + abs(-2.5) + abs(4)"), 9.5);
  EXPECT_EQ(scoreOf("clamp(-5, 1, 3) + clamp(2, 1, 3) * 10 + clamp(9, 1, 3) * 100"), 321);
  EXPECT_EQ(scoreOf("sqrt(16) + exp2(3) + log2(8)"), 15);
  EXPECT_DOUBLE_EQ(scoreOf("exp(1)"), 2.718281828459045);
  EXPECT_DOUBLE_EQ(scoreOf("log(10)"), 2.302585092994046);
  EXPECT_DOUBLE_EQ(scoreOf("tanh(1)"), 0.7615941559557649);
  EXPECT_DOUBLE_EQ(scoreOf("sin(1)"), 0.8414709848078965);
  EXPECT_DOUBLE_EQ(scoreOf("cos(1)"), 0.5403023058681398);
}

TEST(Interpreter, FloorGivesAnIntAndSaturates) {
  EXPECT_EQ(scoreOf("floor(2.7) / 2"), 1); // int division: 2 / 2
  EXPECT_EQ(scoreOf("floor(-2.5)"), -3);
  EXPECT_EQ(scoreOf("floor(7)"), 7);
  EXPECT_TRUE(keeps("floor(1e300) == 9223372036854775807", {}));
  EXPECT_TRUE(keeps("floor(-1e300) == -9223372036854775808", {}));
  EXPECT_TRUE(keeps("floor(0.0 / q) == 0", {}));
}

TEST(Interpreter, ComparisonsChain) {
  EXPECT_TRUE(keeps("0 <= q - k < 3", pair(5, 3)));
  EXPECT_FALSE(keeps("0 <= q - k < 3", pair(5, 2)));
  EXPECT_FALSE(keeps("0 <= q - k < 3", pair(2, 5)));
  EXPECT_TRUE(keeps("(q < k) == false != true", pair(5, 2)));
  EXPECT_FALSE(keeps("0.0 / q == 0.0 / q", {}));
  EXPECT_TRUE(keeps("0.0 / q != 0.0 / q", {}));
}

TEST(Interpreter, AmbientNamesReadTheirCoordinates) {
  Coordinates at{{1, 2, 3, 4, 5, 6, 7, 8}, 0.5};
  EXPECT_EQ(scoreOf("q + 10 * (k + 10 * (head + 10 * (batch + 10 * (seq_q + 10 * (seq_k + 10 * "
                    "(heads + 10 * head_dim)))))) + score",
                    at),
            87654321.5);
}

TEST(Interpreter, WhereReachesThroughDefs) {
  std::string defs = "def causal = k <= q; def shifted(by) = causal where k = k + by; ";
  EXPECT_TRUE(keeps("causal where q = k, k = q", pair(2, 5), "", defs));
  EXPECT_FALSE(keeps("causal where q = k", pair(5, 6), "", "def causal = k < q; "));
  EXPECT_TRUE(keeps("shifted(2)", pair(5, 3), "", defs));
  EXPECT_FALSE(keeps("shifted(3)", pair(5, 3), "", defs));
}

TEST(Interpreter, WhereBindsAllAtOnce) {
  EXPECT_EQ(scoreOf("q * 10 + k where q = k, k = q", pair(1, 2)), 21);
}

TEST(Interpreter, InnerWhereWins) {
  EXPECT_EQ(scoreOf("(q where q = q + 1) where q = q * 10", pair(3, 0)), 31);
}

TEST(Interpreter, LetsAreReadAgainWhereTheyAreUsed) {
  EXPECT_TRUE(keeps("near where q = q / 4, k = k / 4", pair(8, 11), "let near = q == k;"));
  EXPECT_EQ(scoreOf("outer where inner = 5", pair(1, 0), "let inner = q; let outer = inner * 2;"),
            10);
  EXPECT_EQ(scoreOf("real / 2 where real = 3", {}, "let real = 0.5;"), 1.5); // widened to 3.0
}

TEST(Interpreter, CallsPassValues) {
  // The argument was read before the def's `where` binds q.
  EXPECT_EQ(scoreOf("f(q)", pair(3, 0), "", "def f(x) = x + q where q = 10; "), 13);
  EXPECT_EQ(
      scoreOf("f(q)", pair(3, 0), "", "def f(x) = x + g(x) where x = x + 1; def g(y) = y * 10; "),
      44);
  EXPECT_EQ(scoreOf("f(2) / 4", pair(3, 0), "", "def f(q) = q + 1; "), 0); // q is the argument
}

TEST(Interpreter, ParametersCanBeBound) {
  Program program = loaded("pattern p(window: int, cap: float) {\n"
                           "  let half = window / 2;\n"
                           "  keep q - k <= half where window = window * 2;\n"
                           "  score = cap where cap = 3;\n"
                           "}\n");
  Interpreter interpreter(program, program.patterns[0],
                          {{Type::Int, 3, 0}, {Type::Float, 0, 0.25}});
  EXPECT_TRUE(interpreter.keep(pair(8, 5)));  // 3 <= 6 / 2
  EXPECT_FALSE(interpreter.keep(pair(8, 4))); // 4 <= 6 / 2
  EXPECT_EQ(interpreter.score(pair(0, 0)), 3);
}

/// Selects the keys of one block, and writes down what it is asked.
struct OneBlock : Selector {
  bool selected(const Selection &selection, const Coordinates &at) const override {
    asked = selection;
    return at.integers[static_cast<int>(Ambient::K)] / selection.block == 2;
  }
  mutable Selection asked;
};

TEST(Interpreter, WithoutASelectorEverythingIsSelected) {
  Program program = loaded("pattern p() { keep k < q and top_blocks(1, 4); }");
  Interpreter interpreter(program, program.patterns[0], {});
  EXPECT_TRUE(interpreter.keep(pair(9, 1)));
  EXPECT_FALSE(interpreter.keep(pair(1, 9)));
}

TEST(Interpreter, ASelectorIsAskedWithTheSizesOfItsPlace) {
  Program program = loaded("def some(n, size) = top_blocks(n, size, by = minmax, share = n + 4);\n"
                           "pattern p(n: int) {\n"
                           "  keep not some(n, 2 * n) where n = n + 1;\n"
                           "}\n");
  Interpreter interpreter(program, program.patterns[0], {{Type::Int, 2, 0}});
  OneBlock selector;
  EXPECT_FALSE(interpreter.keep(pair(0, 12), &selector)); // block 2 of 6 keys
  EXPECT_TRUE(interpreter.keep(pair(0, 11), &selector));
  EXPECT_EQ(selector.asked.count, 3);
  EXPECT_EQ(selector.asked.block, 6);
  EXPECT_EQ(selector.asked.share, 7);
  EXPECT_EQ(selector.asked.by, SelectBy::MinMax);
}

TEST(Interpreter, StatementsHaveTheirDefaults) {
  Program program = loaded("pattern p() { }");
  Interpreter interpreter(program, program.patterns[0], {});
  Coordinates at = pair(3, 9);
  at.integers[static_cast<int>(Ambient::HeadDim)] = 64;
  at.score = 0.75;
  EXPECT_TRUE(interpreter.keep(at));
  EXPECT_EQ(interpreter.scale(at), 0.125);
  EXPECT_EQ(interpreter.score(at), 0.75);
  EXPECT_EQ(interpreter.failedRequirement(at), -1);
}

TEST(Interpreter, ScoresFollowEachOther) {
  Program program = loaded("pattern p() { scale = 3; score = score + 1; score = score * 10; }");
  Interpreter interpreter(program, program.patterns[0], {});
  Coordinates at;
  at.score = 2;
  EXPECT_EQ(interpreter.score(at), 30);
  EXPECT_EQ(interpreter.scale(at), 3);
}

TEST(Interpreter, TheFirstFailedRequirementIsNamed) {
  Program program = loaded("pattern p(w: int) { require w > 0, \"a\"; require w < heads, \"b\"; }");
  auto failed = [&](std::int64_t w) {
    Coordinates at;
    at.integers[static_cast<int>(Ambient::Heads)] = 8;
    return Interpreter(program, program.patterns[0], {{Type::Int, w, 0}}).failedRequirement(at);
  };
  EXPECT_EQ(failed(4), -1);
  EXPECT_EQ(failed(0), 0);
  EXPECT_EQ(failed(8), 1);
}

TEST(Interpreter, ChanceIsTheDocumentedHash) {
  // The first outputs of SplitMix64 from state 0, from its authors' code, are
  // e220a8397b1dcdaf, 6e789e6aa1b965f4, ...; mix(0) is the first.
  double uniform = static_cast<double>(0xe220a8397b1dcdafU >> 11) / 9007199254740992.0;
  EXPECT_FALSE(chance(uniform, 0, nullptr, 0));
  EXPECT_TRUE(chance(std::nextafter(uniform, 1), 0, nullptr, 0));
  // mix(mix(0) ^ x) with x = mix(0) is mix(0) again.
  std::int64_t argument = static_cast<std::int64_t>(0xe220a8397b1dcdafU);
  EXPECT_FALSE(chance(uniform, 0, &argument, 1));
  EXPECT_TRUE(chance(std::nextafter(uniform, 1), 0, &argument, 1));
}

TEST(Interpreter, ChanceHasItsProbability) {
  int hits = 0;
  for (std::int64_t q = 0; q < 100; ++q)
    for (std::int64_t k = 0; k < 100; ++k) {
      std::int64_t arguments[] = {q, k};
      hits += chance(0.3, 7, arguments, 2);
    }
  EXPECT_NEAR(hits, 3000, 5 * std::sqrt(10000 * 0.3 * 0.7)); // five standard deviations
  EXPECT_FALSE(keeps("chance(0, 1, q, k)", pair(1, 2)));
  EXPECT_TRUE(keeps("chance(1, 1, q, k)", pair(1, 2)));
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// x: int[3, 4] of 0 .. 11, f: float[4] of 0, 0.5, 1, 1.5 and on: bool[2], false and true.
class InputsOf {
public:
  explicit InputsOf(const std::string &statements)
      : program(loaded("def twice(a, b) = a + a; def first(a, b) = a;\n"
                       "pattern p() { input x: int[3, 4]; input f: float[4]; input on: bool[2]; " +
                       statements + " }")),
        interpreter(program, program.patterns[0], {},
                    {{{3, 4}, ints, nullptr, nullptr},
                     {{4}, nullptr, floats, nullptr},
                     {{2}, nullptr, nullptr, bools}}) {}

  /// "true", "false" or what is outside.
  std::string keep(std::int64_t q, std::int64_t k) const {
    try {
      return interpreter.keep(pair(q, k)) ? "true" : "false";
    } catch (const OutOfRange &outside) {
      return outside.what();
    }
  }
  double score(std::int64_t q, std::int64_t k) const { return interpreter.score(pair(q, k)); }

  const std::int64_t ints[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const float floats[4] = {0, 0.5F, 1, 1.5F};
  const std::uint8_t bools[2] = {0, 1};
  Program program;
  Interpreter interpreter;
};

TEST(InterpreterInputs, AreReadInTheOrderOfC) {
  EXPECT_EQ(InputsOf("score = x[q, k] + f[k];").score(2, 3), 12.5);
  EXPECT_EQ(InputsOf("score = x[0, x[0, q]] / 2;").score(3, 0), 1); // ints
  EXPECT_EQ(InputsOf("keep on[q] and not on[k];").keep(1, 0), "true");
  EXPECT_EQ(InputsOf("score = x[k, q] where q = 1, k = q;").score(2, 0), 9);
}

TEST(InterpreterInputs, RefuseIndicesOutside) {
  EXPECT_EQ(InputsOf("keep x[q, k] >= 0;").keep(0, 4),
            "index 4 of axis 1 is outside of the input 'x' [3, 4]");
  EXPECT_EQ(InputsOf("keep x[q, k] >= 0;").keep(3, 4),
            "index 3 of axis 0 is outside of the input 'x' [3, 4]");
  EXPECT_EQ(InputsOf("keep on[q - 1];").keep(0, 0),
            "index -1 of axis 0 is outside of the input 'on' [2]");
  // The one that is read first, also within another index.
  EXPECT_EQ(InputsOf("keep x[x[0, q], x[0, k]] + x[9, 9] < 0;").keep(4, 5),
            "index 4 of axis 1 is outside of the input 'x' [3, 4]");
  EXPECT_EQ(InputsOf("keep x[x[0, q], 0] < 0;").keep(3, 0),
            "index 3 of axis 0 is outside of the input 'x' [3, 4]");
  try {
    InputsOf("keep f[k] > 1;").interpreter.keep(pair(0, 7));
    FAIL();
  } catch (const OutOfRange &outside) {
    EXPECT_EQ(outside.place.end - outside.place.begin, 1U); // k
  }
}

TEST(InterpreterInputs, DoNotCountBehindGuards) {
  EXPECT_EQ(InputsOf("keep k < 4 and f[k] >= 0;").keep(0, 9), "false");
  EXPECT_EQ(InputsOf("keep k >= 4 or f[k] > 9;").keep(0, 9), "true");
  EXPECT_EQ(InputsOf("keep 0 <= k < 4 < f[k] + 9;").keep(0, -9), "false");
  EXPECT_EQ(InputsOf("keep if k < 4 then f[k] >= 0 else q == 0;").keep(0, 9), "true");
  EXPECT_EQ(InputsOf("keep (if k < 4 then f[k] else q) == 0;").keep(0, 9), "true");
  EXPECT_EQ(InputsOf("keep first(q, f[k]) == 0;").keep(0, 9), "true");
  EXPECT_EQ(InputsOf("keep (q == 0 where k = x[0, k]);").keep(0, 9), "true");
  const std::string outside = "index 9 of axis 0 is outside of the input 'f' [4]";
  EXPECT_EQ(InputsOf("keep f[k] >= 0 and k < 4;").keep(0, 9), outside);
  EXPECT_EQ(InputsOf("keep f[k] >= 0 or true;").keep(0, 9), outside);
  EXPECT_EQ(InputsOf("keep if f[k] >= 0 then true else true;").keep(0, 9), outside);
  EXPECT_EQ(InputsOf("keep twice(f[k], 0) >= 0;").keep(0, 9), outside);
  EXPECT_EQ(InputsOf("keep min(0, f[k]) >= 0;").keep(0, 9), outside);
  EXPECT_EQ(InputsOf("keep floor(f[k]) * 0 == 0;").keep(0, 9), outside);
  EXPECT_EQ(InputsOf("keep chance(0.5, 1, floor(f[k]));").keep(0, 9), outside);
}

TEST(InterpreterInputs, AreMissingAlsoAsCoordinatesAndScores) {
  EXPECT_EQ(InputsOf("keep (k < 100 where k = x[0, k]);").keep(0, 9),
            "index 9 of axis 1 is outside of the input 'x' [3, 4]");
  EXPECT_EQ(InputsOf("keep ((k < 100 where k = 1) where k = x[0, k]);").keep(0, 9), "true");
  const InputsOf overwritten("score = f[k]; score = 7;");
  EXPECT_EQ(overwritten.score(0, 9), 7);
  const InputsOf read("score = f[k]; score = score * 0;");
  EXPECT_THROW(read.score(0, 9), OutOfRange);
}

TEST(InterpreterInputs, HaveTheDeclaredExtents) {
  Program program = loaded("pattern p(w: int) { input x: int[batch, seq_k + w, heads / 3]; }");
  Coordinates at;
  at.integers = {0, 0, 0, 5, 10, 20, 7, 64};
  EXPECT_EQ(Interpreter(program, program.patterns[0], {{Type::Int, -3, 0}}).extents(0, at),
            (std::vector<std::int64_t>{5, 17, 2}));
}

} // namespace
