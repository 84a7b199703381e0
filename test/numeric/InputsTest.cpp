//===- InputsTest.cpp - Tensors that kernels read at run time ------------------===//
#include "Harness.h"

#include <cmath>
#include <functional>
#include <limits>
#include <random>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const float notANumber = std::nanf("");

using Extents = std::vector<std::int64_t>;

std::int64_t product(const Extents &extents) {
  std::int64_t count = 1;
  for (const std::int64_t extent : extents)
    count *= extent;
  return count;
}

InputData ints(const Extents &extents, const std::function<std::int64_t(std::int64_t)> &at) {
  InputData data{extents, {}, {}, {}};
  for (std::int64_t i = 0; i < product(extents); ++i)
    data.ints.push_back(at(i));
  return data;
}

InputData floats(const Extents &extents, const std::function<float(std::int64_t)> &at) {
  InputData data{extents, {}, {}, {}};
  for (std::int64_t i = 0; i < product(extents); ++i)
    data.floats.push_back(at(i));
  return data;
}

InputData bools(const Extents &extents, const std::function<bool(std::int64_t)> &at) {
  InputData data{extents, {}, {}, {}};
  for (std::int64_t i = 0; i < product(extents); ++i)
    data.bools.push_back(at(i));
  return data;
}

/// Documents of random lengths, one behind the other, in each batch entry.
InputData documents(std::int64_t batch, std::int64_t length, unsigned seed) {
  std::mt19937 random(seed);
  std::int64_t document = 0;
  return ints({batch, length},
              [&](std::int64_t i) { return document += i % length == 0 || random() % 40 == 0; });
}

/// The plan lists exactly the pieces of edge_k keys in which a pair is kept, and makes
/// full tiles of neighbours in which all are, as many as there are.
void expectExactPlan(const CompiledPattern &pattern, const gaze_shape &shape) {
  const gaze_kernel &kernel = pattern.table();
  const dsl::Interpreter interpreter = pattern.interpreter();
  const std::int64_t edge = kernel.edge_k;
  std::int64_t full = 0, partial = 0;
  for (std::int64_t plane = 0; plane < shape.batch * shape.heads; ++plane)
    for (std::int64_t q = 0; q < shape.seq_q; q += kernel.tile_q) {
      std::int64_t keptKeys = 0; // of neighbours that are full
      for (std::int64_t k = 0; k < shape.seq_k; k += edge) {
        bool any = false, all = k + edge <= shape.seq_k;
        for (std::int64_t row = q; row < std::min(q + kernel.tile_q, shape.seq_q); ++row)
          for (std::int64_t key = k; key < std::min(k + edge, shape.seq_k); ++key) {
            const bool kept = interpreter.keep(
                pattern.pair(shape, plane / shape.heads, plane % shape.heads, row, key));
            any |= kept;
            all &= kept;
          }
        keptKeys = all ? keptKeys + edge : 0;
        partial += any;
        if (keptKeys == kernel.tile_k) {
          full += 1;
          partial -= kernel.tile_k / edge;
          keptKeys = 0;
        }
      }
    }
  const gaze_plan_info info = pattern.plan(shape).info();
  EXPECT_EQ(full, info.full_tiles);
  EXPECT_EQ(partial, info.partial_tiles);
}

TEST(Inputs, packedDocuments) {
  CompiledPattern pattern("pattern packed() {\n"
                          "  input doc: int[batch, seq_k];\n"
                          "  keep k <= q and doc[batch, q] == doc[batch, k];\n}");
  pattern.give({documents(3, 300, 1)});
  pattern.check(shape(3, 4, 2, 300, 300));
  expectExactPlan(pattern, shape(3, 1, 1, 300, 300));
  pattern.check(shape(3, 2, 1, 33, 300)); // the last queries of a cache
  pattern.give({documents(2, 1000, 2)});
  pattern.check(shape(2, 1, 1, 1000, 1000));
  expectExactPlan(pattern, shape(2, 1, 1, 1000, 1000));
}

