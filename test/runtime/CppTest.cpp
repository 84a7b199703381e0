//===- CppTest.cpp - gaze.hpp: views, statuses, values --------------------------===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"

#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gaze::test {
namespace {

TEST(Views, becomeTensors) {
  const std::vector<float> data(1);
  const gaze_tensor dense = view(data.data(), {2, 3, 5, 8});
  EXPECT_EQ(data.data(), dense.data);
  EXPECT_EQ(GAZE_ELEMENT_FLOAT32, dense.element);
  EXPECT_EQ(4, dense.rank);
  const std::int64_t extents[] = {2, 3, 5, 8}, strides[] = {120, 40, 8, 1};
  for (int axis = 0; axis < 4; ++axis) {
    EXPECT_EQ(extents[axis], dense.extents[axis]);
    EXPECT_EQ(strides[axis], dense.strides[axis]);
  }
  const gaze_tensor lse = view(data.data(), {2, 3, 5}, {15, 1, 3});
  EXPECT_EQ(3, lse.rank);
  EXPECT_EQ(3, lse.strides[2]);
  bfloat16 half[1];
  EXPECT_EQ(GAZE_ELEMENT_BFLOAT16, gaze_tensor(view(half, {1, 1, 1, 1})).element);
  const float16 other[1] = {};
  EXPECT_EQ(GAZE_ELEMENT_FLOAT16, gaze_tensor(view(other, {1, 1, 1, 1})).element);
}

class Cpp : public testing::Test {
protected:
  gaze_kernel kernel = fakeKernel(16, 16);
  const gaze_shape shape = {1, 1, 1, 4, 4, 0};
  const gaze_parameter parameters[2] = {{"window", GAZE_INT, 1, {5}}, {"cap", GAZE_FLOAT, 1, {0}}};

  void SetUp() override {
    keep = [](auto, auto, auto, auto) { return true; };
    kernel.parameters = parameters;
    kernel.parameter_count = 2;
  }
};

static_assert(noexcept(std::declval<Plan>().tryRun({}, {}, {}, {}, gaze_tensor{})) &&
              noexcept(Plan::tryMake(std::declval<Plan &>(), std::declval<gaze_kernel>(), {})) &&
              noexcept(Workspace::tryMake(std::declval<Workspace &>(), std::declval<Plan>())));
static_assert(std::is_nothrow_move_constructible_v<Plan> && !std::is_copy_constructible_v<Plan>);

TEST_F(Cpp, valuesHaveTypes) {
  EXPECT_NO_THROW(Plan(kernel, shape, {7, 2.5}));
  EXPECT_NO_THROW(Plan(kernel, shape, {7, 2})); // an int stands for a float
  const auto refusal = [&](const std::vector<Value> &values) {
    Plan plan;
    const Status status = Plan::tryMake(plan, kernel, shape, values);
    EXPECT_EQ(GAZE_INVALID_ARGUMENT, status.code());
    EXPECT_EQ(nullptr, plan.get());
    return std::string(status.message());
  };
  EXPECT_EQ("parameter 'window' is an int, a float was given", refusal({7.0, 2.5}));
  EXPECT_EQ("parameter 'cap' is a float, a bool was given", refusal({7, true}));
  EXPECT_EQ("the pattern has 2 parameters, 3 values were given", refusal({7, 2.5, 1}));
  EXPECT_EQ("the pattern has 2 parameters, 1 values were given", refusal({7}));
}

TEST_F(Cpp, errorsAreThrownOrReturned) {
  try {
    const Plan plan(kernel, {1, 1, 1, 0, 4, 0});
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(GAZE_INVALID_ARGUMENT, error.code());
    EXPECT_STREQ("seq_q must be from 1 to 2147418112, not 0", error.what());
  }
  Plan plan;
  EXPECT_STREQ("seq_q must be from 1 to 2147418112, not 0",
               Plan::tryMake(plan, kernel, {1, 1, 1, 0, 4, 0}).message());
  EXPECT_TRUE(Plan::tryMake(plan, kernel, shape).ok());
  EXPECT_STREQ("", Status().message());
  // What tryMake was not called for.
  Workspace workspace;
  EXPECT_STREQ("plan is null", Workspace::tryMake(workspace, Plan()).message());
  EXPECT_STREQ("the plan has nothing to select: it has its tiles already",
               plan.trySelect(plan, {}, {}).message());
  EXPECT_STREQ("summaries is null", Summaries().tryTruncate(1).message());
}

TEST_F(Cpp, aFailureLeavesNoOldPlanBehind) {
  Plan plan(kernel, shape);
  EXPECT_FALSE(Plan::tryMake(plan, kernel, {}).ok());
  EXPECT_EQ(nullptr, plan.get());
}

TEST_F(Cpp, takesMemoryResources) {
  std::pmr::monotonic_buffer_resource resource;
  Plan plan(kernel, shape, {}, {}, Options(1).memory(resource));
  EXPECT_EQ(1, plan.info().items);
  const Status status = Plan::tryMake(plan, kernel, shape, {}, {},
                                      Options(1).memory(*std::pmr::null_memory_resource()));
  EXPECT_EQ(GAZE_OUT_OF_MEMORY, status.code());
}

} // namespace
} // namespace gaze::test
