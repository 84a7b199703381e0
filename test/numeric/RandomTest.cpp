//===- RandomTest.cpp - Patterns that nobody would write, in kernels -----------===//
//
// Random files (test/passes/RandomText.h) through the whole compiler, on small random
// shapes, against the reference: what Halide and LLVM make of a mask and of its tile
// bounds, NaN, wrap-around, zero divisors and inputs included. GAZE_TEST_SEED and
// GAZE_TEST_COUNT change which and how many.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"
#include "RandomText.h"

#include <cmath>
#include <cstdlib>
#include <limits>

using namespace gaze;
using namespace gaze::test;

namespace {

std::uint64_t fromEnvironment(const char *name, std::uint64_t otherwise) {
  const char *const text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

template <typename T> T oneOf(std::initializer_list<T> choices, std::mt19937_64 &random) {
  return choices.begin()[random() % choices.size()];
}

std::vector<dsl::Value> randomValues(std::mt19937_64 &random) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto w = oneOf<std::int64_t>({-7, -1, 0, 1, 2, 13, 64, most, -most - 1}, random);
  const auto p = oneOf<double>({0.0, 0.5, 1.0, -1.5, 40.25, 1e300}, random);
  return {{dsl::Type::Int, w, 0},
          {dsl::Type::Float, 0, p},
          {dsl::Type::Bool, static_cast<std::int64_t>(random() % 2), 0}};
}

/// Mostly small numbers: elements are indices of other inputs, too.
InputData randomInput(const CompiledPattern &pattern, std::size_t index, const gaze_shape &sizes,
                      const std::vector<dsl::Value> &values, std::mt19937_64 &random) {
  InputData data;
  data.extents = pattern.extents(index, sizes, values);
  std::int64_t count = 1;
  for (const std::int64_t extent : data.extents)
    count *= extent;
  const float odd[] = {std::nanf(""), INFINITY, -INFINITY, -0.0F};
  for (std::int64_t i = 0; i < count; ++i) {
    const auto small = static_cast<std::int64_t>(random() % 12);
    data.ints.push_back(random() % 64 ? small : static_cast<std::int64_t>(random()));
    data.floats.push_back(random() % 64 ? static_cast<float>(small) / 8 : odd[random() % 4]);
    data.bools.push_back(random() % 8 != 0);
  }
  return data;
}

TEST(Random, asTheReference) {
  const std::uint64_t first = fromEnvironment("GAZE_TEST_SEED", 1);
  const std::uint64_t count = fromEnvironment("GAZE_TEST_COUNT", 40);
  int refused = 0, outside = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    std::mt19937_64 random(seed);
    const std::string text = randomText(random);
    SCOPED_TRACE("GAZE_TEST_SEED=" + std::to_string(seed) + " GAZE_TEST_COUNT=1\n" + text);
    CompiledPattern pattern(text, 8);
    for (int i = 0; i < 4; ++i) {
      const auto length = [&] { return static_cast<std::int64_t>(1 + random() % 100); };
      gaze_shape sizes = shape(1 + random() % 2, 2, 1 + random() % 2, length(), length());
      if (random() % 2)
        sizes.q_start = static_cast<std::int64_t>(random() % 100) - 50;
      const std::vector<dsl::Value> values = randomValues(random);
      std::vector<InputData> data;
      for (std::size_t input = 0; input < pattern.inputCount(); ++input)
        data.push_back(randomInput(pattern, input, sizes, values, random));
      pattern.give(std::move(data));
      try {
        const std::string fault = pattern.plannedFault(sizes, values);
        EXPECT_EQ(fault, pattern.firstFault(sizes, values));
        if (fault.empty())
          pattern.check(sizes, values);
        else
          ++outside;
      } catch (const Error &error) {
        EXPECT_EQ(error.code(), GAZE_REQUIREMENT_FAILED) << error.what(); // a zero divisor
        ++refused;
      }
    }
    if (HasFailure())
      return;
  }
  EXPECT_LT(refused + outside, static_cast<int>(3 * count)); // many did run
  EXPECT_TRUE(outside > 10 || count < 40) << outside;
}

} // namespace
