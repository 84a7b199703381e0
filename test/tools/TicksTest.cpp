//===- TicksTest.cpp - Round numbers along an axis ---------------------------===//
#include "tools/gaze/Ticks.h"

#include <gtest/gtest.h>

using namespace gaze::cli;

namespace {

using Numbers = std::vector<std::int64_t>;

TEST(Ticks, decimal) {
  EXPECT_EQ(ticks(1000000, 6), (Numbers{0, 200000, 400000, 600000, 800000, 1000000}));
  EXPECT_EQ(ticks(1000, 11), (Numbers{0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}));
  EXPECT_EQ(ticks(1234, 4), (Numbers{0, 500, 1000}));
  EXPECT_EQ(ticks(37, 5), (Numbers{0, 10, 20, 30}));
}

TEST(Ticks, powersOfTwo) {
  EXPECT_EQ(ticks(1024, 5), (Numbers{0, 256, 512, 768, 1024}));
  EXPECT_EQ(ticks(16, 17).size(), 17U);
  EXPECT_EQ(ticks(6144, 4), (Numbers{0, 2048, 4096, 6144}));
  EXPECT_EQ(ticks(1 << 20, 5).at(1), 1 << 18);
}

TEST(Ticks, fewAndMany) {
  EXPECT_EQ(ticks(1, 2), (Numbers{0, 1}));
  EXPECT_EQ(ticks(1, 100), (Numbers{0, 1}));
  for (const std::int64_t extent : {2, 3, 99, 100, 101, 4096, 999999, 2147418112})
    for (const int most : {0, 2, 3, 8, 17}) {
      const Numbers found = ticks(extent, most);
      EXPECT_LE(found.size(), static_cast<std::size_t>(std::max(2, most))) << extent;
      EXPECT_EQ(found.front(), 0);
      EXPECT_LE(found.back(), extent);
    }
}

TEST(Ticks, commas) {
  EXPECT_EQ(withCommas(0), "0");
  EXPECT_EQ(withCommas(999), "999");
  EXPECT_EQ(withCommas(1000), "1,000");
  EXPECT_EQ(withCommas(1234567), "1,234,567");
  EXPECT_EQ(withCommas(-100), "-100");
  EXPECT_EQ(withCommas(-1000), "-1,000");
}

} // namespace
