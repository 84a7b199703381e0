//===- PatternsTest.cpp - The library, mask by mask --------------------------===//
//
// Masks are drawn by hand from the papers' definitions: a row per query, a column
// per key, '#' where the query sees the key. PatternTensorsTest.cpp has the patterns
// that read tensors.
//
//===----------------------------------------------------------------------===//

#include "LibraryPattern.h"

#include <gtest/gtest.h>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

/// The mask of a pattern of the library over `size` tokens.
std::string mask(const std::string &name, const LibraryPattern::Values &values, int size) {
  return LibraryPattern(name, values).mask(size, size);
}

/// Selects one block for all queries, and holds the sizes of a selection to those of the paper.
class OneBlock : public Selector {
public:
  OneBlock(std::int64_t chosen, const Selection &ofPaper) : block(chosen), expected(ofPaper) {}

  bool selected(const Selection &selection, const Coordinates &at) const override {
    EXPECT_EQ(selection.count, expected.count);
    EXPECT_EQ(selection.block, expected.block);
    EXPECT_EQ(selection.share, expected.share);
    EXPECT_EQ(selection.by, expected.by);
    return at.integers[static_cast<int>(Ambient::K)] / selection.block == block;
  }

private:
  std::int64_t block;
  Selection expected;
};

/// The same, of a pattern that selects block `chosen`.
std::string mask(const std::string &name, const LibraryPattern::Values &values, int size,
                 std::int64_t chosen, const Selection &ofPaper) {
  const OneBlock selector(chosen, ofPaper);
  return LibraryPattern(name, values).mask(size, size, 0, 1, &selector);
}

TEST(Patterns, EveryFileHasOnePatternOfItsNameWithDefaults) {
  for (const std::string &name : libraryPatterns()) {
    LibraryPattern file(name, {});
    EXPECT_EQ(file.pattern().name.text, name);
    for (const Parameter &parameter : file.pattern().parameters)
      EXPECT_NE(parameter.defaultValue, nullptr) << name << ' ' << parameter.name.text;
  }
  EXPECT_GE(libraryPatterns().size(), 24U);
}

TEST(Patterns, Causal) {
  EXPECT_EQ(mask("causal", {}, 4), "#...\n"
                                   "##..\n"
                                   "###.\n"
                                   "####\n");
}

TEST(Patterns, Window) {
  EXPECT_EQ(mask("window", {{"window", 2}}, 4), "#...\n"
                                                "##..\n"
                                                ".##.\n"
                                                "..##\n");
}

TEST(Patterns, Longformer) {
  EXPECT_EQ(mask("longformer", {{"window", 2}, {"globals", 1}}, 5), "#####\n"
                                                                    "###..\n"
                                                                    "####.\n"
                                                                    "#.###\n"
                                                                    "#..##\n");
}

TEST(Patterns, LongformerDilated) {
  LibraryPattern dilated("longformer_dilated",
                         {{"window", 4}, {"dilation", 2}, {"dilated_heads", 1}, {"globals", 0}});
  EXPECT_EQ(dilated.mask(7, 7, 0, 2), "#.#.#..\n"
                                      ".#.#.#.\n"
                                      "#.#.#.#\n"
                                      ".#.#.#.\n"
                                      "#.#.#.#\n"
                                      ".#.#.#.\n"
                                      "..#.#.#\n");
  EXPECT_EQ(dilated.mask(7, 7, 1, 2), "###....\n"
                                      "####...\n"
                                      "#####..\n"
                                      ".#####.\n"
                                      "..#####\n"
                                      "...####\n"
                                      "....###\n");
}

TEST(Patterns, Strided) {
  EXPECT_EQ(mask("strided", {{"stride", 3}}, 7), "#......\n"
                                                 "##.....\n"
                                                 "###....\n"
                                                 "####...\n"
                                                 ".####..\n"
                                                 "..####.\n"
                                                 "#..####\n");
}

TEST(Patterns, Fixed) {
  EXPECT_EQ(mask("fixed", {{"stride", 4}, {"summary", 1}}, 9), "#........\n"
                                                               "##.......\n"
                                                               "###......\n"
                                                               "####.....\n"
                                                               "...##....\n"
                                                               "...###...\n"
                                                               "...####..\n"
                                                               "...#####.\n"
                                                               "...#...##\n");
}

