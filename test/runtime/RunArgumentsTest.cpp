//===- RunArgumentsTest.cpp - What a run refuses, before it writes anything ----===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace gaze::test {
namespace {

/// Two batch entries, four heads of which two share K and V, 10 queries, 12 keys, 8 channels.
class RunArguments : public testing::Test {
protected:
  gaze_kernel kernel = fakeKernel(16, 16);
  const gaze_shape shape = {2, 4, 2, 10, 12, 0};
  std::vector<float> qData = std::vector<float>(2 * 4 * 10 * 8, 7.0F);
  std::vector<float> kData = qData; // as long as the output, so that one in its place ends with it
  std::vector<float> vData = kData, outData = qData, lseData = std::vector<float>(2 * 4 * 10, 7.0F);
  gaze_tensor q = view(qData.data(), {2, 4, 10, 8}), out = view(outData.data(), {2, 4, 10, 8}),
              k = view(kData.data(), {2, 2, 12, 8}), v = view(vData.data(), {2, 2, 12, 8}),
              lse = view(lseData.data(), {2, 4, 10});
  gaze_options options = *Options(1).get();
  Plan plan;

  void SetUp() override {
    keep = [](auto, auto, auto, auto) { return true; };
    kernel.accumulate = [](auto *, auto *, auto *, auto *, auto *, auto *, auto *, auto *,
                           std::int32_t, std::int32_t, std::int64_t, std::int64_t, std::int64_t,
                           auto *, auto *) { return 0; };
    kernel.finish = [](auto *, auto *out, auto *) {
      *reinterpret_cast<float *>(out->host) = 1;
      return 0;
    };
    plan = Plan(kernel, shape);
  }