/// Long documents leave tiles that are full, and the plan knows without a pair.
TEST(Inputs, longDocuments) {
  CompiledPattern pattern("pattern packed() { input doc: int[seq_k]; keep doc[q] == doc[k]; }");
  for (const std::int64_t length : {256, 257, 700}) {
    pattern.give(
        {ints({length}, [&](std::int64_t i) { return i < length / 2 ? -5 : 1000000007; })});
    expectExactPlan(pattern, shape(1, 1, 1, length, length));
    EXPECT_GT(pattern.plan(shape(1, 1, 1, length, length)).info().full_tiles, 0);
    pattern.check(shape(1, 2, 2, length, length));
  }
}

TEST(Inputs, paddingByLength) {
  CompiledPattern pattern("pattern p() { input length: int[batch]; keep k < length[batch]; }");
  pattern.give({ints({4}, [](std::int64_t i) { return Extents{0, 5, 200, 1 << 20}[i]; })});
  Tensors tensors = pattern.tensors(shape(4, 2, 1, 40, 200));
  EXPECT_EQ(2 * 40, pattern.check(tensors).rowsEmpty);
  expectExactPlan(pattern, shape(4, 1, 1, 40, 200));
}

TEST(Inputs, biasByHeadAndDistance) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  const auto any = [&](std::int64_t) { return normal(random); };
  CompiledPattern clamped("pattern p() { input bias: float[heads, 32]; keep k <= q;\n"
                          "  score = score + bias[head, min(q - k, 31)]; }");
  clamped.give({floats({4, 32}, any)});
  clamped.check(shape(2, 4, 2, 150, 150));
  clamped.check(shape(1, 4, 1, 1, 90));

  CompiledPattern relative("pattern p() { input bias: float[heads, seq_q + seq_k - 1];\n"
                           "  score = score + bias[head, q - k + seq_k - 1]; }");
  relative.give({floats({3, 70 + 130 - 1}, any)});
  gaze_shape given = shape(1, 3, 3, 70, 130);
  given.q_start = 0;
  relative.check(given);
}

TEST(Inputs, masks) {
  std::mt19937 random(4);
  const auto any = [&](std::int64_t) { return random() % 3 == 0; };
  CompiledPattern flat("pattern p() { input on: bool[seq_q, seq_k]; keep on[q, k]; }");
  flat.give({bools({150, 150}, any)});
  flat.check(shape(2, 2, 1, 150, 150));

  CompiledPattern broadcast("pattern p() { input on: bool[batch, 1, seq_q, seq_k];\n"
                            "  keep on[batch, 0, q - (seq_k - seq_q), k]; }");
  broadcast.give({bools({2, 1, 70, 130}, any)});
  broadcast.check(shape(2, 4, 2, 70, 130));

  // Blocks of true and false: full and empty tiles.
  CompiledPattern blocks("pattern p() { input on: bool[4, 4]; keep on[q / 64, k / 64]; }");
  blocks.give({bools({4, 4}, any)});
  blocks.check(shape(1, 1, 1, 256, 256));
  expectExactPlan(blocks, shape(1, 1, 1, 256, 256));
  CompiledPattern sparse("pattern p() { input on: bool[seq_k]; keep not on[k]; }");
  sparse.give({bools({400}, [](std::int64_t i) { return i > 100 && i != 300; })});
  sparse.check(shape(1, 1, 1, 90, 400));
  expectExactPlan(sparse, shape(1, 1, 1, 90, 400));
}

