//===- PatternRequirementsTest.cpp - The library refuses what cannot be -------===//

#include "LibraryPattern.h"

#include <gtest/gtest.h>

#include <set>

using namespace gaze::dsl;
using namespace gaze::dsl::test;

namespace {

/// Values, beside the defaults, that a pattern refuses over so many keys, and why.
struct Refusal {
  std::string pattern;
  LibraryPattern::Values values;
  int keys;
  std::string message;
};

const std::vector<Refusal> refusals = {
    {"window", {{"window", 0}}, 64, "window must be at least 1: a token sees itself"},
    {"longformer", {{"window", -1}}, 64, "window must not be negative"},
    {"longformer", {{"globals", -1}}, 64, "globals must not be negative"},
    {"longformer_dilated", {{"window", -1}}, 64, "window must not be negative"},
    {"longformer_dilated",
     {{"dilation", 0}},
     64,
     "dilation must be at least 1, which leaves no gaps"},
    {"longformer_dilated", {{"dilated_heads", -1}}, 64, "dilated_heads must not be negative"},
    {"longformer_dilated", {{"globals", -1}}, 64, "globals must not be negative"},
    {"bigbird", {{"block", 0}}, 64, "block must be at least 1 token"},
    {"bigbird", {{"near", -1}}, 64, "near and globals must not be negative"},
    {"bigbird", {{"globals", -1}}, 64, "near and globals must not be negative"},
    {"bigbird", {{"random", 1.5}}, 64, "random is a share, from 0 to 1"},
    {"strided", {{"stride", 0}}, 64, "stride must be at least 1"},
    {"fixed", {{"stride", 0}}, 64, "stride must be at least 1"},
    {"fixed", {{"stride", 8}, {"summary", 9}}, 64, "summary must be from 0 to stride"},
    {"fixed", {{"summary", -1}}, 64, "summary must be from 0 to stride"},
    {"logsparse", {{"near", 0}}, 64, "near must be at least 1: a token sees itself"},
    {"sinks", {{"sinks", -1}}, 64, "sinks must not be negative"},
    {"sinks", {{"window", 0}}, 64, "window must be at least 1: a token sees itself"},
    {"a_shape", {{"sinks", -1}}, 64, "sinks must not be negative"},
    {"a_shape", {{"window", 0}}, 64, "window must be at least 1: a token sees itself"},
    {"hybrid", {{"dense", -0.5}}, 64, "dense is a share of the heads, from 0 to 1"},
    {"hybrid", {{"dense", 1.5}}, 64, "dense is a share of the heads, from 0 to 1"},
    {"hybrid", {{"sinks", -1}}, 64, "sinks must not be negative"},
    {"hybrid", {{"window", 0}}, 64, "window must be at least 1: a token sees itself"},
    {"moba", {{"block", 0}}, 64, "block must be at least 1 key"},
    {"moba", {{"count", 0}}, 64, "count must be at least 1: a token sees its own block"},
    {"quest", {{"page", 0}}, 64, "page must be at least 1 key"},
    {"quest", {{"budget", -1}}, 64, "budget must not be negative"},
    {"nsa", {{"block", 0}}, 64, "block must be at least 1 key"},
    {"nsa", {{"first", -1}}, 64, "first must not be negative, and latest at least 1"},
    {"nsa", {{"latest", 0}}, 64, "first must not be negative, and latest at least 1"},
    {"nsa", {{"count", 2}}, 64, "count must be at least first + latest"},
    {"minference_blocks", {{"block", 0}}, 64, "block must be at least 1 key"},
    {"minference_blocks", {{"count", -1}}, 64, "count must not be negative"},
    {"infllm", {{"sinks", -1}}, 64, "sinks must not be negative"},
    {"infllm", {{"window", 0}}, 64, "window must be at least 1: a token sees itself"},
    {"infllm", {{"block", 0}}, 64, "block must be at least 1 key"},
    {"infllm", {{"count", -1}}, 64, "count must not be negative"},
    {"prefix_lm", {{"prefix", -1}}, 64, "prefix must not be negative"},
    {"gemma2", {{"window", 0}}, 64, "window must be at least 1: a token sees itself"},
    {"gemma2", {{"cap", 0}}, 64, "cap must be positive"},
    {"block_diagonal", {{"block", 0}}, 64, "block must be at least 1 token"},
    {"shared_prefix", {{"prefix", -1}}, 64, "prefix must not be negative"},
    {"shared_prefix", {{"answer", 0}}, 64, "answer must be at least 1 token"},
    {"memory_tokens", {{"memory", -1}}, 64, "memory must not be negative"},
    {"memory_tokens", {{"window", -1}}, 64, "window must not be negative"},
    {"block_diffusion", {{"block", 0}}, 64, "block must be at least 1 token"},
    {"block_diffusion", {{"block", 8}}, 56, "the keys must be two texts of whole blocks"},
    {"neighbourhood", {{"height", -8}, {"width", -8}}, 64, "height and width must be at least 1"},
    {"neighbourhood",
     {{"height", 8}, {"width", 7}},
     64,
     "height * width must be the number of keys"},
    {"neighbourhood",
     {{"height", 8}, {"width", 8}, {"window", 4}},
     64,
     "window must be odd: a pixel is in the middle of it"},
    {"neighbourhood",
     {{"height", 8}, {"width", 8}, {"window", -1}},
     64,
     "window must be odd: a pixel is in the middle of it"},
    {"neighbourhood",
     {{"height", 16}, {"width", 4}, {"window", 5}},
     64,
     "window must fit into the grid"},
    {"swin", {{"height", -8}, {"width", -8}}, 64, "height and width must be at least 1"},
    {"swin", {{"height", 8}, {"width", 7}}, 64, "height * width must be the number of keys"},
    {"swin", {{"height", 8}, {"width", 8}, {"window", 0}}, 64, "window must be at least 1"},
    {"swin",
     {{"height", 8}, {"width", 8}, {"window", 3}},
     64,
     "window must divide height and width"},
    {"swin",
     {{"height", 8}, {"width", 8}, {"window", 4}, {"shift", 4}},
     64,
     "shift must be from 0 to window - 1"},
    {"axial", {{"width", 0}}, 64, "width must be at least 1"},
    {"axial", {{"width", 12}}, 64, "width must divide the number of keys"},
    {"sliding_tile", {{"tile", 0}}, 64, "tile, frames, high and wide must be at least 1"},
    {"sliding_tile",
     {{"tile", -384}, {"wide", -10}},
     115200,
     "tile, frames, high and wide must be at least 1"},
    {"sliding_tile", {}, 64, "tile * frames * high * wide must be the number of keys"},
    {"sliding_tile", {{"window_high", -1}}, 115200, "windows must be at least 1 tile"},
    {"sliding_tile",
     {{"window_wide", 4}},
     115200,
     "windows must be odd: a tile is in the middle of its window"},
    {"sliding_tile", {{"window_frames", 7}}, 115200, "windows must fit into the video"},
    {"t5_bias", {{"buckets", 30}}, 64, "buckets must be a multiple of 4, and at least 4"},
    {"t5_bias", {{"buckets", 0}}, 64, "buckets must be a multiple of 4, and at least 4"},
    {"t5_bias",
     {{"max_distance", 8}},
     64,
     "max_distance must be larger than buckets / 4, or buckets / 2 in the decoder"},
    {"t5_bias",
     {{"max_distance", 16}, {"bidirectional", 0}},
     64,
     "max_distance must be larger than buckets / 4, or buckets / 2 in the decoder"},
    {"flamingo", {{"latents", 0}}, 64, "latents must be at least 1"},
    {"flamingo", {{"latents", 9}}, 64, "the keys must be whole images of `latents` keys"},
    {"speculative_tree", {{"tree", 0}}, 64, "tree must be from 1 to the number of keys"},
    {"speculative_tree", {{"tree", 65}}, 64, "tree must be from 1 to the number of keys"},
};

TEST(PatternRequirements, RefuseWhatCannotBe) {
  for (const Refusal &refusal : refusals) {
    LibraryPattern pattern(refusal.pattern, refusal.values);
    const int failed = pattern.failedRequirement(refusal.keys);
    ASSERT_NE(failed, -1) << refusal.pattern << " accepts what should mean: " << refusal.message;
    EXPECT_EQ(pattern.pattern().requirements[failed].message, refusal.message);
  }
}

TEST(PatternRequirements, EachIsTested) {
  std::set<std::pair<std::string, std::string>> tested;
  for (const Refusal &refusal : refusals)
    tested.insert({refusal.pattern, refusal.message});
  for (const std::string &name : libraryPatterns()) {
    const LibraryPattern file(name, {});
    for (const Require &requirement : file.pattern().requirements)
      EXPECT_EQ(tested.count({name, requirement.message}), 1U)
          << name << ": " << requirement.message;
  }
}

TEST(PatternRequirements, DefaultsAreAccepted) {
  // The numbers of keys that the papers' grids have; the others take any.
  const std::map<std::string, int> keys = {
      {"neighbourhood", 56 * 56}, {"swin", 56 * 56}, {"sliding_tile", 30 * 48 * 80}};
  for (const std::string &name : libraryPatterns())
    EXPECT_EQ(LibraryPattern(name, {}).failedRequirement(keys.count(name) ? keys.at(name) : 1024),
              -1)
        << name;
}

} // namespace
