//===- PaletteTest.cpp - Colours that everyone can tell apart ----------------===//
//
// Colour blindness as in Machado, Oliveira and Fernandes, 2009, "A Physiologically-
// based Model for Simulation of Color Vision Deficiency", at full severity; distances
// in CIELAB, where about 2.3 is just noticed.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/Palette.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>

using namespace gaze::cli;

namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

constexpr Matrix normal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix protanopia = {{{0.152286, 1.052583, -0.204868},
                                {0.114503, 0.786281, 0.099216},
                                {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix deuteranopia = {{{0.367322, 0.860646, -0.227968},
                                  {0.280085, 0.672501, 0.047413},
                                  {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix tritanopia = {{{1.255528, -0.076749, -0.178779},
                                {-0.078411, 0.930809, 0.147602},
                                {0.004733, 0.691367, 0.303900}}};

Triple times(const Matrix &matrix, const Triple &vector) {
  Triple result{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      result[i] += matrix[i][j] * vector[j];
  return result;
}

double linear(std::uint8_t byte) {
  const double value = byte / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

/// CIELAB under D65 of what an eye sees.
Triple lab(Colour colour, const Matrix &eye) {
  const Matrix toXyz = {{{0.4124564, 0.3575761, 0.1804375},
                         {0.2126729, 0.7151522, 0.0721750},
                         {0.0193339, 0.1191920, 0.9503041}}};
  Triple rgb = times(eye, {linear(colour.red), linear(colour.green), linear(colour.blue)});
  for (double &value : rgb)
    value = std::min(1.0, std::max(0.0, value));
  Triple xyz = times(toXyz, rgb);
  const Triple white = {0.95047, 1.0, 1.08883};
  for (int i = 0; i < 3; ++i) {
    const double ratio = xyz[i] / white[i];
    xyz[i] = ratio > 0.008856 ? std::cbrt(ratio) : 7.787 * ratio + 16.0 / 116;
  }
  return {116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])};
}

double distance(Colour one, Colour other, const Matrix &eye) {
  const Triple a = lab(one, eye), b = lab(other, eye);
  return std::hypot(std::hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

double luminance(Colour colour) { return lab(colour, normal)[0]; }

/// What a picture has, from light to dark.
const std::vector<Colour> kinds = {palette::empty, palette::dropped, palette::partial.front(),
                                   palette::partial.back(), palette::full};

TEST(Palette, kindsDifferForEveryEye) {
  for (const Matrix &eye : {normal, protanopia, deuteranopia, tritanopia})
    for (std::size_t i = 0; i < kinds.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_GT(distance(kinds[i], kinds[j], eye), i == 1 ? 7 : 15) << i << " " << j;
}

TEST(Palette, kindsDifferInGrey) {
  for (std::size_t i = 1; i < kinds.size(); ++i)
    EXPECT_GT(luminance(kinds[i - 1]) - luminance(kinds[i]), 7) << i;
}

TEST(Palette, shadesDarkenWithDensity) {
  for (int i = 1; i < palette::shades; ++i)
    EXPECT_GT(luminance(palette::partial[i - 1]) - luminance(palette::partial[i]), 3) << i;
}

/// Where dots are many tiles, half a power of ten is a shade.
TEST(Palette, ordersOfMagnitude) {
  const auto shade = [](std::int64_t kept) {
    return colourOf({kept, 0, kept}, 1000000, palette::Ramp::Logarithmic);
  };
  EXPECT_EQ(shade(1), palette::partial[0]);
  EXPECT_EQ(shade(300), palette::partial[0]); // 0.03 %
  EXPECT_EQ(shade(900), palette::partial[1]);
  EXPECT_EQ(shade(1100), palette::partial[2]); // above 0.1 %
  EXPECT_EQ(shade(9000), palette::partial[3]);
  EXPECT_EQ(shade(11000), palette::partial[4]); // above 1 %
  EXPECT_EQ(shade(90000), palette::partial[5]);
  EXPECT_EQ(shade(110000), palette::partial[6]); // above 10 %
  EXPECT_EQ(shade(330000), palette::partial[7]);
  EXPECT_EQ(shade(999999), palette::partial[7]);
}

TEST(Palette, cells) {
  EXPECT_EQ(colourOf({0, 0, 0}, 100), palette::empty);
  EXPECT_EQ(colourOf({0, 0, 10}, 100), palette::dropped);
  EXPECT_EQ(colourOf({100, 100, 100}, 100), palette::full);
  EXPECT_EQ(colourOf({100, 60, 100}, 100), palette::full); // most is in full tiles
  EXPECT_EQ(colourOf({100, 0, 100}, 100), palette::partial.back());
  EXPECT_EQ(colourOf({1, 1, 1}, 1000000), palette::partial.front()); // however little
  EXPECT_EQ(colourOf({50, 50, 50}, 100), palette::partial[3]);
  EXPECT_EQ(colourOf({51, 50, 100}, 100), palette::partial[4]);
  EXPECT_EQ(colourOf({99, 99, 99}, 100), palette::partial.back());
}

} // namespace