TEST(Patterns, LogSparse) {
  EXPECT_EQ(mask("logsparse", {}, 10), "#.........\n"
                                       "##........\n"
                                       "###.......\n"
                                       ".###......\n"
                                       "#.###.....\n"
                                       ".#.###....\n"
                                       "..#.###...\n"
                                       "...#.###..\n"
                                       "#...#.###.\n"
                                       ".#...#.###\n");
  EXPECT_EQ(mask("logsparse", {{"near", 3}}, 6), "#.....\n"
                                                 "##....\n"
                                                 "###...\n"
                                                 ".###..\n"
                                                 "#.###.\n"
                                                 ".#.###\n");
}

TEST(Patterns, Sinks) {
  EXPECT_EQ(mask("sinks", {{"sinks", 1}, {"window", 2}}, 5), "#....\n"
                                                             "##...\n"
                                                             "###..\n"
                                                             "#.##.\n"
                                                             "#..##\n");
}

TEST(Patterns, AShape) {
  EXPECT_EQ(mask("a_shape", {{"sinks", 2}, {"window", 1}}, 5), "#....\n"
                                                               "##...\n"
                                                               "###..\n"
                                                               "##.#.\n"
                                                               "##..#\n");
}

TEST(Patterns, PrefixLm) {
  EXPECT_EQ(mask("prefix_lm", {{"prefix", 2}}, 4), "##..\n"
                                                   "##..\n"
                                                   "###.\n"
                                                   "####\n");
}

TEST(Patterns, BlockDiagonal) {
  EXPECT_EQ(mask("block_diagonal", {{"block", 2}}, 5), "##...\n"
                                                       "##...\n"
                                                       "..##.\n"
                                                       "..##.\n"
                                                       "....#\n");
}

TEST(Patterns, SharedPrefix) {
  EXPECT_EQ(mask("shared_prefix", {{"prefix", 2}, {"answer", 2}}, 6), "#.....\n"
                                                                      "##....\n"
                                                                      "###...\n"
                                                                      "####..\n"
                                                                      "##..#.\n"
                                                                      "##..##\n");
}

TEST(Patterns, MemoryTokens) {
  EXPECT_EQ(mask("memory_tokens", {{"memory", 1}, {"window", 0}}, 4), "####\n"
                                                                      "#...\n"
                                                                      "#...\n"
                                                                      "#...\n");
  EXPECT_EQ(mask("memory_tokens", {{"memory", 1}, {"window", 2}}, 5), "#####\n"
                                                                      "###..\n"
                                                                      "####.\n"
                                                                      "#.###\n"
                                                                      "#..##\n");
}

TEST(Patterns, BlockDiffusion) {
  // Four noisy tokens in two blocks, and four clean ones.
  EXPECT_EQ(mask("block_diffusion", {{"block", 2}}, 8), "##......\n"
                                                        "##......\n"
                                                        "..####..\n"
                                                        "..####..\n"
                                                        "....##..\n"
                                                        "....##..\n"
                                                        "....####\n"
                                                        "....####\n");
}

TEST(Patterns, Hybrid) {
  LibraryPattern hybrid("hybrid", {{"dense", 0.5}, {"sinks", 1}, {"window", 2}});
  EXPECT_EQ(hybrid.mask(5, 5, 0, 2), "#....\n"
                                     "##...\n"
                                     "###..\n"
                                     "####.\n"
                                     "#####\n");
  EXPECT_EQ(hybrid.mask(5, 5, 1, 2), "#....\n"
                                     "##...\n"
                                     "###..\n"
                                     "#.##.\n"
                                     "#..##\n");
}

