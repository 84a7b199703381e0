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
  pattern.run(first, {}, 1);
  for (int threads : {2, 3, 7}) {
    Tensors again = pattern.tensors(first.shape);
    pattern.run(again, {}, threads);
    EXPECT_EQ(0, std::memcmp(first.out.data(), again.out.data(), first.out.size() * sizeof(float)))
        << threads << " threads";
    EXPECT_EQ(0, std::memcmp(first.lse.data(), again.lse.data(), first.lse.size() * sizeof(float)))
        << threads << " threads";
  }
}

} // namespace
