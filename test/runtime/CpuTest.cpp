//===- CpuTest.cpp - Which variant of a kernel a CPU takes ------------------------===//
#include "FakeKernel.h"

#include <gtest/gtest.h>

using namespace gaze;

namespace {

/// A kernel that needs nothing, and some that no CPU and that any x86-64 can run.
class CpuTest : public testing::Test {
protected:
  CpuTest() {
    lowest.target = "lowest";
    impossible.target = "impossible";
    impossible.cpu = GAZE_CPU_UNNAMED;
    better.target = "better";
    better.head_dim = 16;
  }

  std::string chosen() {
    const gaze_kernel *here = nullptr;
    if (gaze_kernel_here(&lowest, &here, &error) != GAZE_OK) {
      EXPECT_EQ(nullptr, here);
      return error.message;
    }
    return here->target;
  }

  gaze_kernel lowest = test::fakeKernel(16, 16);
  gaze_kernel better = lowest, impossible = lowest;
  gaze_error error = {};
};

TEST_F(CpuTest, TheFirstThatRuns) {
  const gaze_kernel *variants[] = {&impossible, &better, &lowest};
  lowest.variants = variants;
  EXPECT_EQ("lowest", chosen());
  lowest.variant_count = 1;
  EXPECT_EQ("lowest", chosen());
  lowest.variant_count = 2;
  EXPECT_EQ("better", chosen());
}

TEST_F(CpuTest, NoneRuns) {
  const gaze_kernel *variants[] = {&impossible};
  lowest.variants = variants;
  lowest.variant_count = 1;
  lowest.cpu = GAZE_CPU_UNNAMED;
  EXPECT_EQ("the kernel 'fake' was compiled for CPUs with instructions that this runtime does not "
            "know, which this one lacks; compile the pattern for a less demanding target, or for "
            "several at once",
            chosen());
  EXPECT_EQ(GAZE_UNSUPPORTED_CPU, error.status);
}

TEST_F(CpuTest, APlanTakesIt) {
  test::keep = [](auto q, auto k, auto, auto) { return k <= q; };
  const gaze_kernel *variants[] = {&impossible, &better};
  lowest.variants = variants;
  lowest.variant_count = 2;
  lowest.accumulate = nullptr;
  better.tile_q = 8;
  const gaze_shape shape = {1, 1, 1, 32, 32, 0};
  gaze_plan *plan = nullptr;
  ASSERT_EQ(GAZE_OK,
            gaze_plan_create(&lowest, &shape, nullptr, 0, nullptr, 0, nullptr, &plan, &error));
  gaze_plan_info info = {};
  info.struct_size = sizeof info;
  ASSERT_EQ(GAZE_OK, gaze_plan_get_info(plan, &info, &error));
  EXPECT_EQ(4, info.items); // rows of 8 queries
  gaze_plan_destroy(plan);
}

TEST_F(CpuTest, AVariantOfAnotherVersion) {
  const gaze_kernel *variants[] = {&better};
  better.abi_version = 1;
  lowest.variants = variants;
  lowest.variant_count = 1;
  EXPECT_EQ(0U, chosen().find("the kernel was compiled for interface version 1,"));
}

TEST_F(CpuTest, Nulls) {
  const gaze_kernel *here = nullptr;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_kernel_here(nullptr, &here, &error));
  EXPECT_STREQ("kernel is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_kernel_here(&lowest, nullptr, &error));
  EXPECT_STREQ("here is null", error.message);
}

} // namespace