/// Axes of more than 256 indices have no zones of one index; a tile that reads one element
/// knows it all the same.
TEST(Inputs, largeTablesOfBlocks) {
  std::mt19937 random(11);
  gaze_shape given = shape(1, 2, 2, 70, 4800);
  given.q_start = 4000;
  const auto rare = [&](std::int64_t) { return random() % 8 == 0; };
  CompiledPattern blocks("pattern p() { input on: bool[300, 300]; keep on[q / 16, k / 16]; }");
  blocks.give({bools({300, 300}, rare)});
  blocks.check(given);
  expectExactPlan(blocks, given);

  CompiledPattern byHead("pattern p() { input n: int[heads, 300, 300];\n"
                         "  keep n[head, q / 16, k / 16] > 1000000007; }");
  byHead.give({ints({2, 300, 300}, [&](std::int64_t) { return 1000000000 + random() % 9; })});
  byHead.check(given);
  expectExactPlan(byHead, given);

  CompiledPattern real("pattern p() { input x: float[300, 2];\n"
                       "  keep x[k / 16, q / 16 % 2] >= 0.25 and not (x[k / 16, 0] < -1.0); }");
  const float values[] = {-infinity, -1.5F, -0.0F, 0.24999999F, 0.25F, infinity};
  real.give({floats({300, 2}, [&](std::int64_t) { return values[random() % 6]; })});
  real.check(given);
  expectExactPlan(real, given);

  CompiledPattern guarded("pattern p() { input on: bool[280]; input order: int[280];\n"
                          "  keep k / 16 < 280 and on[order[k / 16]]; }");
  guarded.give({bools({280}, rare), ints({280}, [](std::int64_t i) { return i * 3 % 280; })});
  guarded.check(given);
  expectExactPlan(guarded, given);
}

/// Of NaN nothing is known, also where it is the only element.
TEST(Inputs, aSingleNaNOfALargeTable) {
  gaze_shape given = shape(1, 1, 1, 20, 4800);
  for (const char *keep : {"x[k / 16] > 0.5", "not (x[k / 16] > 0.5)", "x[k / 16] != x[k / 16]",
                           "min(x[k / 16], 1.0) == 1.0"}) {
    SCOPED_TRACE(keep);
    CompiledPattern pattern("pattern p() { input x: float[300]; keep " + std::string(keep) + "; }",
                            8);
    pattern.give({floats({300}, [](std::int64_t i) {
      return i % 7 == 3 ? notANumber : static_cast<float>(i % 3);
    })});
    pattern.check(given);
  }
}

TEST(Inputs, indexedByInputs) {
  std::mt19937 random(5);
  CompiledPattern pattern("pattern p() {\n"
                          "  input order: int[seq_k]; input group: int[seq_k];\n"
                          "  input weight: float[8, 2];\n"
                          "  let mine = group[order[q]];\n"
                          "  keep mine == group[order[k]] or order[order[k]] < 3;\n"
                          "  score = score * weight[mine, order[k] % 2]; }");
  std::vector<std::int64_t> order(200);
  for (std::int64_t i = 0; i < 200; ++i)
    order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  pattern.give({ints({200}, [&](std::int64_t i) { return order[i]; }),
                ints({200}, [](std::int64_t i) { return i / 25; }),
                floats({8, 2}, [](std::int64_t i) { return 0.25F * static_cast<float>(i) - 1; })});
  pattern.check(shape(2, 2, 1, 200, 200));
  pattern.check(shape(1, 2, 2, 7, 200));
}

TEST(Inputs, scale) {
  CompiledPattern pattern("pattern p() { input heat: float[heads, seq_k]; keep k <= q;\n"
                          "  scale = heat[head, q] / sqrt(head_dim); }");
  pattern.give({floats({2, 100}, [](std::int64_t i) { return static_cast<float>(i % 7) * 0.3F; })});
  pattern.check(shape(2, 2, 1, 100, 100));
  pattern.check(shape(1, 2, 1, 30, 100));
}

