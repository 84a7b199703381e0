//===- DecodeTest.cpp - Few queries over many keys ----------------------------===//
//
// The functions for few rows, around the limits of where they are used, and rows in
// pieces.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr const char *window = "pattern p(window: int = 20, globals: int = 3) {"
                               "  keep 0 <= q - k <= window or k < globals or q < globals; }";

TEST(Decode, queriesAroundTheLimit) {
  const CompiledPattern pattern("pattern p() { keep k <= q; }", 16);
  const std::int64_t limit = std::min(pattern.table().max_rows, pattern.table().tile_q * 2 / 3);
  ASSERT_GE(limit, 4);
  for (std::int64_t seqQ = 1; seqQ <= limit + 1; ++seqQ)
    for (std::int64_t seqK : {1, 33, 333})
      pattern.check(shape(2, 4, 2, seqQ, seqK));
}

TEST(Decode, groupsOfHeads) {
  const CompiledPattern pattern(window, 32);
  for (std::int64_t group : {1, 4, 7, 40})
    for (std::int64_t seqQ : {1, 3, 5})
      pattern.check(shape(2, 2 * group, 2, seqQ, 333));
}

TEST(Decode, everyHeadSize) {
  for (auto [headDim, valueDim] :
       {std::pair(8, 8), {16, 16}, {24, 40}, {64, 8}, {80, 80}, {8, 256}, {200, 128}, {256, 256}})
    CompiledPattern(window, headDim, valueDim).check(shape(1, 4, 1, 2, 333));
}

TEST(Decode, longerThanAChunk) {
  const CompiledPattern causal("pattern p() { keep k <= q; }", 16, 24);
  const CompiledPattern chances("pattern p() { keep chance(0.4, 7, q, k) or k < 3000; }", 16);
  for (std::int64_t seqK : {1023, 1024, 1025, 4097}) {
    causal.check(shape(2, 4, 2, 1, seqK));
    chances.check(shape(1, 4, 1, 3, seqK));
  }
}

/// The position of the first query is anywhere, and rows may be empty.
TEST(Decode, positions) {
  const CompiledPattern pattern(window, 16);
  for (std::int64_t qStart = -130; qStart <= 200; qStart += 33) {
    gaze_shape given = shape(1, 4, 2, 5, 130);
    given.q_start = qStart;
    pattern.check(given);
  }
}

/// Heads differ in their masks, or in their scores and scales alone.
TEST(Decode, headsThatDiffer) {
  for (const char *text :
       {"pattern p() { keep k <= q and (head % 2 == 0 or q - k < 30); }",
        "pattern p() { keep k <= q; score = score - 0.1 * (head + 1) * (q - k); }",
        "pattern p() { scale = 0.05 * (1 + head); keep k + batch <= q; }",
        "pattern p() { score = 2.0 * tanh(score) + 0.01 * head * batch; }"})
    CompiledPattern(text, 16).check(shape(3, 6, 2, 2, 200));
}

TEST(Decode, inputs) {
  CompiledPattern pattern(
      "pattern p() { input documents: int[batch, seq_k]; input bias: float[heads];"
      "  keep documents[batch, k] == documents[batch, min(max(q, 0), seq_k - 1)];"
      "  score = score + bias[head]; }",
      16);
  const gaze_shape given = shape(2, 4, 2, 3, 300);
  InputData documents{{2, 300}, {}, {}, {}}, bias{{4}, {}, {0.5F, -1, 2, 0}, {}};
  for (std::int64_t i = 0; i < 600; ++i)
    documents.ints.push_back(i % 300 / 70);
  pattern.give({documents, bias});
  pattern.check(given);
}

TEST(Decode, badKeysReachWhoKeepsThem) {
  const CompiledPattern pattern("pattern p() { keep k != 40 + q; }", 16);
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()})
    for (const bool inKeys : {true, false}) {
      gaze_shape given = shape(1, 4, 2, 3, 200);
      given.q_start = 0;
      Tensors tensors = pattern.tensors(given);
      tensors.fillKey(inKeys ? tensors.k : tensors.v, 41, bad);
      pattern.check(tensors);
      for (std::int64_t row = 0; row < 12; ++row)
        ASSERT_EQ(std::isfinite(tensors.out[row * tensors.valueDim]), row % 3 == 1)
            << bad << ", row " << row;
    }
}

TEST(Decode, nothingIsKept) {
  const CompiledPattern pattern("pattern p() { keep k > q + 1000 or q == 201; }", 16);
  gaze_shape given = shape(1, 4, 2, 3, 300);
  given.q_start = 200;
  Tensors tensors = pattern.tensors(given);
  EXPECT_EQ(pattern.check(tensors).rowsEmpty, 4 * 2);
  for (std::int64_t row = 0; row < 12; ++row)
    if (row % 3 != 1) {
      EXPECT_EQ(tensors.lse[row], -std::numeric_limits<float>::infinity());
      EXPECT_EQ(tensors.out[row * tensors.valueDim], 0);
    }
}

void expectSameBits(const CompiledPattern &pattern, const gaze_shape &given) {
  Tensors first = pattern.tensors(given);
  pattern.check(first);
  for (int threads : {1, 2, 3, 7, 64}) {
    Tensors again = pattern.tensors(given);
    pattern.run(again, {}, threads);
    EXPECT_EQ(0, std::memcmp(first.out.data(), again.out.data(), first.out.size() * sizeof(float)))
        << threads << " threads";
    EXPECT_EQ(0, std::memcmp(first.lse.data(), again.lse.data(), first.lse.size() * sizeof(float)))
        << threads << " threads";
  }
}

/// Rows in pieces, of few queries and of a query tile.
TEST(Pieces, sameBitsOnAnyNumberOfThreads) {
  const CompiledPattern causal("pattern p() { keep k <= q; }", 16);
  const CompiledPattern global("pattern p() { keep q == 11 or 0 <= q - k < 20 or head == 1; }", 16);
  expectSameBits(causal, shape(2, 4, 2, 1, 9000));
  expectSameBits(causal, shape(1, 2, 1, 3, 20000));
  expectSameBits(global, shape(1, 2, 1, 40, 9000));
}

/// All of a piece is masked, and a NaN in one piece reaches the whole row.
TEST(Pieces, emptyAndNotANumber) {
  const CompiledPattern pattern("pattern p() { keep k < 10 or k > 8000 and chance(0.5, 3, k); }",
                                16);
  Tensors tensors = pattern.tensors(shape(1, 2, 1, 1, 9000));
  pattern.check(tensors);
  tensors.fillKey(tensors.v, 5, std::nanf(""));
  pattern.check(tensors);
  EXPECT_TRUE(std::isnan(tensors.out[0]));
}

} // namespace