TEST(Patterns, Neighbourhood) {
  // At the edges the square of 3 x 3 is pushed inside.
  EXPECT_EQ(mask("neighbourhood", {{"height", 4}, {"width", 4}, {"window", 3}}, 16),
            "###.###.###.....\n"
            "###.###.###.....\n"
            ".###.###.###....\n"
            ".###.###.###....\n"
            "###.###.###.....\n"
            "###.###.###.....\n"
            ".###.###.###....\n"
            ".###.###.###....\n"
            "....###.###.###.\n"
            "....###.###.###.\n"
            ".....###.###.###\n"
            ".....###.###.###\n"
            "....###.###.###.\n"
            "....###.###.###.\n"
            ".....###.###.###\n"
            ".....###.###.###\n");
}

TEST(Patterns, Swin) {
  // Shifted by 1, rows and columns fall into {0}, {1, 2} and {3}.
  EXPECT_EQ(mask("swin", {{"height", 4}, {"width", 4}, {"window", 2}, {"shift", 1}}, 16),
            "#...............\n"
            ".##.............\n"
            ".##.............\n"
            "...#............\n"
            "....#...#.......\n"
            ".....##..##.....\n"
            ".....##..##.....\n"
            ".......#...#....\n"
            "....#...#.......\n"
            ".....##..##.....\n"
            ".....##..##.....\n"
            ".......#...#....\n"
            "............#...\n"
            ".............##.\n"
            ".............##.\n"
            "...............#\n");
  EXPECT_EQ(mask("swin", {{"height", 4}, {"width", 4}, {"window", 2}, {"shift", 0}}, 16),
            "##..##..........\n"
            "##..##..........\n"
            "..##..##........\n"
            "..##..##........\n"
            "##..##..........\n"
            "##..##..........\n"
            "..##..##........\n"
            "..##..##........\n"
            "........##..##..\n"
            "........##..##..\n"
            "..........##..##\n"
            "..........##..##\n"
            "........##..##..\n"
            "........##..##..\n"
            "..........##..##\n"
            "..........##..##\n");
}

TEST(Patterns, Axial) {
  EXPECT_EQ(mask("axial", {{"width", 3}, {"columns", 0}}, 6), "###...\n"
                                                              "###...\n"
                                                              "###...\n"
                                                              "...###\n"
                                                              "...###\n"
                                                              "...###\n");
  EXPECT_EQ(mask("axial", {{"width", 3}, {"columns", 1}}, 6), "#..#..\n"
                                                              ".#..#.\n"
                                                              "..#..#\n"
                                                              "#..#..\n"
                                                              ".#..#.\n"
                                                              "..#..#\n");
}

TEST(Patterns, SlidingTile) {
  // Four tiles of two tokens side by side; then four frames of two tiles of one token.
  const LibraryPattern::Values wide = {{"tile", 2},         {"frames", 1},      {"high", 1},
                                       {"wide", 4},         {"window_wide", 3}, {"window_high", 1},
                                       {"window_frames", 1}};
  const LibraryPattern::Values deep = {{"tile", 1},         {"frames", 4},      {"high", 1},
                                       {"wide", 2},         {"window_wide", 1}, {"window_high", 1},
                                       {"window_frames", 3}};
  EXPECT_EQ(LibraryPattern("sliding_tile", wide).mask(8, 8), "######..\n"
                                                             "######..\n"
                                                             "######..\n"
                                                             "######..\n"
                                                             "..######\n"
                                                             "..######\n"
                                                             "..######\n"
                                                             "..######\n");
  EXPECT_EQ(LibraryPattern("sliding_tile", deep).mask(8, 8), "#.#.#...\n"
                                                             ".#.#.#..\n"
                                                             "#.#.#...\n"
                                                             ".#.#.#..\n"
                                                             "..#.#.#.\n"
                                                             "...#.#.#\n"
                                                             "..#.#.#.\n"
                                                             "...#.#.#\n");
}

TEST(Patterns, BigbirdWithoutItsRandomBlocks) {
  // Blocks of 2, no neighbours, one global block, probability 0.
  const LibraryPattern::Values values = {{"block", 2}, {"near", 0}, {"globals", 1}, {"random", 0}};
  EXPECT_EQ(LibraryPattern("bigbird", values).mask(6, 6), "######\n"
                                                          "######\n"
                                                          "####..\n"
                                                          "####..\n"
                                                          "##..##\n"
                                                          "##..##\n");
}