TEST(Inputs, infinityAndNaNInScores) {
  CompiledPattern pattern("pattern p() { input bias: float[seq_k, seq_k];\n"
                          "  score = score + bias[q, k]; }");
  const auto table = [&](float odd) {
    return floats({90, 90}, [=](std::int64_t i) {
      return i / 90 % 5 == 3 && i % 90 == 41 ? odd : i % 3 == 0 ? -infinity : 0.5F;
    });
  };
  for (const float odd : {-infinity, infinity, notANumber}) {
    pattern.give({table(odd)});
    Tensors tensors = pattern.tensors(shape(1, 1, 1, 90, 90));
    pattern.check(tensors);
    for (std::int64_t row = 0; row < 90; ++row)
      ASSERT_EQ(std::isnan(tensors.out[row * tensors.valueDim]),
                odd > -infinity || std::isnan(odd) ? row % 5 == 3 : false)
          << row << " with " << odd;
  }
}

TEST(Inputs, infinityAndNaNInMasks) {
  for (const char *keep : {"x[k] > 0.5", "not (x[k] > 0.5)", "x[k] != x[k]", "x[q] <= x[k]",
                           "abs(x[k]) > 1000000", "min(x[k], 1.0) == 1.0", "floor(x[k]) == 0"}) {
    SCOPED_TRACE(keep);
    CompiledPattern pattern("pattern p() { input x: float[seq_k]; keep " + std::string(keep) +
                            "; }");
    std::mt19937 random(6);
    for (const int share : {3, 60}) {
      pattern.give({floats({300}, [&](std::int64_t i) {
        const float odd[] = {notANumber, infinity, -infinity};
        const std::int64_t hundreds = i / 100;
        return random() % share == 0 ? odd[random() % 3] : static_cast<float>(hundreds);
      })});
      pattern.check(shape(1, 1, 1, 50, 300));
    }
  }
}

TEST(Inputs, sixAxesAndInt32) {
  CompiledPattern pattern("pattern p() { input x: int[2, 3, 1, seq_k, 2, 2];\n"
                          "  keep x[q % 2, k % 3, 0, k, head, q / 2 % 2] == 1; }");
  std::mt19937 random(7);
  pattern.give({ints({2, 3, 1, 60, 2, 2}, [&](std::int64_t) { return random() % 2; })});
  pattern.check(shape(1, 2, 2, 60, 60));

  // The same elements as int32 give the same bits.
  CompiledPattern one("pattern p() { input x: int[seq_k]; keep x[k] < 0; score = score + x[k]; }");
  const std::vector<std::int64_t> wide = {-3, 7, -2147483647 - 1, 2147483647, -1, 0};
  const std::vector<std::int32_t> narrow(wide.begin(), wide.end());
  one.give({{{6}, wide, {}, {}}});
  Tensors tensors = one.tensors(shape(1, 1, 1, 4, 6)), again = tensors;
  one.check(tensors);
  Plan(one.table(), tensors.shape, {}, {input(narrow.data(), {6})})
      .run(view(again.q.data(), {1, 1, 4, 32}), view(again.k.data(), {1, 1, 6, 32}),
           view(again.v.data(), {1, 1, 6, 32}), view(again.out.data(), {1, 1, 4, 32}),
           view(again.lse.data(), {1, 1, 4}));
  EXPECT_EQ(tensors.out, again.out);
}

/// Elements that are read twice, in branches and beside others of the query alone.
TEST(Inputs, inConditions) {
  for (const char *keep :
       {"if row[batch] then on[k] else on[k] and chance(0.5, 1, q, k)",
        "(q > 3 and n[k] > 3) or (n[k] > 3 and q - k > 2)",
        "if on[k] then abs(q - k) <= 1.0 * n[k] else on[q] and k * 2.0 <= q",
        "(if on[q] then n[q] else n[k]) < (if row[batch] then k % 7 else n[q] * 2)",
        "not on[q] or (on[k] == row[batch]) != (n[q] < n[k])"}) {
    SCOPED_TRACE(keep);
    CompiledPattern pattern(
        "pattern p() {\n"
        "  input on: bool[seq_k]; input row: bool[batch]; input n: int[seq_k];\n"
        "  keep " +
            std::string(keep) +
            ";\n  score = if on[q] then score + n[k] else if n[q] > 4 then 0.5 "
            "else score * 0.5;\n}",
        16);
    pattern.give({bools({90}, [](std::int64_t i) { return i % 3 != 1; }),
                  bools({2}, [](std::int64_t i) { return i == 1; }),
                  ints({90}, [](std::int64_t i) { return i * i % 11; })});
    pattern.check(shape(2, 2, 1, 90, 90));
  }
}

