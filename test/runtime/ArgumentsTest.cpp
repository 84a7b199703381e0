//===- ArgumentsTest.cpp - What the runtime refuses, and what it says ----------===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace gaze::test {
namespace {

class PlanArguments : public testing::Test {
protected:
  gaze_kernel kernel = fakeKernel(16, 16);
  gaze_shape shape = {1, 4, 2, 10, 10, 0};
  std::vector<gaze_value> values;
  int threads = 1;

  void SetUp() override {
    keep = [](auto, auto, auto, auto) { return true; };
  }

  /// The message with which a plan is refused; "" when it is made.
  std::string refusal(gaze_status expected = GAZE_INVALID_ARGUMENT) {
    gaze_plan *plan = nullptr;
    gaze_error error = {};
    const gaze_status status =
        gaze_plan_create(&kernel, &shape, values.data(), static_cast<std::int32_t>(values.size()),
                         nullptr, 0, Options(threads).get(), &plan, &error);
    gaze_plan_destroy(plan);
    if (status == GAZE_OK)
      return "";
    EXPECT_EQ(nullptr, plan);
    EXPECT_EQ(expected, status);
    EXPECT_EQ(status, error.status);
    return error.message;
  }
};

TEST_F(PlanArguments, AreFine) { EXPECT_EQ("", refusal()); }

TEST_F(PlanArguments, Null) {
  gaze_error error;
  gaze_plan *plan = nullptr;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_create(nullptr, &shape, nullptr, 0, nullptr, 0, nullptr, &plan, &error));
  EXPECT_STREQ("kernel is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_create(&kernel, nullptr, nullptr, 0, nullptr, 0, nullptr, &plan, &error));
  EXPECT_STREQ("shape is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, nullptr, nullptr, &error));
  EXPECT_STREQ("plan is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, nullptr, nullptr, nullptr));
  gaze_plan_destroy(nullptr);
}

TEST_F(PlanArguments, KernelOfAnotherVersion) {
  kernel.abi_version = 77;
  EXPECT_EQ("the kernel was compiled for interface version 77, this runtime has version 6; "
            "compile the pattern again",
            refusal());
}

TEST_F(PlanArguments, Shapes) {
  shape.seq_k = 0;
  EXPECT_EQ("seq_k must be from 1 to 2147418112, not 0", refusal());
  shape.seq_k = 10;
  shape.seq_q = std::int64_t{1} << 40;
  EXPECT_EQ("seq_q must be from 1 to 2147418112, not 1099511627776", refusal());
  shape.seq_q = 10;
  shape.kv_heads = 3;
  EXPECT_EQ("kv_heads, 3, must divide heads, 4", refusal());
  shape.kv_heads = 4;
  shape.batch = -1;
  EXPECT_EQ("batch must be from 1 to 1073741824, not -1", refusal());
  shape.batch = 1;
  shape.q_start = INT64_MIN;
  EXPECT_EQ("q_start must be within -2^39 and 2^39, not -9223372036854775808", refusal());
  shape.q_start = 0;
  shape.batch = shape.heads = 1 << 30;
  EXPECT_EQ("batch * heads * seq_q must be at most 2^40", refusal());
}

TEST_F(PlanArguments, NothingOfAnything) {
  for (std::int64_t gaze_shape::*extent :
       {&gaze_shape::batch, &gaze_shape::heads, &gaze_shape::kv_heads, &gaze_shape::seq_q,
        &gaze_shape::seq_k}) {
    const std::int64_t before = shape.*extent;
    for (const std::int64_t none : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
      shape.*extent = none;
      const std::string end = ", not " + std::to_string(none), why = refusal();
      EXPECT_NE(std::string::npos, why.find(" must be from 1 to ")) << why;
      EXPECT_EQ(end, why.substr(why.size() - std::min(why.size(), end.size())));
    }
    shape.*extent = before;
  }
  EXPECT_EQ("", refusal());
}

TEST_F(PlanArguments, Threads) {
  threads = -3;
  EXPECT_EQ("threads must be from 0 (all cores) to 4096, not -3", refusal());
}

TEST_F(PlanArguments, Parameters) {
  const gaze_parameter parameters[] = {
      {"window", GAZE_INT, 1, {5}}, {"cap", GAZE_FLOAT, 0, {0}}, {"on", GAZE_BOOL, 1, {1}}};
  kernel.parameters = parameters;
  kernel.parameter_count = 3;
  EXPECT_EQ("parameter 'cap' has no default: give a value", refusal());
  values.resize(2);
  EXPECT_EQ("the pattern has 3 parameters, 2 values were given", refusal());
  values.resize(3);
  values[0].integer = 1;
  values[1].real = std::nan("");
  values[2].integer = 1;
  EXPECT_EQ("parameter 'cap' is not a number (NaN)", refusal());
  values[1].real = INFINITY;
  EXPECT_EQ("", refusal());
  values[2].integer = 2;
  EXPECT_EQ("parameter 'on' is a bool: 0 or 1, not 2", refusal());
}

TEST_F(PlanArguments, Requirements) {
  const gaze_requirement requirements[] = {{"first holds", "a.gaze:1:1"},
                                           {"window must be even", "a.gaze:3:3"}};
  kernel.requirements = requirements;
  kernel.requirement_count = 2;
  kernel.require = [](halide_buffer_t *, halide_buffer_t *holds) {
    holds->host[0] = 1;
    holds->host[1] = 0;
    return 0;
  };
  EXPECT_EQ("a.gaze:3:3: error: window must be even", refusal(GAZE_REQUIREMENT_FAILED));
}

TEST_F(PlanArguments, FailuresOfAKernelAreOurFault) {
  kernel.classify = [](auto *, auto *, auto *, auto *, auto *, auto *, auto *) { return -7; };
  EXPECT_EQ("classify failed with code -7", refusal(GAZE_INTERNAL_ERROR));
}

} // namespace
} // namespace gaze::test
