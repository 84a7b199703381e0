//===- Float16Test.cpp - The 16-bit floats -----------------------------===//
#include "gaze/float16.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace gaze::test {
namespace {

float fromBits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Every finite float16 is a multiple of 2^-24, by the definition of the format.
double valueOf(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

TEST(Float16, EveryNumberIsWhatTheFormatSaysAndComesBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    float16 element;
    element.bits = static_cast<std::uint16_t>(bits);
    const auto wide = static_cast<float>(element);
    if ((bits & 0x7fff) > 0x7c00) {
      ASSERT_TRUE(std::isnan(wide)) << bits;
      continue;
    }
    const double expected = (bits & 0x7fff) < 0x7c00 ? valueOf(element.bits)
                            : bits & 0x8000          ? -INFINITY
                                                     : INFINITY;
    ASSERT_EQ(wide, expected) << bits;
    ASSERT_EQ(float16(wide).bits, bits);
  }
}

/// Halfway between two neighbours the even one is taken; beside it, the nearer.
TEST(Float16, RoundsToNearestEven) {
  for (std::uint16_t bits = 0; bits < 0x7bff; ++bits) {
    const double below = valueOf(bits), above = valueOf(bits + 1);
    const auto middle = static_cast<float>((below + above) / 2);
    ASSERT_EQ(float16(middle).bits, bits % 2 == 0 ? bits : bits + 1) << bits;
    ASSERT_EQ(float16(std::nextafter(middle, -INFINITY)).bits, bits) << bits;
    ASSERT_EQ(float16(std::nextafter(middle, INFINITY)).bits, bits + 1) << bits;
    ASSERT_EQ(float16(-middle).bits, float16(middle).bits | 0x8000) << bits;
  }
}

TEST(Float16, OverflowsToInfinityFromTheMiddleOn) {
  EXPECT_EQ(float16(65504.0f).bits, 0x7bff);
  EXPECT_EQ(float16(std::nextafter(65520.0f, 0.0f)).bits, 0x7bff);
  EXPECT_EQ(float16(65520.0f).bits, 0x7c00);
  EXPECT_EQ(float16(-3e38f).bits, 0xfc00);
  EXPECT_EQ(float16(INFINITY).bits, 0x7c00);
}

TEST(BFloat16, EveryNumberIsTheUpperHalfOfAFloat) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    bfloat16 element;
    element.bits = static_cast<std::uint16_t>(bits);
    const float wide = fromBits(bits << 16);
    if (std::isnan(wide)) {
      ASSERT_TRUE(std::isnan(static_cast<float>(element)));
      continue;
    }
    ASSERT_EQ(static_cast<float>(element), wide);
    ASSERT_EQ(bfloat16(wide).bits, bits);
  }
}

TEST(BFloat16, RoundsToNearestEven) {
  for (std::uint32_t bits = 0; bits < 0x7f80; ++bits) {
    const std::uint32_t middle = bits << 16 | 0x8000;
    ASSERT_EQ(bfloat16(fromBits(middle)).bits, bits % 2 == 0 ? bits : bits + 1) << bits;
    ASSERT_EQ(bfloat16(fromBits(middle - 1)).bits, bits) << bits;
    ASSERT_EQ(bfloat16(fromBits(middle + 1)).bits, bits + 1) << bits;
  }
}

/// A payload that rounding would carry into the sign included.
TEST(Both, NaNStaysNaN) {
  for (const std::uint32_t bits :
       {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0x7fffffffu, 0xffffffffu, 0xff802000u}) {
    EXPECT_TRUE(std::isnan(static_cast<float>(float16(fromBits(bits))))) << bits;
    EXPECT_TRUE(std::isnan(static_cast<float>(bfloat16(fromBits(bits))))) << bits;
  }
}

} // namespace
} // namespace gaze::test