TEST(Inputs, onEveryTarget) {
  std::mt19937 random(8);
  for (const char *target : {"x86-64", "x86-64-v3", "x86-64-v4"}) {
    if (std::string(target) == "x86-64-v3"
            ? !__builtin_cpu_supports("x86-64-v3")
            : std::string(target) == "x86-64-v4" && !__builtin_cpu_supports("x86-64-v4"))
      continue;
    SCOPED_TRACE(target);
    CompiledPattern pattern("pattern p() {\n"
                            "  input doc: int[batch, seq_k]; input bias: float[heads, seq_k];\n"
                            "  input on: bool[seq_k];\n"
                            "  keep doc[batch, q] == doc[batch, k] and (on[k] or k <= q);\n"
                            "  score = score + bias[head, k]; }",
                            24, 40, target);
    pattern.give({documents(2, 150, 9),
                  floats({3, 150}, [](std::int64_t i) { return static_cast<float>(i % 11) / 4; }),
                  bools({150}, [&](std::int64_t) { return random() % 4 == 0; })});
    pattern.check(shape(2, 3, 1, 150, 150));
    pattern.check(shape(2, 3, 1, 1, 150));
  }
}

//===----------------------------------------------------------------------===//
// Indices outside
//===----------------------------------------------------------------------===//

struct Outside {
  const char *name;
  const char *statements; ///< over x: int[seq_k] and b: float[heads, 4]
  const char *fault;      ///< "" where there is none
};

class OutsideInputs : public testing::TestWithParam<Outside> {};

// 100 queries from -10 on, 90 keys, two heads; x[i] = i + 5.
const Outside outsides[] = {
    {"negative", "keep x[q] > 3;",
     "index -10 of axis 0 is outside of the input 'x' [90], at batch 0, head 0, q -10, k 0"},
    {"guardedByAnd", "keep q >= 0 and q < seq_k and x[q] > 30;", ""},
    {"guardedByChain", "keep 0 <= q < seq_k <= x[q] + 60;", ""},
    {"guardedByOr", "keep q < 0 or q >= 90 or x[q] > 30;", ""},
    {"guardedByIf", "keep if q < 0 then k < 3 else x[min(q, 89)] > 30;", ""},
    {"notGuardedFromTheRight", "keep x[q] > 3 and q >= 0;",
     "index -10 of axis 0 is outside of the input 'x' [90], at batch 0, head 0, q -10, k 0"},
    {"wronglyGuarded", "keep q >= 0 and k + q <= 91 and x[k + q] > 3;",
     "index 90 of axis 0 is outside of the input 'x' [90], at batch 0, head 0, q 1, k 89"},
    {"byAnElement", "keep x[x[k]] > 3;",
     "index 90 of axis 0 is outside of the input 'x' [90], at batch 0, head 0, q -10, k 85"},
    {"byAnElementThatIsOutside", "keep x[x[k + 90]] > 3 or k > 0;",
     "index 90 of axis 0 is outside of the input 'x' [90], at batch 0, head 0, q -10, k 0"},
    {"byHead", "keep head == 0 or b[head, k % 4 + head] > 1;",
     "index 4 of axis 1 is outside of the input 'b' [2, 4], at batch 0, head 1, q -10, k 3"},
    {"byBatch", "keep b[batch, 0] > 100 or b[batch * 2, 0] > 1;",
     "index 2 of axis 0 is outside of the input 'b' [2, 4], at batch 1, head 0, q -10, k 0"},
    {"inScoresOfKeptPairs", "keep k <= q; score = score + b[head, (q - k) / 25];", ""},
    {"inAScore", "keep k < q; score = score + b[head, (q - k) / 22];",
     "index 4 of axis 1 is outside of the input 'b' [2, 4], at batch 0, head 0, q 88, k 0"},
    {"inTheScale", "keep false; scale = b[head, q / 25];",
     "index -1 of axis 1 is outside of the input 'b' [2, 4], at batch 0, head 0, q -10, k 0"},
    {"inAScoreThatIsOverwritten", "score = score + b[0, 9]; score = 1.0;", ""},
    {"asACoordinate", "keep (k < 20 where k = x[k + 1]);",
     "index 90 of axis 0 is outside of the input 'x' [90], at batch 0, head 0, q -10, k 89"},
    {"asACoordinateThatIsNotRead", "keep (q < 20 where k = x[k + 1]);", ""},
    {"ofHugeNumbers", "keep x[k * 4611686018427387904] > 3;",
     "index 4611686018427387904 of axis 0 is outside of the input 'x' [90], at batch 0, head 0, q "
     "-10, k 1"},
};

