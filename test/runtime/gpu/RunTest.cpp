//===- RunTest.cpp - Runs on a device, without one ----------------------------------===//
#include "FakeGpu.h"

#include "gaze/gaze.hpp"
#include "runtime/gpu/Groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace gaze::test {
namespace {

using Strides = std::array<std::int64_t, 4>;

/// Memory for a tensor with any strides.
struct Floats {
  std::vector<float> data;
  gaze_tensor tensor = {};

  Floats(std::array<std::int64_t, 4> extents, Strides strides, std::int32_t rank = 4) {
    std::int64_t last = 0;
    for (std::int32_t axis = 0; axis < rank; ++axis) {
      tensor.extents[axis] = extents[axis];
      tensor.strides[axis] = strides[axis];
      last += (extents[axis] - 1) * strides[axis];
    }
    data.assign(last + 1, -7);
    tensor.data = data.data();
    tensor.element = GAZE_ELEMENT_FLOAT32;
    tensor.rank = rank;
  }
  void fill(int seed) {
    for (std::size_t i = 0; i < data.size(); ++i)
      data[i] = static_cast<float>((i * 37 + seed * 101) % 64) / 64 - 0.5f;
  }
  float &at(std::int64_t batch, std::int64_t head, std::int64_t row, std::int64_t d = 0) {
    return data[batch * tensor.strides[0] + head * tensor.strides[1] + row * tensor.strides[2] +
                (tensor.rank == 4 ? d : 0)];
  }
};

class Runs : public testing::Test {
protected:
  void SetUp() override {
    keep = [](auto q, auto k, auto, auto) { return k <= q && (q - k < 20 || k < 3) && q != 17; };
    options.struct_size = sizeof options;
    options.device = gpu.get();
    attended = 0;
  }
  void TearDown() override {
    runtime::bytesOfStates = std::int64_t{256} << 20;
    gpu->scratch.clear();
    EXPECT_EQ(gpu->allocations, 0);
  }

  Floats dense(std::int64_t heads, std::int64_t rows) const {
    return Floats({shape.batch, heads, rows, fakeDim},
                  {heads * rows * fakeDim, rows * fakeDim, fakeDim, 1});
  }

  /// The output that Q, K and V should give, and the log-sum-exp.
  void expectRight(Floats &q, Floats &k, Floats &v, Floats &out, Floats *lse) const {
    const std::int64_t group = shape.heads / shape.kv_heads;
    for (std::int64_t b = 0; b < shape.batch; ++b)
      for (std::int64_t h = 0; h < shape.heads; ++h)
        for (std::int64_t i = 0; i < shape.seq_q; ++i) {
          double sums[fakeDim] = {}, weights = 0;
          for (std::int64_t key = 0; key < shape.seq_k; ++key) {
            if (!keep(shape.q_start + i, key, h, b))
              continue;
            double score = 0;
            for (std::int64_t d = 0; d < fakeDim; ++d)
              score += q.at(b, h, i, d) * k.at(b, h / group, key, d);
            weights += std::exp(score);
            for (std::int64_t d = 0; d < fakeDim; ++d)
              sums[d] += std::exp(score) * v.at(b, h / group, key, d);
          }
          for (std::int64_t d = 0; d < fakeDim; ++d)
            ASSERT_NEAR(out.at(b, h, i, d), weights > 0 ? sums[d] / weights : 0, 1e-5);
          if (!lse)
            continue;
          if (weights > 0) {
            ASSERT_NEAR(lse->at(b, h, i), std::log(weights), 1e-5);
          } else {
            ASSERT_EQ(lse->at(b, h, i), -INFINITY);
          }
        }
  }

  gaze_status run(const gaze_plan *plan, Floats &q, Floats &k, Floats &v, Floats &out,
                  Floats *lse) {
    return gaze_run(plan, &q.tensor, &k.tensor, &v.tensor, &out.tensor,
                    lse ? &lse->tensor : nullptr, &options, &error);
  }