  /// The message of a refused run, which has written nothing; "" where it ran.
  std::string refusal() {
    gaze_error error = {};
    const std::vector<float> outBefore = outData, lseBefore = lseData;
    if (gaze_run(plan.get(), &q, &k, &v, &out, &lse, &options, &error) == GAZE_OK)
      return "";
    EXPECT_EQ(GAZE_INVALID_ARGUMENT, error.status);
    EXPECT_TRUE(outBefore == outData && lseBefore == lseData) << "written before it was refused";
    return error.message;
  }
};

TEST_F(RunArguments, AreFine) {
  EXPECT_EQ("", refusal());
  EXPECT_EQ(1, outData[0]);
  EXPECT_EQ(GAZE_OK, gaze_run(plan.get(), &q, &k, &v, &out, nullptr, nullptr, nullptr));
}

TEST_F(RunArguments, StridesThatAreFine) {
  k.strides[1] = 0; // one key head for all is fine for what is only read
  EXPECT_EQ("", refusal());
  // [batch, seq, heads, dim] without a copy, the log-sum-exp too
  q = view(qData.data(), {2, 4, 10, 8}, {320, 8, 32, 1});
  out = view(outData.data(), {2, 4, 10, 8}, {320, 8, 32, 1});
  lse = view(lseData.data(), {2, 4, 10}, {40, 1, 4});
  EXPECT_EQ("", refusal());
  // K and V of one buffer
  std::vector<float> both(2 * 12 * 2 * 2 * 8);
  k = view(both.data(), {2, 2, 12, 8}, {384, 8, 32, 1});
  v = view(both.data() + 16, {2, 2, 12, 8}, {384, 8, 32, 1});
  EXPECT_EQ("", refusal());
}

TEST_F(RunArguments, Null) {
  gaze_error error;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_run(nullptr, &q, &k, &v, &out, nullptr, nullptr, &error));
  EXPECT_STREQ("plan is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_run(plan.get(), nullptr, &k, &v, &out, nullptr, nullptr, &error));
  EXPECT_STREQ("q is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_run(plan.get(), &q, &k, &v, nullptr, nullptr, nullptr, &error));
  EXPECT_STREQ("out is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_run(plan.get(), &q, nullptr, &v, &out, nullptr, nullptr, nullptr));
  v.data = nullptr;
  EXPECT_EQ("v.data is null", refusal());
  v.data = vData.data();
  lse.data = nullptr;
  EXPECT_EQ("lse.data is null", refusal());
}

TEST_F(RunArguments, Misaligned) {
  q.data = reinterpret_cast<char *>(qData.data()) + 1;
  EXPECT_EQ("q is not aligned to 4 bytes", refusal());
  q.data = qData.data();
  lse.data = reinterpret_cast<char *>(lseData.data()) + 2;
  EXPECT_EQ("lse is not aligned to 4 bytes", refusal());
}

/// To a generated function a buffer without memory asks for its bounds: it would compute nothing,
/// and succeed.
TEST_F(RunArguments, EveryTensorHasMemoryAndElements) {
  const std::pair<gaze_tensor *, const char *> tensors[] = {
      {&q, "q"}, {&k, "k"}, {&v, "v"}, {&out, "out"}, {&lse, "lse"}};
  for (const auto &[tensor, name] : tensors) {
    SCOPED_TRACE(name);
    const gaze_tensor whole = *tensor;
    tensor->data = nullptr;
    EXPECT_EQ(std::string(name) + ".data is null", refusal());
    tensor->data = static_cast<char *>(whole.data) + 1;
    EXPECT_EQ(std::string(name) + " is not aligned to 4 bytes", refusal());
    tensor->data = whole.data;
    for (std::int32_t axis = 0; axis < whole.rank; ++axis) {
      tensor->extents[axis] = 0;
      EXPECT_EQ(std::string(name) + " is [", refusal().substr(0, std::strlen(name) + 5)) << axis;
      tensor->extents[axis] = whole.extents[axis];
    }
    EXPECT_EQ("", refusal());
  }
}

TEST_F(RunArguments, OtherElements) {
  k.element = GAZE_ELEMENT_FLOAT16;
  EXPECT_EQ("k is float16, the kernel takes float32", refusal());
  k.element = static_cast<gaze_element>(99);
  EXPECT_EQ("k is an unknown type, the kernel takes float32", refusal());
  k.element = GAZE_ELEMENT_FLOAT32;
  out.element = GAZE_ELEMENT_INT64;
  EXPECT_EQ("out is int64, the kernel takes float32", refusal());
  out.element = GAZE_ELEMENT_FLOAT32;
  lse.element = GAZE_ELEMENT_BFLOAT16;
  EXPECT_EQ("lse is bfloat16, a log-sum-exp is float32", refusal());
}

TEST_F(RunArguments, OtherRanks) {
  q.rank = 3;
  EXPECT_EQ("q has rank 3, not 4: [batch, heads, seq, dim]", refusal());
  q.rank = -2000000000;
  EXPECT_EQ("q has rank -2000000000, not 4: [batch, heads, seq, dim]", refusal());
  q.rank = 4;
  lse.rank = 4;
  EXPECT_EQ("lse has rank 4, not 3: [batch, heads, seq]", refusal());
}

/// Among them those of a plan of another shape, or of a kernel for other heads.
TEST_F(RunArguments, OtherShapes) {
  q.extents[2] = 9;
  EXPECT_EQ("q is [2, 4, 9, 8], the plan takes [2, 4, 10, 8]", refusal());
  q.extents[2] = 10;
  k.extents[1] = 4;
  EXPECT_EQ("k is [2, 4, 12, 8], the plan takes [2, 2, 12, 8]", refusal());
  k.extents[1] = 2;
  v.extents[3] = 64;
  EXPECT_EQ("v is [2, 2, 12, 64], the plan takes [2, 2, 12, 8]", refusal());
  v.extents[3] = 8;
  out.extents[0] = 0;
  EXPECT_EQ("out is [0, 4, 10, 8], the plan takes [2, 4, 10, 8]", refusal());
  out.extents[0] = 2;
  lse.extents[2] = 12;
  EXPECT_EQ("lse is [2, 4, 12], the plan takes [2, 4, 10]", refusal());
  lse.extents[2] = 10;
  plan = Plan(kernel, {2, 4, 2, 10, 13, 0});
  EXPECT_EQ("k is [2, 2, 12, 8], the plan takes [2, 2, 13, 8]", refusal());
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
  k.strides[2] = -8;
  EXPECT_EQ("k has a stride of -8 elements in seq; strides are from 0 to 2^48 / extent", refusal());
  k.strides[2] = std::int64_t{1} << 40;
  EXPECT_EQ("k has a stride of 1099511627776 elements in seq; at most 2^31 - 1 are supported",
            refusal());
  k.strides[2] = 8;
  q.strides[0] = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ("q has a stride of 9223372036854775807 elements in batch; strides are from 0 to 2^48 / "
            "extent",
            refusal());
  q.strides[0] = 320;
  v.strides[3] = 2;
  EXPECT_EQ("v has a stride of 2 elements in dim; it must be 1: the elements of a row are "
            "neighbours",
            refusal());
  v.strides[3] = 0;
  EXPECT_EQ("v has a stride of 0 elements in dim; it must be 1: the elements of a row are "
            "neighbours",
            refusal());
}

TEST_F(RunArguments, RowsThatOverlap) {
  out.strides[1] = 79;
  EXPECT_EQ("out has a stride of 79 elements, so that rows would overlap", refusal());
  out.strides[1] = 0;
  EXPECT_EQ("out has a stride of 0 elements, so that rows would overlap", refusal());
  out.strides[1] = 80;
  lse.strides[2] = 0;
  EXPECT_EQ("lse has a stride of 0 elements, so that rows would overlap", refusal());
  lse.strides[2] = 2;
  EXPECT_EQ("lse has a stride of 10 elements, so that rows would overlap", refusal());
}

TEST_F(RunArguments, Overlap) {
  for (const auto &[data, name] :
       {std::pair(&qData, "q"), std::pair(&kData, "k"), std::pair(&vData, "v")}) {
    out.data = data->data();
    EXPECT_EQ(std::string("out overlaps ") + name, refusal());
  }
  out.data = outData.data();
  lse.data = outData.data() + 3;
  EXPECT_EQ("lse overlaps out", refusal());
  lse.data = vData.data();
  EXPECT_EQ("lse overlaps v", refusal());
}

TEST_F(RunArguments, OptionsThatAreNone) {
  options.struct_size = 0;
  EXPECT_EQ("options.struct_size is 0; it must be sizeof(gaze_options)", refusal());
  options.struct_size = 21;
  EXPECT_EQ("options.struct_size is 21; it must be sizeof(gaze_options)", refusal());
  options.struct_size = 1000;
  EXPECT_EQ("options.struct_size is 1000, and this runtime knows 88 bytes: the program was "
            "compiled with a newer gaze.h",
            refusal());
  options.struct_size = sizeof options;
  options.threads = -1;
  EXPECT_EQ("threads must be from 0 (all cores) to 4096, not -1", refusal());
  options.threads = 1;
  options.allocate = [](void *, std::size_t, std::size_t) -> void * { return nullptr; };
  EXPECT_EQ("options.deallocate is null: give both allocate and deallocate, or neither", refusal());
  options.allocate = nullptr;
  options.deallocate = [](void *, void *, std::size_t, std::size_t) {};
  EXPECT_EQ("options.allocate is null: give both allocate and deallocate, or neither", refusal());
}

/// What an older program does not know of keeps its default, whatever stands behind.
TEST_F(RunArguments, OptionsOfAnOlderProgram) {
  options.threads = 3;
  options.allocate = [](void *, std::size_t, std::size_t) -> void * { return nullptr; };
  EXPECT_NE("", refusal());
  options.struct_size = 8;
  EXPECT_EQ("", refusal());
}

TEST_F(RunArguments, SummariesOfAPlanThatSelectsNothing) {
  gaze_kernel selecting = kernel;
  selecting.selection_count = 1;
  const Summaries summaries(selecting, 2, 2);
  options.summaries = summaries.get();
  EXPECT_EQ("the plan selects nothing: it takes no summaries", refusal());
  const Summaries ofAnother(selecting, 1, 7);
  options.summaries = ofAnother.get();
  EXPECT_EQ("the summaries are those of another cache: batch 1, kv_heads 7, head_dim 8, float32",
            refusal());
}

TEST_F(RunArguments, KernelsForMasksAlone) {
  kernel.accumulate = nullptr;
  EXPECT_EQ("the kernel was compiled for its mask alone", refusal());
}

TEST_F(RunArguments, InfoOfAProgramOfAnotherAge) {
  gaze_plan_info info = {};
  gaze_error error;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_plan_get_info(plan.get(), &info, &error));
  EXPECT_STREQ("info.struct_size is 0; it must be sizeof(gaze_plan_info)", error.message);
  info.struct_size = 800;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_plan_get_info(plan.get(), &info, &error));
  EXPECT_STREQ("info.struct_size is 800, and this runtime knows 56 bytes: the program was compiled "
               "with a newer gaze.h",
               error.message);
  info.struct_size = 16; // ends behind items
  info.full_tiles = -5;
  EXPECT_EQ(GAZE_OK, gaze_plan_get_info(plan.get(), &info, &error));
  EXPECT_EQ(16U, info.struct_size);
  EXPECT_EQ(8, info.items);
  EXPECT_EQ(-5, info.full_tiles);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_plan_get_info(nullptr, &info, &error));
  EXPECT_STREQ("plan is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_plan_get_info(plan.get(), nullptr, &error));
  EXPECT_STREQ("info is null", error.message);
}

} // namespace
} // namespace gaze::test
