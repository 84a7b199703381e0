//===- PatternTensorsTest.cpp - The library's patterns that read tensors ------===//
//
// Masks are drawn by hand, as in PatternsTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "LibraryPattern.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

TEST(PatternTensors, Documents) {
  LibraryPattern documents("documents", {}, {{"doc", {7, 7, 7, 1, 1}}});
  EXPECT_EQ(documents.mask(5, 5), "#....\n"
                                  "##...\n"
                                  "###..\n"
                                  "...#.\n"
                                  "...##\n");
}

TEST(PatternTensors, Padding) {
  LibraryPattern padding("padding", {}, {{"length", {3}}});
  EXPECT_EQ(padding.mask(2, 5), "###..\n"
                                "###..\n");
}

TEST(PatternTensors, Flamingo) {
  // Two images of two latents; the first token stands before both.
  LibraryPattern flamingo("flamingo", {{"latents", 2}}, {{"image", {-1, 0, 0, 1}}});
  EXPECT_EQ(flamingo.mask(4, 4), "....\n"
                                 "##..\n"
                                 "##..\n"
                                 "..##\n");
}

TEST(PatternTensors, VerticalSlash) {
  // Head 0: key 0, and the distances 0 and 2. Head 1: key 1, and distance 3.
  LibraryPattern both(
      "vertical_slash", {},
      {{"vertical", {1, 0, 0, 0, 0, 0, 1, 0, 0, 0}}, {"slash", {1, 0, 1, 0, 0, 0, 0, 0, 1, 0}}});
  EXPECT_EQ(both.mask(5, 5, 0, 2), "#....\n"
                                   "##...\n"
                                   "#.#..\n"
                                   "##.#.\n"
                                   "#.#.#\n");
  EXPECT_EQ(both.mask(5, 5, 1, 2), ".....\n"
                                   ".#...\n"
                                   ".#...\n"
                                   "##...\n"
                                   ".#...\n");
}

TEST(PatternTensors, SpeculativeTree) {
  // Behind two tokens stand a, its children b and c, and b's child d.
  LibraryPattern tree("speculative_tree", {{"tree", 4}},
                      {{"ancestor",
                        {1, 0, 0, 0, //
                         1, 1, 0, 0, //
                         1, 0, 1, 0, //
                         1, 1, 0, 1}}});
  EXPECT_EQ(tree.mask(6, 6), "#.....\n"
                             "##....\n"
                             "###...\n"
                             "####..\n"
                             "###.#.\n"
                             "####.#\n");
}

TEST(PatternTensors, T5Bias) {
  // The bias of bucket i is i, so that the score shows the bucket.
  std::vector<double> bias(32);
  std::iota(bias.begin(), bias.end(), 0);
  LibraryPattern encoder("t5_bias", {}, {{"bias", bias}});
  EXPECT_EQ(encoder.mask(2, 2), "##\n##\n");
  EXPECT_EQ(encoder.score(0, 300, 300), 0);
  EXPECT_EQ(encoder.score(0.5, 300, 293), 7.5);
  EXPECT_EQ(encoder.score(0, 300, 301), 16 + 1);
  // 8 + floor(8 log(distance / 8) / log(128 / 8)) = 8, 9, 10, 15, 15
  EXPECT_EQ(encoder.score(0, 300, 300 - 8), 8);
  EXPECT_EQ(encoder.score(0, 300, 300 - 15), 9);
  EXPECT_EQ(encoder.score(0, 300, 300 + 16), 16 + 10);
  EXPECT_EQ(encoder.score(0, 300, 300 - 127), 15);
  EXPECT_EQ(encoder.score(0, 300, 0), 15);

  LibraryPattern decoder("t5_bias", {{"bidirectional", 0}}, {{"bias", bias}});
  EXPECT_EQ(decoder.mask(2, 2), "#.\n##\n");
  EXPECT_EQ(decoder.score(0, 300, 300 - 15), 15);
  // 16 + floor(16 log(20 / 16) / log(128 / 16)) = 16 + floor(1.717)
  EXPECT_EQ(decoder.score(0, 300, 300 - 20), 17);
  EXPECT_EQ(decoder.score(0, 300, 0), 31);
}

} // namespace
