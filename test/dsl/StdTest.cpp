//===- StdTest.cpp - The parts of std.gaze, one by one ------------------------===//

#include "Support.h"

#include <gtest/gtest.h>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

/// What `keep expr` keeps of size x size pairs: a row per query, a column per key.
std::string mask(const std::string &expr, int size) {
  Program program = loaded("import \"std\"; pattern p() { keep " + expr + "; }");
  Interpreter interpreter(program, program.patterns.at(0), {});
  std::string drawn;
  for (int q = 0; q < size; ++q, drawn += '\n')
    for (int k = 0; k < size; ++k)
      drawn += interpreter.keep(pair(q, k)) ? '#' : '.';
  return drawn;
}

TEST(Std, MasksOfItsParts) {
  EXPECT_EQ(mask("local(1, 2)", 5), "###..\n"
                                    "####.\n"
                                    ".####\n"
                                    "..###\n"
                                    "...##\n");
  EXPECT_EQ(mask("window(3)", 4), "##..\n"
                                  "###.\n"
                                  ".###\n"
                                  "..##\n");
  EXPECT_EQ(mask("sinks(1)", 2), "#.\n"
                                 "#.\n");
  EXPECT_EQ(mask("globals(1)", 3), "###\n"
                                   "#..\n"
                                   "#..\n");
  EXPECT_EQ(mask("strided(2)", 4), "#.#.\n"
                                   ".#.#\n"
                                   "#.#.\n"
                                   ".#.#\n");
  EXPECT_EQ(mask("dilated(1, 0, 2)", 4), "#...\n"
                                         ".#..\n"
                                         "#.#.\n"
                                         ".#.#\n");
  EXPECT_EQ(mask("power_of_two_before", 6), "......\n"
                                            "#.....\n"
                                            "##....\n"
                                            ".##...\n"
                                            "#.##..\n"
                                            ".#.##.\n");
  EXPECT_EQ(mask("neighbours(length = 5, count = 3)", 5), "###..\n"
                                                          "###..\n"
                                                          ".###.\n"
                                                          "..###\n"
                                                          "..###\n");
  EXPECT_EQ(mask("row(q, width = 2) == 1 and column(k, width = 2) == 0", 4), "....\n"
                                                                             "....\n"
                                                                             "#.#.\n"
                                                                             "#.#.\n");
  EXPECT_EQ(mask("blocks(2)", 4), "##..\n"
                                  "##..\n"
                                  "..##\n"
                                  "..##\n");
}

TEST(Std, Scores) {
  Coordinates at = pair(5, 2);
  at.score = 3;
  at.integers[static_cast<int>(Ambient::Heads)] = 8;
  at.integers[static_cast<int>(Ambient::Head)] = 1; // the slopes for 8 heads are 1/2, 1/4, ...
  std::string import = "import \"std\"; ";
  EXPECT_DOUBLE_EQ(scoreOf("softcap(score, 2.0)", at, "", import), 2 * 0.9051482536448664);
  EXPECT_DOUBLE_EQ(scoreOf("score + alibi", at, "", import), 3 - 0.75);
}

TEST(Std, DistancesThatArePowersOfTwoAreExact) {
  Program program = loaded("import \"std\"; pattern p() { keep power_of_two_before; }");
  Interpreter interpreter(program, program.patterns.at(0), {});
  for (int exponent = 3; exponent < 50; ++exponent) {
    const std::int64_t power = std::int64_t(1) << exponent;
    EXPECT_FALSE(interpreter.keep(pair(power - 1, 0))) << power;
    EXPECT_TRUE(interpreter.keep(pair(power, 0))) << power;
    EXPECT_FALSE(interpreter.keep(pair(power + 1, 0))) << power;
  }
}

} // namespace
