//===- InputsTest.cpp - Copies of tensors, their zones, and what is refused ----===//
#include "runtime/Inputs.h"

#include "FakeKernel.h"
#include "runtime/Error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace gaze::test {
namespace {

using Extents = runtime::Vector<std::int64_t>;

/// What the fake kernel declares: the sizes of all axes, one input after the other.
Extents declared;

int sizes(halide_buffer_t *, halide_buffer_t *out) {
  EXPECT_EQ(declared.size(), static_cast<std::size_t>(out->dim[0].extent));
  std::copy(declared.begin(), declared.end(), reinterpret_cast<std::int64_t *>(out->host));
  return 0;
}

/// A kernel of these inputs, all called "x".
struct Declaration {
  std::vector<gaze_input> inputs;
  gaze_kernel kernel = fakeKernel(16, 16);

  explicit Declaration(const std::vector<std::pair<gaze_type, Extents>> &all) {
    declared.clear();
    for (const auto &[type, extents] : all) {
      inputs.push_back({"x", type, static_cast<std::int32_t>(extents.size()), "[a, b]"});
      declared.insert(declared.end(), extents.begin(), extents.end());
    }
    kernel.inputs = inputs.data();
    kernel.input_count = static_cast<std::int32_t>(inputs.size());
    kernel.sizes = sizes;
  }
};

gaze_input_tensor tensor(const void *data, gaze_element element, const Extents &extents) {
  gaze_input_tensor result = {data, element, static_cast<std::int32_t>(extents.size()), {}};
  std::copy(extents.begin(), extents.end(), result.extents);
  return result;
}

std::int64_t product(const Extents &extents) {
  return std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>());
}

//===----------------------------------------------------------------------===//
// Zones, as runtime/Inputs.h describes them
//===----------------------------------------------------------------------===//

/// Indices [low, high].
struct Range {
  std::int64_t low, high;
};

/// The zones of an axis of n indices in the order of the table; those that hold no
/// index have high < low.
std::vector<Range> zonesOfAxis(std::int64_t n) {
  std::vector<Range> zones;
  if (n <= 256)
    for (std::int64_t i = 0; i < n; ++i)
      zones.push_back({i, i});
  std::int64_t padded = 16;
  while (padded < n)
    padded *= 2;
  for (std::int64_t width = 16; width <= padded; width *= 2)
    for (std::int64_t low = 0; low < padded; low += width)
      zones.push_back({low, std::min(low + width, n) - 1});
  return zones;
}

/// Calls visit(indices) for all indices of the box, in C order.
template <typename Visit> void forEachIndex(const std::vector<Range> &box, Visit visit) {
  for (const Range &range : box)
    if (range.high < range.low)
      return;
  Extents at;
  for (const Range &range : box)
    at.push_back(range.low);
  while (true) {
    visit(at);
    std::size_t axis = box.size();
    while (axis > 0 && at[axis - 1] == box[axis - 1].high)
      at[axis - 1] = box[axis - 1].low, --axis;
    if (axis == 0)
      return;
    ++at[axis - 1];
  }
}

std::int64_t offsetOf(const Extents &at, const Extents &extents) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < at.size(); ++i)
    offset = offset * extents[i] + at[i];
  return offset;
}

/// Least and greatest element of a box, one by one; of floats NaN where one is.
template <typename Wide, typename Element>
std::pair<Wide, Wide> extremes(const std::vector<Element> &elements, const Extents &extents,
                               const std::vector<Range> &box) {
  bool isFirst = true, hasNaN = false;
  Wide least{}, greatest{};
  forEachIndex(box, [&](const Extents &at) {
    const auto element = static_cast<Wide>(elements[offsetOf(at, extents)]);
    hasNaN |= element != element;
    least = isFirst || element < least ? element : least;
    greatest = isFirst || element > greatest ? element : greatest;
    isFirst = false;
  });
  if (hasNaN)
    least = greatest = static_cast<Wide>(NAN);
  return {least, greatest};
}

