//===- HighestBlocksTest.cpp - The blocks with the highest scores --------------===//
#include "runtime/HighestBlocks.h"
#include "runtime/SelectionTable.h"

#include <cmath>
#include <gtest/gtest.h>
#include <string>

using namespace gaze::runtime;

namespace {

constexpr std::uint8_t isSelected = allSelected | someSelected;

/// A letter a block: + selected, . not.
std::string selected(const std::vector<float> &scores, const std::string &candidates,
                     std::int64_t first, std::int64_t count) {
  std::vector<std::uint8_t> bytes, entries(candidates.size(), 77);
  for (const char candidate : candidates)
    bytes.push_back(candidate == 'c');
  HighestBlocks().select(scores.data(), bytes.data(), first,
                         first + static_cast<std::int64_t>(scores.size()),
                         static_cast<std::int64_t>(bytes.size()), count, entries.data());
  std::string text;
  for (const std::uint8_t entry : entries)
    text += entry == isSelected ? '+' : entry == 0 ? '.' : '?';
  return text;
}

TEST(HighestBlocks, candidatesAlone) {
  EXPECT_EQ("+.+.", selected({1, 9, 5, 0}, "c.cc", 0, 2));
  EXPECT_EQ("...", selected({1, 2, 3}, "...", 0, 2));
}

TEST(HighestBlocks, fewerThanCountAreAll) {
  EXPECT_EQ("+.+", selected({1, 9, -5}, "c.c", 0, 2));
  EXPECT_EQ("+.+", selected({1, 9, -5}, "c.c", 0, 100));
}

TEST(HighestBlocks, countOfNoneSelectsNone) { EXPECT_EQ("..", selected({1, 2}, "cc", 0, 0)); }

TEST(HighestBlocks, equalScoresGoToTheLowerIndex) {
  EXPECT_EQ("++..", selected({3, 3, 3, 3}, "cccc", 0, 2));
  EXPECT_EQ("+.", selected({-0.0F, 0.0F}, "cc", 0, 1));
  EXPECT_EQ("+.", selected({0.0F, -0.0F}, "cc", 0, 1));
}

TEST(HighestBlocks, nanIsBelowAllNumbers) {
  EXPECT_EQ(".+", selected({NAN, -INFINITY}, "cc", 0, 1));
  EXPECT_EQ(".+", selected({-NAN, -INFINITY}, "cc", 0, 1));
  EXPECT_EQ("+..+", selected({NAN, NAN, NAN, 1}, "cccc", 0, 2));
}

TEST(HighestBlocks, scoresMayBeginLater) { EXPECT_EQ("...+.", selected({1, 2}, "..cc.", 2, 1)); }

} // namespace
