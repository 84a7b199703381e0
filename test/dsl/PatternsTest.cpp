//===- PatternsTest.cpp - The library, mask by mask --------------------------===//
//
// Masks are drawn by hand from the papers' definitions: a row per query, a column
// per key, '#' where the query sees the key.
//
//===----------------------------------------------------------------------===//

#include "Support.h"

#include <gtest/gtest.h>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

std::string drawn(const Program &program, const std::vector<std::int64_t> &values, int size) {
  const Pattern &pattern = program.patterns.at(0);
  std::vector<Value> parameters;
  for (std::size_t i = 0; i < pattern.parameters.size(); ++i)
    parameters.push_back({Type::Int, values.at(i), 0});
  Interpreter interpreter(program, pattern, parameters);
  std::string mask;
  for (int q = 0; q < size; ++q, mask += '\n')
    for (int k = 0; k < size; ++k)
      mask += interpreter.keep(pair(q, k)) ? '#' : '.';
  return mask;
}

/// The mask of a pattern file with these values for its (int) parameters.
std::string mask(const std::string &file, const std::vector<std::int64_t> &values, int size) {
  Diagnostics diagnostics;
  Program program = load((root() / "patterns" / file).string(), library(), diagnostics);
  EXPECT_EQ(diagnostics.render(program.sources), "");
  return drawn(program, values, size);
}

std::string maskOf(const std::string &expr, int size) {
  return drawn(loaded("import \"std\"; pattern p() { keep " + expr + "; }"), {}, size);
}

TEST(Patterns, EveryFileIsRight) {
  int files = 0;
  for (const auto &entry : std::filesystem::directory_iterator(root() / "patterns")) {
    if (entry.path().extension() != ".gaze")
      continue;
    ++files;
    Diagnostics diagnostics;
    Program program = load(entry.path().string(), library(), diagnostics);
    EXPECT_EQ(diagnostics.render(program.sources), "");
    for (const Pattern &pattern : program.patterns)
      for (const Parameter &parameter : pattern.parameters)
        EXPECT_NE(parameter.defaultValue, nullptr) << entry.path() << parameter.name.text;
  }
  EXPECT_GE(files, 7);
}

TEST(Patterns, Causal) {
  EXPECT_EQ(mask("causal.gaze", {}, 4), "#...\n"
                                        "##..\n"
                                        "###.\n"
                                        "####\n");
}

TEST(Patterns, Window) {
  EXPECT_EQ(mask("window.gaze", {2}, 4), "#...\n"
                                         "##..\n"
                                         ".##.\n"
                                         "..##\n");
}

TEST(Patterns, Longformer) {
  EXPECT_EQ(mask("longformer.gaze", {2, 1}, 5), "#####\n"
                                                "###..\n"
                                                "####.\n"
                                                "#.###\n"
                                                "#..##\n");
}

TEST(Patterns, Strided) {
  EXPECT_EQ(mask("strided.gaze", {3}, 7), "#......\n"
                                          "##.....\n"
                                          "###....\n"
                                          "####...\n"
                                          ".####..\n"
                                          "..####.\n"
                                          "#..####\n");
}

TEST(Patterns, Sinks) {
  EXPECT_EQ(mask("sinks.gaze", {1, 2}, 5), "#....\n"
                                           "##...\n"
                                           "###..\n"
                                           "#.##.\n"
                                           "#..##\n");
}

TEST(Patterns, BigbirdWithoutItsRandomBlocks) {
  // Blocks of 2, no neighbours, one global block, probability 0 (an int widens).
  Diagnostics diagnostics;
  Program program = load((root() / "patterns/bigbird.gaze").string(), library(), diagnostics);
  EXPECT_EQ(drawn(program, {2, 0, 1, 0, 0}, 6), "######\n"
                                                "######\n"
                                                "####..\n"
                                                "####..\n"
                                                "##..##\n"
                                                "##..##\n");
}