template <typename Wide> Wide fromBits(std::int64_t bits) {
  Wide value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename Wide> bool same(Wide a, Wide b) { return a == b || (a != a && b != b); }

/// Every zone of every combination of axes holds what its elements are.
template <typename Wide, typename Element>
void expectZones(const runtime::Inputs &inputs, std::int64_t firstZone,
                 const std::vector<Element> &elements, const Extents &extents) {
  std::vector<std::vector<Range>> zones;
  std::vector<Range> all;
  for (const std::int64_t extent : extents) {
    zones.push_back(zonesOfAxis(extent));
    all.push_back({0, static_cast<std::int64_t>(zones.back().size()) - 1});
  }
  std::int64_t entry = firstZone;
  forEachIndex(all, [&](const Extents &at) {
    std::vector<Range> box;
    bool isEmpty = false;
    for (std::size_t i = 0; i < at.size(); ++i) {
      box.push_back(zones[i][at[i]]);
      isEmpty |= box.back().high < box.back().low;
    }
    if (!isEmpty) {
      const auto [least, greatest] = extremes<Wide>(elements, extents, box);
      ASSERT_TRUE(same(least, fromBits<Wide>(inputs.zones[2 * entry]))) << "zone " << entry;
      ASSERT_TRUE(same(greatest, fromBits<Wide>(inputs.zones[2 * entry + 1]))) << "zone " << entry;
    }
    ++entry;
  });
  ASSERT_EQ(2 * (entry + 1), static_cast<std::int64_t>(inputs.zones.size())) << "one more entry";
}

const std::vector<Extents> shapes = {
    {1},       {15},        {16},      {17},        {255},        {256},         {257},
    {1000},    {1, 1},      {3, 17},   {257, 2},    {2, 257},     {16, 16},      {40, 300},
    {2, 3, 4}, {17, 1, 18}, {1, 1, 1}, {2, 300, 3}, {2, 2, 2, 2}, {1, 17, 1, 5}, {3, 1, 16, 2},
};

template <typename Element, typename Make>
std::vector<Element> fill(const Extents &extents, Make make) {
  std::vector<Element> elements;
  for (std::int64_t i = 0; i < product(extents); ++i)
    elements.push_back(make());
  return elements;
}

TEST(Zones, OfInts) {
  std::mt19937_64 random(1);
  for (const Extents &extents : shapes) {
    SCOPED_TRACE(testing::PrintToString(extents));
    const auto wide =
        fill<std::int64_t>(extents, [&] { return static_cast<std::int64_t>(random()); });
    const auto narrow =
        fill<std::int32_t>(extents, [&] { return static_cast<std::int32_t>(random()); });
    const Declaration pattern({{GAZE_INT, extents}});
    const auto check = [&](const auto &elements, gaze_element element) {
      runtime::Vector<std::int64_t> uniforms;
      const gaze_input_tensor given = tensor(elements.data(), element, extents);
      const runtime::Inputs inputs = runtime::copyInputs(pattern.kernel, &given, 1, uniforms);
      std::vector<std::int64_t> copy(elements.begin(), elements.end());
      expectZones<std::int64_t>(inputs, 0, copy, extents);
      copy.push_back(0);
      EXPECT_EQ(copy, std::vector<std::int64_t>(inputs.ints.begin(), inputs.ints.end()));
    };
    check(wide, GAZE_ELEMENT_INT64);
    check(narrow, GAZE_ELEMENT_INT32);
  }
}

TEST(Zones, OfFloats) {
  std::mt19937_64 random(2);
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Extents &extents : shapes) {
    SCOPED_TRACE(testing::PrintToString(extents));
    const auto elements = fill<float>(extents, [&] {
      const auto choice = random() % 40;
      return choice == 0   ? NAN
             : choice == 1 ? infinity
             : choice == 2 ? -infinity
                           : static_cast<float>(static_cast<std::int64_t>(random() % 2001) - 1000);
    });
    const Declaration pattern({{GAZE_FLOAT, extents}});
    runtime::Vector<std::int64_t> uniforms;
    const gaze_input_tensor given = tensor(elements.data(), GAZE_ELEMENT_FLOAT32, extents);
    const runtime::Inputs inputs = runtime::copyInputs(pattern.kernel, &given, 1, uniforms);
    expectZones<double>(inputs, 0, elements, extents);
    ASSERT_EQ(elements.size() + 1, inputs.floats.size());
    EXPECT_EQ(0, std::memcmp(elements.data(), inputs.floats.data(), elements.size() * 4));
  }
}

/// Of NaN nothing is known, wherever it stands in its zone.
TEST(Zones, OfNaN) {
  const Declaration pattern({{GAZE_FLOAT, {40}}});
  for (std::int64_t place = 0; place < 40; ++place) {
    std::vector<float> elements(40, 1.0F);
    elements[place] = NAN;
    runtime::Vector<std::int64_t> uniforms;
    const gaze_input_tensor given = tensor(elements.data(), GAZE_ELEMENT_FLOAT32, {40});
    expectZones<double>(runtime::copyInputs(pattern.kernel, &given, 1, uniforms), 0, elements,
                        {40});
  }
}

