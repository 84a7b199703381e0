//===- ArgumentsTest.cpp - What the runtime refuses, and what it says ----------===//
#include "FakeKernel.h"

#include <gtest/gtest.h>

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
                         nullptr, 0, threads, &plan, &error);
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
            gaze_plan_create(nullptr, &shape, nullptr, 0, nullptr, 0, 1, &plan, &error));
  EXPECT_STREQ("kernel is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_create(&kernel, nullptr, nullptr, 0, nullptr, 0, 1, &plan, &error));
  EXPECT_STREQ("shape is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, 1, nullptr, &error));
  EXPECT_STREQ("plan is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, 1, nullptr, nullptr));
  gaze_plan_destroy(nullptr);
}

TEST_F(PlanArguments, KernelOfAnotherVersion) {
  kernel.abi_version = 77;
  EXPECT_EQ("the kernel was compiled for interface version 77, this runtime has version 5; "
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

class RunArguments : public testing::Test {
protected:
  gaze_kernel kernel = fakeKernel(16, 16);
  gaze_shape shape = {2, 4, 2, 10, 12, 0};
  std::vector<float> qData = std::vector<float>(2 * 4 * 10 * 8);
  std::vector<float> kData = std::vector<float>(2 * 2 * 12 * 8);
  std::vector<float> vData = kData;
  std::vector<float> outData = qData;
  gaze_tensor q = {qData.data(), GAZE_ELEMENT_FLOAT32, 320, 80, 8},
              out = {outData.data(), GAZE_ELEMENT_FLOAT32, 320, 80, 8};
  gaze_tensor k = {kData.data(), GAZE_ELEMENT_FLOAT32, 192, 96, 8},
              v = {vData.data(), GAZE_ELEMENT_FLOAT32, 192, 96, 8};
  gaze_plan *plan = nullptr;

  void SetUp() override {
    keep = [](auto, auto, auto, auto) { return true; };
    ASSERT_EQ(GAZE_OK,
              gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, 1, &plan, nullptr));
    kernel.accumulate = [](auto *, auto *, auto *, auto *, auto *, auto *, auto *, auto *,
                           std::int32_t, std::int32_t, std::int64_t, std::int64_t, std::int64_t,
                           auto *, auto *) { return 0; };
    kernel.finish = [](auto *, auto *, auto *) { return 0; };
  }
  void TearDown() override { gaze_plan_destroy(plan); }

  std::string refusal(float *lse = nullptr) {
    gaze_error error = {};
    return gaze_run(plan, &q, &k, &v, &out, lse, 1, &error) == GAZE_OK ? "" : error.message;
  }
};

TEST_F(RunArguments, AreFine) {
  EXPECT_EQ("", refusal());
  k.head_stride = 0; // one key head for all is fine for an input
  EXPECT_EQ("", refusal());
  // [batch, seq, heads, dim] without a copy
  q = {qData.data(), GAZE_ELEMENT_FLOAT32, 320, 8, 32};
  out = {outData.data(), GAZE_ELEMENT_FLOAT32, 320, 8, 32};
  EXPECT_EQ("", refusal());
}

TEST_F(RunArguments, Null) {
  gaze_error error;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_run(nullptr, &q, &k, &v, &out, nullptr, 1, &error));
  EXPECT_STREQ("plan is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_run(plan, &q, nullptr, &v, &out, nullptr, 1, &error));
  EXPECT_STREQ("k is null", error.message);
  v.data = nullptr;
  EXPECT_EQ("v is null", refusal());
}

TEST_F(RunArguments, Misaligned) {
  q.data = reinterpret_cast<float *>(reinterpret_cast<char *>(qData.data()) + 1);
  EXPECT_EQ("q is not aligned to 4 bytes", refusal());
}

TEST_F(RunArguments, OtherElements) {
  k.element = GAZE_ELEMENT_FLOAT16;
  EXPECT_EQ("k is float16, the kernel takes float32", refusal());
  k.element = static_cast<gaze_element>(99);
  EXPECT_EQ("k is an unknown type, the kernel takes float32", refusal());
  k.element = GAZE_ELEMENT_FLOAT32;
  out.element = GAZE_ELEMENT_INT64;
  EXPECT_EQ("out is int64, the kernel takes float32", refusal());
}

/// Two bytes each: what is a stride too short or an overlap goes with them.
TEST_F(RunArguments, SixteenBits) {
  kernel.element = GAZE_ELEMENT_BFLOAT16;
  for (gaze_tensor *tensor : {&q, &k, &v, &out})
    tensor->element = GAZE_ELEMENT_BFLOAT16;
  EXPECT_EQ("", refusal());
  q.data = reinterpret_cast<char *>(qData.data()) + 2;
  EXPECT_EQ("", refusal());
  q.data = reinterpret_cast<char *>(qData.data()) + 1;
  EXPECT_EQ("q is not aligned to 2 bytes", refusal());
  q.data = qData.data();
  v.element = GAZE_ELEMENT_FLOAT16;
  EXPECT_EQ("v is float16, the kernel takes bfloat16", refusal());
  v.element = GAZE_ELEMENT_BFLOAT16;
  // The elements of q end in the middle of its memory.
  out.data = reinterpret_cast<char *>(qData.data()) + qData.size() * 2;
  EXPECT_EQ("", refusal());
  out.data = reinterpret_cast<char *>(qData.data()) + qData.size() * 2 - 2;
  EXPECT_EQ("out overlaps q", refusal());
}

TEST_F(RunArguments, Strides) {
  k.seq_stride = -8;
  EXPECT_EQ("k has a stride of -8 elements; strides are from 0 to 2^48 / extent", refusal());
  k.seq_stride = std::int64_t{1} << 40;
  EXPECT_EQ("k has a row stride of 1099511627776 elements; at most 2^31 - 1 are supported",
            refusal());
  k.seq_stride = 8;
  out.head_stride = 79;
  EXPECT_EQ("out has a stride of 79 elements, so that rows would overlap", refusal());
  out.head_stride = 0;
  EXPECT_EQ("out has a stride of 0 elements, so that rows would overlap", refusal());
}

TEST_F(RunArguments, Overlap) {
  out.data = qData.data();
  EXPECT_EQ("out overlaps q", refusal());
  out.data = outData.data();
  EXPECT_EQ("lse overlaps out", refusal(outData.data() + 3));
  EXPECT_EQ("lse overlaps v", refusal(vData.data()));
}

} // namespace
} // namespace gaze::test