TEST(Patterns, BigbirdKeepsWholeBlocks) {
  Diagnostics diagnostics;
  Program program = load((root() / "patterns/bigbird.gaze").string(), library(), diagnostics);
  Interpreter interpreter(program, program.patterns.at(0),
                          {{Type::Int, 8, 0},
                           {Type::Int, 0, 0},
                           {Type::Int, 0, 0},
                           {Type::Float, 0, 0.5},
                           {Type::Int, 3, 0}});
  int kept = 0;
  for (int q = 0; q < 128; ++q)
    for (int k = 0; k < 128; ++k) {
      bool keep = interpreter.keep(pair(q, k));
      kept += keep ? 1 : 0;
      EXPECT_EQ(keep, interpreter.keep(pair(q / 8 * 8, k / 8 * 8)));
    }
  EXPECT_GT(kept, 128 * 128 / 3);
  EXPECT_LT(kept, 128 * 128 * 2 / 3);
}

TEST(Patterns, StandardParts) {
  EXPECT_EQ(maskOf("local(1, 2)", 5), "###..\n"
                                      "####.\n"
                                      ".####\n"
                                      "..###\n"
                                      "...##\n");
  EXPECT_EQ(maskOf("window(3)", 4), "##..\n"
                                    "###.\n"
                                    ".###\n"
                                    "..##\n");
  EXPECT_EQ(maskOf("sinks(1)", 2), "#.\n"
                                   "#.\n");
  EXPECT_EQ(maskOf("globals(1)", 3), "###\n"
                                     "#..\n"
                                     "#..\n");
  EXPECT_EQ(maskOf("strided(2)", 4), "#.#.\n"
                                     ".#.#\n"
                                     "#.#.\n"
                                     ".#.#\n");
  EXPECT_EQ(maskOf("dilated(1, 0, 2)", 4), "#...\n"
                                           ".#..\n"
                                           "#.#.\n"
                                           ".#.#\n");
  EXPECT_EQ(maskOf("blocks(2)", 4), "##..\n"
                                    "##..\n"
                                    "..##\n"
                                    "..##\n");
}

TEST(Patterns, StandardScores) {
  Coordinates at = pair(5, 2);
  at.score = 3;
  at.integers[static_cast<int>(Ambient::Heads)] = 8;
  at.integers[static_cast<int>(Ambient::Head)] = 1; // the slopes for 8 heads are 1/2, 1/4, ...
  std::string import = "import \"std\"; ";
  EXPECT_DOUBLE_EQ(scoreOf("softcap(score, 2.0)", at, "", import), 2 * 0.9051482536448664);
  EXPECT_DOUBLE_EQ(scoreOf("score + alibi", at, "", import), 3 - 0.75);
}

TEST(Patterns, RequirementsRefuseWhatCannotBe) {
  auto refused = [](const std::string &file, std::vector<Value> values) {
    Diagnostics diagnostics;
    Program program = load((root() / "patterns" / file).string(), library(), diagnostics);
    return Interpreter(program, program.patterns.at(0), std::move(values)).failedRequirement({});
  };
  auto integer = [](std::int64_t value) { return Value{Type::Int, value, 0}; };
  EXPECT_EQ(refused("window.gaze", {integer(0)}), 0);
  EXPECT_EQ(refused("window.gaze", {integer(1)}), -1);
  EXPECT_EQ(refused("longformer.gaze", {integer(2), integer(-1)}), 1);
  EXPECT_EQ(refused("strided.gaze", {integer(0)}), 0);
  EXPECT_EQ(refused("sinks.gaze", {integer(4), integer(0)}), 1);
  EXPECT_EQ(refused("bigbird.gaze",
                    {integer(0), integer(1), integer(2), {Type::Float, 0, 0.05}, integer(0)}),
            0);
  EXPECT_EQ(refused("bigbird.gaze",
                    {integer(64), integer(1), integer(2), {Type::Float, 0, 1.5}, integer(0)}),
            2);
}

} // namespace