TEST(Zones, OfBools) {
  std::mt19937_64 random(3);
  for (const Extents &extents : shapes) {
    SCOPED_TRACE(testing::PrintToString(extents));
    const auto elements =
        fill<std::uint8_t>(extents, [&] { return static_cast<std::uint8_t>(random() % 16 > 0); });
    const Declaration pattern({{GAZE_BOOL, extents}});
    runtime::Vector<std::int64_t> uniforms;
    const gaze_input_tensor given = tensor(elements.data(), GAZE_ELEMENT_BOOL, extents);
    const runtime::Inputs inputs = runtime::copyInputs(pattern.kernel, &given, 1, uniforms);
    expectZones<std::int64_t>(inputs, 0, elements, extents);
    EXPECT_TRUE(std::equal(elements.begin(), elements.end(), inputs.bools.begin()));
  }
}

/// The two zones that compiler/halide/Inputs.cpp reads for the indices [low, high].
Range zonesFor(std::int64_t low, std::int64_t high, std::int64_t points, std::int64_t padded) {
  if (low == high && points > 0)
    return {low, high};
  int level = 4;
  while (std::int64_t{1} << level < high - low)
    ++level;
  const std::int64_t first = points + padded / 8 - (padded >> (level - 1));
  return {first + (low >> level), first + (high >> level)};
}

TEST(Zones, TwoCoverEveryRangeOfAnAxis) {
  for (const std::int64_t n :
       {1, 2, 15, 16, 17, 31, 32, 33, 100, 255, 256, 257, 511, 512, 513, 1000}) {
    const std::vector<Range> zones = zonesOfAxis(n);
    const std::int64_t points = n <= 256 ? n : 0;
    std::int64_t padded = 16;
    while (padded < n)
      padded *= 2;
    ASSERT_EQ(points + padded / 8 - 1, static_cast<std::int64_t>(zones.size())) << n;
    for (std::int64_t low = 0; low < n; ++low)
      for (std::int64_t high = low; high < n; ++high) {
        const Range pair = zonesFor(low, high, points, padded);
        ASSERT_TRUE(0 <= pair.low && pair.high < static_cast<std::int64_t>(zones.size()));
        ASSERT_TRUE(pair.high - pair.low <= 1);
        const Range first = zones[pair.low], last = zones[pair.high];
        ASSERT_TRUE(first.low <= low && high <= last.high && last.low <= first.high + 1)
            << n << ": " << low << " to " << high;
        ASSERT_LE(first.high - first.low + 1,
                  low == high && points > 0 ? 1
                                            : std::max<std::int64_t>(2 * (high - low + 1) - 1, 16));
      }
  }
}

//===----------------------------------------------------------------------===//
// Uniforms
//===----------------------------------------------------------------------===//

/// The first element and zone of each input, then size, points and padded size by axis,
/// behind what was there before.
TEST(InputUniforms, SayWhereInputsStand) {
  const Declaration pattern({{GAZE_INT, {2, 300}},
                             {GAZE_FLOAT, {5}},
                             {GAZE_INT, {3}},
                             {GAZE_BOOL, {256, 17}},
                             {GAZE_BOOL, {1}}});
  const std::vector<std::int32_t> first(600, 7);
  const std::vector<float> second(5, 0.5F);
  const std::vector<std::int64_t> third = {4, 5, 6};
  const std::vector<std::uint8_t> fourth(256 * 17, 1), fifth(1, 1);
  const gaze_input_tensor given[] = {tensor(first.data(), GAZE_ELEMENT_INT32, {2, 300}),
                                     tensor(second.data(), GAZE_ELEMENT_FLOAT32, {5}),
                                     tensor(third.data(), GAZE_ELEMENT_INT64, {3}),
                                     tensor(fourth.data(), GAZE_ELEMENT_BOOL, {256, 17}),
                                     tensor(fifth.data(), GAZE_ELEMENT_BOOL, {1})};
  runtime::Vector<std::int64_t> uniforms = {-1, -2};
  const runtime::Inputs inputs = runtime::copyInputs(pattern.kernel, given, 5, uniforms);
  // Zones: 2 has 2 points and 1 zone of 16; 300 has 0 points and, padded to 512, 32 + 16 +
  // 8 + 4 + 2 + 1 = 63 zones; 5 has 5 + 1; 3 has 3 + 1; 256 has 256 + 31; 17 has 17 + 3.
  const std::int64_t zones1 = 3 * 63, zones2 = zones1 + 6, zones3 = zones2 + 4,
                     zones4 = zones3 + 287 * 20;
  EXPECT_EQ((runtime::Vector<std::int64_t>{-1,       -2,                                  //
                                           0,        0,      2,   2,   16,  300, 0,  512, //
                                           0,        zones1, 5,   5,   16,                //
                                           600,      zones2, 3,   3,   16,                //
                                           0,        zones3, 256, 256, 256, 17,  17, 32,  //
                                           256 * 17, zones4, 1,   1,   16}),
            uniforms);
  EXPECT_EQ(603U + 1, inputs.ints.size());
  EXPECT_EQ(6, inputs.ints[602]);
  EXPECT_EQ(2 * (zones4 + 2 + 1), static_cast<std::int64_t>(inputs.zones.size()));
  EXPECT_EQ((runtime::Vector<Extents>{{2, 300}, {5}, {3}, {256, 17}, {1}}), inputs.sizes);
  EXPECT_EQ(604 * 8 + 6 * 4 + (256 * 17 + 2) + static_cast<std::int64_t>(inputs.zones.size()) * 8,
            inputs.bytes());
}