  std::shared_ptr<FakeGpu> gpu = std::make_shared<FakeGpu>();
  gaze_kernel kernel = fakeGpuKernel();
  gaze_shape shape = {2, 6, 2, 45, 60, 15};
  gaze_options options = {};
  gaze_error error = {};
};

struct Planned {
  gaze_plan *plan = nullptr;
  Planned(const gaze_kernel &kernel, const gaze_shape &shape, const gaze_options *options) {
    gaze_error error;
    if (gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, options, &plan, &error))
      ADD_FAILURE() << error.message;
  }
  ~Planned() { gaze_plan_destroy(plan); }
};

TEST_F(Runs, GroupsOfPlanesMakeAWhole) {
  for (const std::int64_t alignment : {1, 128, 4096})
    for (const std::int64_t bytes : {1 << 28, 11000, 9000, 1}) {
      gpu->alignment = alignment;
      runtime::bytesOfStates = bytes;
      attended = 0;
      const Planned planned(kernel, shape, &options);
      Floats q = dense(6, 45), k = dense(2, 60), v = dense(2, 60), out = dense(6, 45);
      Floats lse({2, 6, 45}, {6 * 45, 45, 1}, 3);
      q.fill(1);
      k.fill(2);
      v.fill(3);
      ASSERT_EQ(run(planned.plan, q, k, v, out, &lse), GAZE_OK) << error.message;
      expectRight(q, k, v, out, &lse);
      if (alignment == 1) {
        EXPECT_EQ(attended, bytes == 1 ? 12 : bytes == 9000 ? 4 : bytes == 11000 ? 2 : 1);
      }
    }
}

TEST_F(Runs, EveryLayoutOfTheHost) {
  const Planned planned(kernel, shape, &options);
  // [batch, seq, heads, dim]; one buffer with gaps; overlapping rows; repeated ones.
  const Strides ofQ[] = {{6 * 45 * 8, 8, 6 * 8, 1},
                         {45 * 60, 8, 60, 1},
                         {0, 0, 0, 1},
                         {3, 1, 2, 1},
                         {0, 45 * 8, 8, 1},
                         {std::int64_t{1} << 20, 45 * 9, 9, 1}};
  const Strides ofK[] = {
      {2 * 60 * 8, 8, 2 * 8, 1}, {60 * 24, 8, 24, 1}, {0, 60 * 8, 8, 1}, {60 * 8, 0, 8, 1}};
  const Strides ofOut[] = {{6 * 45 * 8, 8, 6 * 8, 1}, {45 * 60, 8, 60, 1}, {1 << 19, 8 * 45, 8, 1}};
  const Strides ofLse[] = {{6 * 45, 45, 1}, {6 * 45, 1, 6}, {1000, 100, 2}};
  for (const Strides &qs : ofQ)
    for (const Strides &ks : ofK)
      for (const Strides &os : ofOut)
        for (const Strides &ls : ofLse) {
          Floats q({2, 6, 45, 8}, qs), k({2, 2, 60, 8}, ks), v({2, 2, 60, 8}, ks),
              out({2, 6, 45, 8}, os), lse({2, 6, 45}, ls, 3);
          q.fill(1);
          k.fill(2);
          v.fill(3);
          ASSERT_EQ(run(planned.plan, q, k, v, out, &lse), GAZE_OK) << error.message;
          expectRight(q, k, v, out, &lse);
          // What lies between the rows is as it was.
          EXPECT_EQ(static_cast<std::int64_t>(std::count(out.data.begin(), out.data.end(), -7.0f)),
                    static_cast<std::int64_t>(out.data.size()) - 2 * 6 * 45 * 8);
        }
}

