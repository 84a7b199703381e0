//===- ScratchTest.cpp - What halide_malloc gives out within a run -------------===//
#include "runtime/Scratch.h"

#include <HalideRuntime.h>
#include <gtest/gtest.h>

namespace gaze::runtime {
namespace {

TEST(Scratch, isDealtOutInOrder) {
  alignas(128) unsigned char memory[1024];
  Scratch scratch(memory, sizeof memory);
  auto *const first = static_cast<char *>(halide_malloc(nullptr, 100));
  auto *const second = static_cast<char *>(halide_malloc(nullptr, 300));
  EXPECT_TRUE(scratch.owns(first) && scratch.owns(second));
  EXPECT_EQ(second, first + 128);
  halide_free(nullptr, second);
  halide_free(nullptr, first);
}

/// A tile that comes and goes for each key tile must not use it up.
TEST(Scratch, givesWhatCameBackLastAgain) {
  alignas(128) unsigned char memory[1024];
  Scratch scratch(memory, sizeof memory);
  void *const strip = halide_malloc(nullptr, 512);
  for (int tile = 0; tile < 100; ++tile) {
    void *const next = halide_malloc(nullptr, 512);
    EXPECT_TRUE(scratch.owns(next)) << tile;
    halide_free(nullptr, next);
  }
  halide_free(nullptr, strip);
}

TEST(Scratch, whatDoesNotFitComesFromElsewhere) {
  alignas(128) unsigned char memory[256];
  Scratch scratch(memory, sizeof memory);
  void *const large = halide_malloc(nullptr, 4096);
  ASSERT_NE(large, nullptr);
  EXPECT_FALSE(scratch.owns(large));
  halide_free(nullptr, large);
}

} // namespace
} // namespace gaze::runtime