TEST_P(OutsideInputs, AreFoundByThePlan) {
  CompiledPattern pattern("pattern p() { input x: int[seq_k]; input b: float[heads, 4]; " +
                              std::string(GetParam().statements) + " }",
                          8);
  pattern.give({ints({90}, [](std::int64_t i) { return i + 5; }),
                floats({2, 4}, [](std::int64_t i) { return static_cast<float>(i); })});
  gaze_shape given = shape(2, 2, 1, 100, 90);
  const std::string fault = pattern.plannedFault(given);
  EXPECT_EQ(std::string(GetParam().fault), fault.substr(0, std::string(GetParam().fault).size()));
  EXPECT_EQ(*GetParam().fault == 0, fault.empty());
  EXPECT_EQ("", pattern.wrongFault(fault, given));
  if (fault.empty())
    pattern.check(given);
}

INSTANTIATE_TEST_SUITE_P(All, OutsideInputs, testing::ValuesIn(outsides),
                         [](const auto &tested) { return std::string(tested.param.name); });

TEST(Inputs, withoutElements) {
  CompiledPattern pattern("pattern p(more: int = 0) { input x: int[2, more, 3];\n"
                          "  keep k < 5 or x[q % 2, k, q % 3] == 1; }",
                          8);
  pattern.give({ints({2, 0, 3}, [](std::int64_t) { return 0; })});
  const std::string fault = pattern.plannedFault(shape(1, 1, 1, 20, 20));
  EXPECT_EQ("index 5 of axis 1 is outside of the input 'x' [2, 0, 3], at batch 0, head 0, q 0, k 5",
            fault);
  EXPECT_EQ("", pattern.wrongFault(fault, shape(1, 1, 1, 20, 20)));
  gaze_shape few = shape(1, 1, 1, 20, 5);
  few.q_start = 0;
  EXPECT_EQ("", pattern.plannedFault(few));
  pattern.check(few);
}

/// The place is that of the element, and all threads find the same first one.
TEST(Inputs, placesOfFaults) {
  CompiledPattern pattern("pattern p() {\n  input x: int[40];\n"
                          "  keep k < 40 or\n    x[k + 0 * q] == 1;\n}",
                          8);
  pattern.give({ints({40}, [](std::int64_t) { return 0; })});
  for (const int threads : {1, 2, 7})
    try {
      pattern.plan(shape(2, 1, 1, 3000, 41), {}, threads);
      ADD_FAILURE();
    } catch (const Error &error) {
      EXPECT_EQ(GAZE_INDEX_OUT_OF_RANGE, error.code());
      EXPECT_STREQ("test.gaze:4:5: error: index 40 of axis 0 is outside of the input 'x' [40], at "
                   "batch 0, head 0, q -2959, k 40",
                   error.what());
    }
}

} // namespace