TEST_F(Runs, WhatRepeatsIsCopiedOnce) {
  const Planned planned(kernel, shape, &options);
  Floats q = dense(6, 45), out = dense(6, 45);
  Floats k({2, 2, 60, 8}, {0, 0, 8, 1}), v({2, 2, 60, 8}, {0, 0, 8, 1});
  q.fill(1);
  k.fill(2);
  v.fill(3);
  gpu->copied = 0;
  ASSERT_EQ(run(planned.plan, q, k, v, out, nullptr), GAZE_OK) << error.message;
  EXPECT_EQ(gpu->copied, sizeof(float) * (2 * 6 * 45 + 2 * 60) * 8);
  expectRight(q, k, v, out, nullptr);
}

TEST_F(Runs, TensorsOfTheDeviceStayWhereTheyAre) {
  const Planned planned(kernel, shape, &options);
  Floats q({2, 6, 45, 8}, {45 * 60, 8, 60, 1}), out = q;
  out.tensor.data = out.data.data();
  Floats k = dense(2, 60), v = dense(2, 60);
  q.fill(1);
  k.fill(2);
  v.fill(3);
  options.memory = GAZE_MEMORY_DEVICE;
  gpu->copied = 0;
  ASSERT_EQ(run(planned.plan, q, k, v, out, nullptr), GAZE_OK) << error.message;
  EXPECT_EQ(gpu->copied, 0u);
  expectRight(q, k, v, out, nullptr);
}

