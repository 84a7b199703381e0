//===- ThreadsTest.cpp - The same bits on any number of threads ---------------===//
#include "Harness.h"

#include <cstring>

using namespace gaze;
using namespace gaze::test;

namespace {

/// Rows of very different length, several chunks of keys, a mask that differs by head.
TEST(Threads, sameBits) {
  const CompiledPattern pattern(
      "pattern p() { keep k <= q and (head == 1 or q - k < 100 or chance(0.05, 3, q, k)); }");
  Tensors first = pattern.tensors(shape(2, 3, 1, 700, 1500));
  pattern.check(first);
  pattern.run(first, {}, 1);
  for (int threads : {2, 3, 7, 64}) {
    Tensors again = pattern.tensors(first.shape);
    pattern.run(again, {}, threads);
    EXPECT_EQ(0, std::memcmp(first.out.data(), again.out.data(), first.out.size() * sizeof(float)))
        << threads << " threads";
    EXPECT_EQ(0, std::memcmp(first.lse.data(), again.lse.data(), first.lse.size() * sizeof(float)))
        << threads << " threads";
  }
}

/// Also where parts merge, blocks are selected and rows are cut into pieces.
TEST(Threads, sameBitsIn250Runs) {
  const CompiledPattern pattern(
      "pattern p() { keep k <= q and ((q - k) % 9 == 0 or q - k < 20 or top_blocks(2, 16)); }", 16);
  for (const gaze_shape &given : {shape(1, 2, 1, 150, 190), shape(1, 2, 1, 1, 3000)}) {
    Tensors first = pattern.tensors(given);
    pattern.run(first, {}, 1);
    for (int i = 0; i < 250; ++i) {
      Tensors again = pattern.tensors(given);
      pattern.run(again, {}, 1 + i % 5);
      ASSERT_EQ(0,
                std::memcmp(first.out.data(), again.out.data(), first.out.size() * sizeof(float)))
          << "run " << i;
      ASSERT_EQ(0,
                std::memcmp(first.lse.data(), again.lse.data(), first.lse.size() * sizeof(float)))
          << "run " << i;
    }
  }
}

} // namespace