/// Something can be read at index 0 of an input without elements, and of a pattern
/// without inputs.
TEST(InputUniforms, OfEmptyInputs) {
  const Declaration pattern({{GAZE_INT, {0}}, {GAZE_INT, {2}}, {GAZE_FLOAT, {3, 0}}});
  const std::vector<std::int64_t> two = {8, 9};
  const gaze_input_tensor given[] = {tensor(nullptr, GAZE_ELEMENT_INT64, {0}),
                                     tensor(two.data(), GAZE_ELEMENT_INT64, {2}),
                                     tensor(nullptr, GAZE_ELEMENT_FLOAT32, {3, 0})};
  runtime::Vector<std::int64_t> uniforms;
  const runtime::Inputs inputs = runtime::copyInputs(pattern.kernel, given, 3, uniforms);
  EXPECT_EQ(3U, inputs.ints.size());
  EXPECT_EQ(1U, inputs.floats.size());
  EXPECT_EQ((runtime::Vector<Extents>{{0}, {2}, {3, 0}}), inputs.sizes);
  ASSERT_EQ(5U + 5U + 8U, uniforms.size());
  EXPECT_EQ((runtime::Vector<std::int64_t>{0, 0, 0, 0, 8}), // no points and no zones
            runtime::Vector<std::int64_t>(uniforms.begin(), uniforms.begin() + 5));
  EXPECT_EQ(0, uniforms[10]) << "the element behind all";
  // Indices of the first axis can be right; those of the second never are.
  EXPECT_EQ((runtime::Vector<std::int64_t>{3, 3, 16, 0, 0, 8}),
            runtime::Vector<std::int64_t>(uniforms.end() - 6, uniforms.end()));
  // Elements are at index * size + index, zones likewise, with `zones` for size: both 0.
  EXPECT_EQ(0, uniforms[15] + uniforms[16] + uniforms[17] / 8 - 1);
  for (const std::size_t zone : {1, 6, 11})
    EXPECT_LT(uniforms[zone], static_cast<std::int64_t>(inputs.zones.size() / 2));

  runtime::Vector<std::int64_t> none;
  const runtime::Inputs empty = runtime::copyInputs(fakeKernel(16, 16), nullptr, 0, none);
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(empty.ints.size() == 1 && empty.floats.size() == 1 && empty.bools.size() == 1 &&
              empty.zones.size() == 2);
}

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

class InputArguments : public testing::Test {
protected:
  Declaration pattern{{{GAZE_INT, {2, 3}}}};
  std::vector<std::int64_t> data = std::vector<std::int64_t>(6);
  gaze_input_tensor given = tensor(data.data(), GAZE_ELEMENT_INT64, {2, 3});

  std::string refusal(std::int32_t count = 1, bool isNull = false) {
    const gaze_shape shape = {1, 1, 1, 4, 4, 0};
    keep = [](auto, auto, auto, auto) { return true; };
    gaze_plan *plan = nullptr;
    gaze_error error = {};
    const gaze_status status =
        gaze_plan_create(&pattern.kernel, &shape, nullptr, 0, isNull ? nullptr : &given, count,
                         nullptr, &plan, &error);
    gaze_plan_destroy(plan);
    EXPECT_EQ(plan ? GAZE_OK : GAZE_INVALID_ARGUMENT, status);
    return status == GAZE_OK ? "" : error.message;
  }
};