TEST_F(Runs, StreamsShareNothing) {
  const Planned planned(kernel, shape, &options);
  std::vector<std::thread> threads;
  for (std::intptr_t stream = 0; stream < 4; ++stream)
    threads.emplace_back([&, stream] {
      gaze_options own = options;
      own.stream = runtime::pointerOf(stream / 2 * 16); // two threads each
      for (int i = 0; i < 20; ++i) {
        Floats q = dense(6, 45), k = dense(2, 60), v = dense(2, 60), out = dense(6, 45);
        q.fill(static_cast<int>(stream) + i);
        k.fill(2);
        v.fill(static_cast<int>(stream));
        gaze_error why = {};
        EXPECT_EQ(gaze_run(planned.plan, &q.tensor, &k.tensor, &v.tensor, &out.tensor, nullptr,
                           &own, &why),
                  GAZE_OK)
            << why.message;
        expectRight(q, k, v, out, nullptr);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST_F(Runs, TheStreamsUsedLastKeepTheirMemory) {
  runtime::streamsWithScratch = 2;
  const Planned planned(kernel, shape, &options);
  const int ofPlan = gpu->allocations;
  Floats q = dense(6, 45), k = dense(2, 60), v = dense(2, 60), out = dense(6, 45);
  q.fill(1);
  k.fill(2);
  v.fill(3);
  const auto runIn = [&](std::intptr_t stream) {
    options.stream = runtime::pointerOf(stream);
    ASSERT_EQ(run(planned.plan, q, k, v, out, nullptr), GAZE_OK) << error.message;
    expectRight(q, k, v, out, nullptr);
  };
  gpu->taken = 0;
  runIn(16);
  const int ofRun = gpu->taken;
  EXPECT_EQ(gpu->allocations, ofPlan + 1);
  for (const std::intptr_t stream : {32, 16, 48})
    runIn(stream);
  EXPECT_EQ(gpu->allocations, ofPlan + 2);
  const auto takes = [&](std::intptr_t stream) {
    gpu->taken = 0;
    runIn(stream);
    return gpu->taken == ofRun;
  };
  EXPECT_FALSE(takes(48));
  EXPECT_FALSE(takes(16));
  EXPECT_TRUE(takes(32)); // its memory went to 48
  runtime::streamsWithScratch = 16;
}

TEST_F(Runs, APlanWithoutTiles) {
  keep = [](auto, auto, auto, auto) { return false; };
  const Planned planned(kernel, shape, &options);
  Floats q = dense(6, 45), k = dense(2, 60), v = dense(2, 60), out = dense(6, 45);
  Floats lse({2, 6, 45}, {6 * 45, 45, 1}, 3);
  ASSERT_EQ(run(planned.plan, q, k, v, out, &lse), GAZE_OK) << error.message;
  expectRight(q, k, v, out, &lse);
  EXPECT_EQ(attended, 0);
}

TEST_F(Runs, ThePlanKeepsItsDevice) {
  gaze_options with = options;
  auto other = std::make_shared<FakeGpu>();
  with.device = other.get();
  const std::weak_ptr<FakeGpu> weak = other;
  {
    const Planned planned(kernel, shape, &with);
    other.reset();
    EXPECT_FALSE(weak.expired());
  }
  EXPECT_TRUE(weak.expired());
}

class RefusedRuns : public Runs {
protected:
  void expectRefused(gaze_status status, const gaze_plan *plan, const std::string &message) {
    EXPECT_EQ(run(plan, q, k, v, out, lse), status);
    EXPECT_EQ(error.message, message);
  }
  void expectNoPlan(gaze_status status, const std::string &message) {
    gaze_plan *plan = nullptr;
    EXPECT_EQ(gaze_plan_create(&kernel, &shape, nullptr, 0, nullptr, 0, &options, &plan, &error),
              status);
    EXPECT_EQ(plan, nullptr);
    EXPECT_EQ(error.message, message);
  }

  Floats q = dense(6, 45), k = dense(2, 60), v = dense(2, 60), out = dense(6, 45);
  Floats *lse = nullptr;
};

TEST_F(RefusedRuns, PlansOfNoDevice) {
  options.device = nullptr;
  const Planned planned(kernel, shape, &options);
  expectRefused(GAZE_INVALID_ARGUMENT, planned.plan,
                "the kernel runs on a GPU, and its plan is of none: make it with options.device");
  gaze_plan_info info = {};
  info.struct_size = sizeof info;
  EXPECT_EQ(gaze_plan_get_info(planned.plan, &info, &error), GAZE_OK);
  EXPECT_GT(info.partial_tiles, 0);
}

TEST_F(RefusedRuns, KernelsOfOtherDevices) {
  kernel.gpu = nullptr;
  expectNoPlan(GAZE_INVALID_ARGUMENT, "the kernel was compiled for the CPU, and options.device is "
                                      "one of CUDA; compile it with --target cuda");
  gaze_gpu_code code = fakeCode;
  code.api = GAZE_API_OPENCL;
  kernel.gpu = &code;
  expectNoPlan(GAZE_INVALID_ARGUMENT, "the kernel was compiled for OpenCL, and options.device is "
                                      "one of CUDA; compile it with --target cuda");
}

TEST_F(RefusedRuns, MoreThanABlockCanHave) {
  gaze_gpu_code code = fakeCode;
  kernel.gpu = &code;
  code.threads = 2048;
  expectNoPlan(GAZE_DEVICE_ERROR, "the kernel takes 2048 threads in a block, and a fake GPU has "
                                  "1024; compile it with a schedule that has larger keys or rows, "
                                  "or smaller tile_q or tile_k");
  code.threads = 64;
  code.shared_bytes = 50000;
  expectNoPlan(GAZE_DEVICE_ERROR, "the kernel takes 50000 bytes of shared memory in a block, and a "
                                  "fake GPU has 49152; compile it with a schedule that has smaller "
                                  "tile_q or tile_k");
}

TEST_F(RefusedRuns, Options) {
  const Planned planned(kernel, shape, &options);
  auto other = std::make_shared<FakeGpu>();
  options.device = other.get();
  expectRefused(GAZE_INVALID_ARGUMENT, planned.plan, "options.device is not the plan's");
  options.device = nullptr; // the plan's is meant
  EXPECT_EQ(run(planned.plan, q, k, v, out, nullptr), GAZE_OK);
  options.memory = static_cast<gaze_memory>(2);
  expectRefused(GAZE_INVALID_ARGUMENT, planned.plan,
                "options.memory is 2; it must be GAZE_MEMORY_HOST or GAZE_MEMORY_DEVICE");
  options.memory = GAZE_MEMORY_HOST;
  gaze_workspace *workspace = nullptr;
  EXPECT_EQ(gaze_workspace_create(planned.plan, &options, &workspace, &error),
            GAZE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message,
               "the plan is of a GPU, which has its own memory: its runs take no workspace");
  kernel.gpu = nullptr;
  kernel.accumulate = [](auto...) { return 0; };
  kernel.finish = [](auto...) { return 0; };
  const Planned ofCpu(kernel, shape, &options);
  options.memory = GAZE_MEMORY_DEVICE;
  expectRefused(GAZE_INVALID_ARGUMENT, ofCpu.plan,
                "options.memory is GAZE_MEMORY_DEVICE, and the plan is of no GPU");
}

/// As handles they would be read on the CPU.
TEST_F(RefusedRuns, TensorsOfTheDeviceWhereTheCpuComputes) {
  options.memory = GAZE_MEMORY_DEVICE;
  const auto expectOfHost = [&](gaze_status status, const std::string &function) {
    EXPECT_EQ(status, GAZE_INVALID_ARGUMENT);
    EXPECT_EQ(error.message, "options.memory is GAZE_MEMORY_DEVICE, and " + function +
                                 " computes on the CPU: its tensors must be in the host's memory");
  };
  const Planned planned(kernel, shape, &options);
  gaze_plan *selected = nullptr;
  expectOfHost(gaze_plan_select(planned.plan, &q.tensor, &k.tensor, &options, &selected, &error),
               "gaze_plan_select");
  gaze_summaries *const summaries = nullptr;
  expectOfHost(gaze_summaries_update(summaries, planned.plan, &k.tensor, &options, &error),
               "gaze_summaries_update");
  expectOfHost(
      gaze_merge(&q.tensor, nullptr, &q.tensor, nullptr, &out.tensor, nullptr, &options, &error),
      "gaze_merge");
}

TEST_F(RefusedRuns, StridesThatBuffersCannotHave) {
  const Planned planned(kernel, shape, &options);
  options.memory = GAZE_MEMORY_DEVICE;
  k.tensor.strides[0] = std::int64_t{1} << 31;
  k.tensor.data = runtime::pointerOf(1 << 20); // 8 GiB in which nothing else is
  expectRefused(GAZE_INVALID_ARGUMENT, planned.plan,
                "k has a stride of 2147483648 elements in batch; on a GPU at most 2^31 - 1 are "
                "supported");
  k = dense(2, 60);
  Floats ofSteps({2, 6, 45}, {6 * 90, 90, 2}, 3);
  lse = &ofSteps;
  expectRefused(GAZE_INVALID_ARGUMENT, planned.plan,
                "lse has a stride of 2 elements in seq; on a GPU it must be 1");
}

TEST_F(RefusedRuns, FailuresOfFunctions) {
  gaze_gpu_code code = fakeCode;
  code.attend = [](auto...) { return 3; };
  kernel.gpu = &code;
  const Planned planned(kernel, shape, &options);
  expectRefused(GAZE_DEVICE_ERROR, planned.plan, "a fake GPU: attend failed: code 3");
  // Halide's runtime tells what is wrong, and the function gives 0 all the same.
  runtime::installHooks();
  code.attend = [](auto...) {
    halide_error(nullptr, "CUDA error: CUDA_ERROR_ILLEGAL_ADDRESS cuLaunchKernel failed\n");
    halide_error(nullptr, "and more");
    return 0;
  };
  expectRefused(GAZE_DEVICE_ERROR, planned.plan,
                "a fake GPU: attend failed: CUDA error: CUDA_ERROR_ILLEGAL_ADDRESS cuLaunchKernel "
                "failed");
  code.attend = attend;
  EXPECT_EQ(run(planned.plan, q, k, v, out, nullptr), GAZE_OK) << "the next run is another one";
}

TEST_F(RefusedRuns, MemoryThatIsNotThere) {
  const Planned planned(kernel, shape, &options);
  gpu->most = 10000;
  expectRefused(GAZE_OUT_OF_MEMORY, planned.plan, "too much");
}

} // namespace
} // namespace gaze::test