TEST(Patterns, BigbirdKeepsWholeBlocks) {
  LibraryPattern bigbird("bigbird", {{"block", 8}, {"near", 0}, {"globals", 0}, {"random", 0.5}});
  const std::string drawn = bigbird.mask(128, 128);
  int kept = 0;
  for (int q = 0; q < 128; ++q)
    for (int k = 0; k < 128; ++k) {
      const char pair = drawn[q * 129 + k];
      kept += pair == '#' ? 1 : 0;
      EXPECT_EQ(pair, drawn[q / 8 * 8 * 129 + k / 8 * 8]);
    }
  EXPECT_GT(kept, 128 * 128 / 3);
  EXPECT_LT(kept, 128 * 128 * 2 / 3);
}

TEST(Patterns, MoBA) {
  EXPECT_EQ(mask("moba", {{"block", 2}, {"count", 2}}, 6, 0, {1, 2, 1, SelectBy::Mean}),
            "#.....\n"
            "##....\n"
            "###...\n"
            "####..\n"
            "##..#.\n"
            "##..##\n");
}

TEST(Patterns, QuestRoundsItsBudgetDown) {
  EXPECT_EQ(mask("quest", {{"page", 2}, {"budget", 3}}, 6, 1, {1, 2, 1, SelectBy::MinMax}),
            "#.....\n"
            "##....\n"
            "..#...\n"
            "..##..\n"
            "..###.\n"
            "..####\n");
}

TEST(Patterns, NSA) {
  const LibraryPattern::Values values = {{"block", 1}, {"count", 4}, {"first", 1}, {"latest", 2}};
  EXPECT_EQ(mask("nsa", values, 6, 2, {1, 1, 1, SelectBy::Mean}), "#.....\n"
                                                                  "##....\n"
                                                                  "###...\n"
                                                                  "#.##..\n"
                                                                  "#.###.\n"
                                                                  "#.#.##\n");
}

TEST(Patterns, MInferenceBlocksAreChosenByBlocksOfQueries) {
  EXPECT_EQ(
      mask("minference_blocks", {{"block", 2}, {"count", 1}}, 6, 0, {1, 2, 2, SelectBy::Mean}),
      "#.....\n"
      "##....\n"
      "###...\n"
      "####..\n"
      "##..#.\n"
      "##..##\n");
}

TEST(Patterns, InfLLM) {
  const LibraryPattern::Values values = {{"sinks", 1}, {"window", 2}, {"block", 2}, {"count", 3}};
  EXPECT_EQ(mask("infllm", values, 7, 1, {3, 2, 2, SelectBy::Mean}), "#......\n"
                                                                     "##.....\n"
                                                                     "###....\n"
                                                                     "#.##...\n"
                                                                     "#.###..\n"
                                                                     "#.####.\n"
                                                                     "#.##.##\n");
}

TEST(Patterns, Alibi) {
  LibraryPattern alibi("alibi", {});
  EXPECT_EQ(alibi.mask(3, 3), "#..\n##.\n###\n");
  // Head 0 of 8 halves; of 6 heads, the last two have slopes for 8 heads.
  EXPECT_DOUBLE_EQ(alibi.score(0, 7, 3, 0, 8), -4 * 0.5);
  EXPECT_DOUBLE_EQ(alibi.score(0, 7, 3, 7, 8), -4 / 256.0);
  EXPECT_DOUBLE_EQ(alibi.score(0, 7, 3, 3, 6), -4 / 256.0);
  EXPECT_DOUBLE_EQ(alibi.score(0, 7, 3, 4, 6), -4 * 0.5);
  EXPECT_DOUBLE_EQ(alibi.score(0, 7, 3, 5, 6), -4 * 0.125);
}

TEST(Patterns, Gemma2) {
  EXPECT_EQ(mask("gemma2", {{"window", 2}}, 3), "#..\n##.\n.##\n");
  EXPECT_EQ(mask("gemma2", {{"window", 2}, {"sliding", 0}}, 3), "#..\n##.\n###\n");
  // 50 tanh(100 / 50)
  EXPECT_DOUBLE_EQ(LibraryPattern("gemma2", {}).score(100, 5, 5), 48.20137900379085);
}

} // namespace