TEST_F(InputArguments, AreFine) { EXPECT_EQ("", refusal()); }

TEST_F(InputArguments, Count) {
  EXPECT_EQ("the pattern reads 1 input(s), and 0 were given", refusal(0));
  EXPECT_EQ("the pattern reads 1 input(s), and 2 were given", refusal(2));
  EXPECT_EQ("inputs is null", refusal(1, true));
}

TEST_F(InputArguments, Shape) {
  given.extents[1] = 4;
  EXPECT_EQ("input 'x' has the shape [2, 4], but the pattern declares [a, b], which is [2, 3]",
            refusal());
  given.rank = 1;
  EXPECT_EQ("input 'x' has the shape [2], but the pattern declares [a, b], which is [2, 3]",
            refusal());
  given.rank = 0;
  EXPECT_EQ("input 'x' has the shape [], but the pattern declares [a, b], which is [2, 3]",
            refusal());
  given.rank = 7;
  EXPECT_EQ("input 'x' has the shape 7 axes, but the pattern declares [a, b], which is [2, 3]",
            refusal());
  given.rank = -1;
  EXPECT_EQ("input 'x' has the shape -1 axes, but the pattern declares [a, b], which is [2, 3]",
            refusal());
}

TEST_F(InputArguments, Type) {
  given.element = GAZE_ELEMENT_FLOAT32;
  EXPECT_EQ("input 'x' holds float32, but the pattern needs int32 or int64", refusal());
  given.element = GAZE_ELEMENT_BOOL;
  EXPECT_EQ("input 'x' holds bool, but the pattern needs int32 or int64", refusal());
  given.element = static_cast<gaze_element>(9);
  EXPECT_EQ("input 'x' holds an unknown type, but the pattern needs int32 or int64", refusal());
  pattern.inputs[0].type = GAZE_FLOAT;
  given.element = GAZE_ELEMENT_INT32;
  EXPECT_EQ("input 'x' holds int32, but the pattern needs float32", refusal());
  pattern.inputs[0].type = GAZE_BOOL;
  given.element = GAZE_ELEMENT_INT64;
  EXPECT_EQ("input 'x' holds int64, but the pattern needs bool", refusal());
}

TEST_F(InputArguments, BoolsAreZeroOrOne) {
  std::vector<std::uint8_t> bools = {0, 1, 1, 0, 0, 1};
  pattern.inputs[0].type = GAZE_BOOL;
  given = tensor(bools.data(), GAZE_ELEMENT_BOOL, {2, 3});
  EXPECT_EQ("", refusal());
  bools[4] = 2;
  EXPECT_EQ("input 'x' has a bool that is 2, at element 4; a bool is a byte, 0 or 1", refusal());
}

TEST_F(InputArguments, Null) {
  given.data = nullptr;
  EXPECT_EQ("input 'x' is null", refusal());
  declared = {2, 0};
  given.extents[1] = 0;
  EXPECT_EQ("", refusal());
}

TEST_F(InputArguments, Misaligned) {
  given.data = static_cast<const char *>(given.data) + 1;
  EXPECT_EQ("input 'x' is not aligned to 8 bytes", refusal());
}

TEST_F(InputArguments, Sizes) {
  declared = {2, -3};
  EXPECT_EQ("input 'x' would have an axis of -3 elements, by [a, b]", refusal());
  declared = {std::int64_t{1} << 31, 1};
  std::copy(declared.begin(), declared.end(), given.extents);
  EXPECT_EQ("input 'x', [2147483648, 1], has more elements than the 2^31 - 2 that are supported",
            refusal());
  declared = {std::int64_t{1} << 40, std::int64_t{1} << 40};
  std::copy(declared.begin(), declared.end(), given.extents);
  EXPECT_EQ("input 'x', [1099511627776, 1099511627776], has more elements than the 2^31 - 2 that "
            "are supported",
            refusal());
}

TEST_F(InputArguments, FailuresOfSizesAreOurFault) {
  pattern.kernel.sizes = [](halide_buffer_t *, halide_buffer_t *) { return -3; };
  runtime::Vector<std::int64_t> uniforms;
  try {
    runtime::copyInputs(pattern.kernel, &given, 1, uniforms);
    FAIL();
  } catch (const runtime::Failure &failure) {
    EXPECT_EQ(GAZE_INTERNAL_ERROR, failure.status);
    EXPECT_STREQ("sizes failed with code -3", failure.what());
  }
}

} // namespace
} // namespace gaze::test
