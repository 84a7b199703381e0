//===- KernelsTest.cpp - Compiled kernels on a device of OpenCL, beside the CPU's --------===//
#include "OpenCl.h"

#include "gaze/gpu.hpp"
#include "runtime/gpu/Groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

extern "C" {
extern const gaze_kernel longformerGpu, longformerCpu, documentsGpu, documentsCpu, mobaGpu, mobaCpu,
    causalGpuF16, causalCpuF16, causalGpuBf16, causalCpuBf16;
/// Of Halide's runtime: for the driver's compiler.
void halide_opencl_set_build_options(const char *options);
}

namespace gaze::test {
namespace {

constexpr std::int64_t dim = 16;

/// The last place of the type, beside what sums of float32 differ by
/// (compiler/reference/Compare.h).
template <typename T> double toleranceOf(double value) {
  const double place = std::is_same_v<T, float16>    ? std::ldexp(1, -10)
                       : std::is_same_v<T, bfloat16> ? std::ldexp(1, -7)
                                                     : 0;
  return 6e-6 * std::fmax(1, std::fabs(value)) + place * std::fabs(value);
}

/// Tensors, and what the CPU makes of them.
template <typename T> struct Problem {
  gaze_shape shape;
  std::vector<T> q, k, v, out, right;
  std::vector<float> lse, rightLse;

  explicit Problem(const gaze_shape &shape, unsigned seed = 1) : shape(shape) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    const auto fill = [&](std::vector<T> &tensor, std::int64_t heads, std::int64_t rows) {
      tensor.resize(shape.batch * heads * rows * dim);
      for (T &element : tensor)
        element = T(normal(random));
    };
    fill(q, shape.heads, shape.seq_q);
    fill(k, shape.kv_heads, shape.seq_k);
    fill(v, shape.kv_heads, shape.seq_k);
    out.resize(q.size());
    lse.resize(q.size() / dim);
    right = out;
    rightLse = lse;
  }

  View<T> ofQueries(T *data) const {
    return view(data, {shape.batch, shape.heads, shape.seq_q, dim});
  }
  View<T> ofKeys(T *data) const {
    return view(data, {shape.batch, shape.kv_heads, shape.seq_k, dim});
  }
  View<float> ofLse(float *data) const {
    return view(data, {shape.batch, shape.heads, shape.seq_q});
  }

  void runCpu(const Plan &plan) {
    plan.run(ofQueries(q.data()), ofKeys(k.data()), ofKeys(v.data()), ofQueries(right.data()),
             ofLse(rightLse.data()));
  }
  void run(const Plan &plan, const Options &options = {}) {
    plan.run(ofQueries(q.data()), ofKeys(k.data()), ofKeys(v.data()), ofQueries(out.data()),
             ofLse(lse.data()), options);
  }
  void expectRight() const {
    for (std::size_t i = 0; i < out.size(); ++i)
      ASSERT_NEAR(float(out[i]), float(right[i]), toleranceOf<T>(float(right[i]))) << "at " << i;
    for (std::size_t i = 0; i < lse.size(); ++i)
      if (lse[i] != rightLse[i]) { // -inf
        ASSERT_NEAR(lse[i], rightLse[i], toleranceOf<float>(rightLse[i])) << "of row " << i;
      }
  }
};

/// In the memory of a device.
template <typename T> struct OnDevice {
  Problem<T> &problem;
  OpenClBuffer<T> q, k, v, out;
  OpenClBuffer<float> lse;

  OnDevice(void *context, Problem<T> &problem)
      : problem(problem), q(context, problem.q), k(context, problem.k), v(context, problem.v),
        out(context, problem.out), lse(context, problem.lse) {}

  Status tryRun(const Plan &plan, const Options &options) const {
    return plan.tryRun(problem.ofQueries(q.get()), problem.ofKeys(k.get()), problem.ofKeys(v.get()),
                       problem.ofQueries(out.get()), problem.ofLse(lse.get()), options);
  }
  void read(void *queue) {
    problem.out = out.read(queue);
    problem.lse = lse.read(queue);
  }
};

class Kernels : public testing::Test {
protected:
  void TearDown() override { runtime::bytesOfStates = std::int64_t{256} << 20; }

  /// GQA, a window, global tokens, tiles that the sequences do not fill.
  const gaze_shape shape = {2, 4, 2, 150, 200, 50};
  const std::vector<Value> values = {24, 3};
  Plan planOfGpu(const Device &device) const {
    return {longformerGpu, shape, values, {}, Options().device(device)};
  }
  Problem<float> problem(unsigned seed = 1) const {
    Problem<float> made(shape, seed);
    made.runCpu(Plan(longformerCpu, shape, values));
    return made;
  }
};

TEST_F(Kernels, TensorsOfTheHost) {
  const Device device(GAZE_API_OPENCL);
  const Plan plan = planOfGpu(device);
  Problem<float> given = problem();
  given.run(plan);
  given.expectRight();
  EXPECT_GT(plan.info().bytes, Plan(longformerGpu, shape, values).info().bytes);
}

/// Q, K and V in one, and an output with the order of its rows.
TEST_F(Kernels, OneBufferForAll) {
  const gaze_shape same = {2, 3, 3, 100, 100, 0};
  const Device device(GAZE_API_OPENCL);
  const Plan plan(longformerGpu, same, values, {}, Options().device(device));
  Problem<float> given(same);
  given.runCpu(Plan(longformerCpu, same, values));
  constexpr std::int64_t ofOne = 3 * dim, row = 3 * ofOne; // [batch, seq, which, heads, dim]
  std::vector<float> all(2 * 100 * row), out(2 * 100 * (ofOne + 4), -7);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(given.q.size()); ++i) {
    const std::int64_t b = i / (3 * 100 * dim), h = i / (100 * dim) % 3, s = i / dim % 100;
    float *const at = all.data() + (b * 100 + s) * row + h * dim + i % dim;
    at[0] = given.q[i];
    at[ofOne] = given.k[i];
    at[2 * ofOne] = given.v[i];
  }
  const auto part = [&](std::int64_t which) {
    return view(all.data() + which * ofOne, {2, 3, 100, dim}, {100 * row, dim, row, 1});
  };
  const View<float> ofOut =
      view(out.data(), {2, 3, 100, dim}, {100 * (ofOne + 4), dim, ofOne + 4, 1});
  plan.run(part(0), part(1), part(2), ofOut, given.ofLse(given.lse.data()));
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(given.q.size()); ++i) {
    const std::int64_t b = i / (3 * 100 * dim), h = i / (100 * dim) % 3, s = i / dim % 100;
    given.out[i] = out[(b * 100 + s) * (ofOne + 4) + h * dim + i % dim];
  }
  given.expectRight();
  EXPECT_EQ(std::count(out.begin(), out.end(), -7.0f), 2 * 100 * 4);
}

TEST_F(Kernels, GroupsOfHeadsHaveTheSameBits) {
  OpenClContext context;
  void *const queue = context.queue();
  const Device device = Device::adopt(GAZE_API_OPENCL, context.get(), queue);
  const Plan plan = planOfGpu(device);
  Problem<float> given = problem();
  OnDevice<float> whole(context.get(), given);
  ASSERT_STREQ(whole.tryRun(plan, Options().deviceTensors()).message(), "");
  whole.read(queue);
  given.expectRight();
  const std::vector<float> out = given.out, lse = given.lse;
  for (const std::int64_t bytes : {1, 100000}) {
    runtime::bytesOfStates = bytes;
    OnDevice<float> inGroups(context.get(), given);
    ASSERT_STREQ(inGroups.tryRun(plan, Options().deviceTensors()).message(), "");
    inGroups.read(queue);
    EXPECT_EQ(out, given.out);
    EXPECT_EQ(lse, given.lse);
  }
}

TEST_F(Kernels, TwoQueuesAtOnce) {
  OpenClContext context;
  const Device device = Device::adopt(GAZE_API_OPENCL, context.get(), context.queue());
  const Plan plan = planOfGpu(device);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 2; ++i)
    threads.emplace_back([&, i, queue = context.queue()] {
      for (unsigned j = 0; j < 4; ++j) {
        Problem<float> given = problem(10 * i + j);
        OnDevice<float> onDevice(context.get(), given);
        EXPECT_STREQ(onDevice.tryRun(plan, Options().stream(queue).deviceTensors()).message(), "");
        onDevice.read(queue);
        given.expectRight();
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  device.synchronize();
}

TEST_F(Kernels, TwoThreadsInOneQueue) {
  const Device device(GAZE_API_OPENCL);
  const Plan plan = planOfGpu(device);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 2; ++i)
    threads.emplace_back([&, i] {
      for (unsigned j = 0; j < 4; ++j) {
        Problem<float> given = problem(10 * i + j);
        given.run(plan);
        given.expectRight();
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

template <typename T> void checkCausal(const gaze_kernel &onGpu, const gaze_kernel &onCpu) {
  const gaze_shape shape = {1, 4, 2, 90, 90, 0};
  const Device device(GAZE_API_OPENCL);
  Problem<T> given(shape);
  given.runCpu(Plan(onCpu, shape));
  given.run(Plan(onGpu, shape, {}, {}, Options().device(device)));
  given.expectRight();
}

TEST_F(Kernels, Float16) { checkCausal<float16>(causalGpuF16, causalCpuF16); }
TEST_F(Kernels, Bfloat16) { checkCausal<bfloat16>(causalGpuBf16, causalCpuBf16); }

/// The mask differs by batch entry, and reads an input.
TEST_F(Kernels, InputsOnTheDevice) {
  const gaze_shape packed = {2, 2, 2, 120, 120, 0};
  std::vector<std::int32_t> doc(2 * 120);
  for (int i = 0; i < 120; ++i) {
    doc[i] = i / 50;
    doc[120 + i] = i / 7;
  }
  const std::vector<gaze_input_tensor> inputs = {input(doc.data(), {2, 120})};
  const Device device(GAZE_API_OPENCL);
  Problem<float> given(packed);
  given.runCpu(Plan(documentsCpu, packed, {}, inputs));
  given.run(Plan(documentsGpu, packed, {}, inputs, Options().device(device)));
  given.expectRight();
}

TEST_F(Kernels, BlocksThatAreSelected) {
  const gaze_shape longer = {1, 2, 2, 256, 256, 0};
  const std::vector<Value> blocks = {32, 2};
  OpenClContext context;
  void *const queue = context.queue();
  const Device device = Device::adopt(GAZE_API_OPENCL, context.get(), queue);
  const Plan plan(mobaGpu, longer, blocks, {}, Options().device(device));
  Problem<float> given(longer);
  given.runCpu(Plan(mobaCpu, longer, blocks));
  given.run(plan);
  given.expectRight();

  OnDevice<float> onDevice(context.get(), given);
  const Status status = onDevice.tryRun(plan, Options().deviceTensors());
  EXPECT_EQ(status.code(), GAZE_INVALID_ARGUMENT);
  EXPECT_STREQ(status.message(),
               "the plan selects blocks in each run, for which Q and K must be in the host's "
               "memory; gaze_plan_select makes a plan of theirs that takes tensors of the device");
  const Plan selected = plan.select(given.ofQueries(given.q.data()), given.ofKeys(given.k.data()));
  ASSERT_STREQ(onDevice.tryRun(selected, Options().deviceTensors()).message(), "");
  onDevice.read(queue);
  given.expectRight();
}

TEST_F(Kernels, WhatIsNotOfTheDevice) {
  OpenClContext context, other;
  const Device device = Device::adopt(GAZE_API_OPENCL, context.get(), context.queue());
  const Plan plan = planOfGpu(device);
  Problem<float> given = problem();
  OnDevice<float> onDevice(context.get(), given);
  const auto expectRefused = [](const Status &status, const char *message) {
    EXPECT_EQ(status.code(), GAZE_INVALID_ARGUMENT);
    EXPECT_STREQ(status.message(), message);
  };
  expectRefused(onDevice.tryRun(plan, Options().stream(other.queue()).deviceTensors()),
                "the queue is of another context than the device");
  expectRefused(onDevice.tryRun(plan, Options().stream(context.queue(false)).deviceTensors()),
                "the queue is out of order, and runs rely on the order of what they put into it");
  const auto run = [&](float *q, float *k) {
    return plan.tryRun(given.ofQueries(q), given.ofKeys(k), given.ofKeys(onDevice.v.get()),
                       given.ofQueries(onDevice.out.get()), Options().deviceTensors());
  };
  OpenClBuffer<float> small(context.get(), std::vector<float>(1000));
  expectRefused(run(onDevice.q.get(), small.get()),
                "k reaches over 51200 bytes, and its cl_mem has 4000");
  expectRefused(run(onDevice.out.get(), onDevice.k.get()), "out overlaps q");
  const OpenClBuffer<float> elsewhere(other.get(), given.k);
  expectRefused(run(onDevice.q.get(), elsewhere.get()),
                "k.data is a cl_mem of another context than the device's");
  const OpenClBuffer<float> written(context.get(), given.k, OpenClBuffer<float>::writeOnly);
  expectRefused(run(onDevice.q.get(), written.get()),
                "k.data is a cl_mem that kernels may only write");
  const OpenClBuffer<float> read(context.get(), given.out, OpenClBuffer<float>::readOnly);
  expectRefused(plan.tryRun(given.ofQueries(onDevice.q.get()), given.ofKeys(onDevice.k.get()),
                            given.ofKeys(onDevice.v.get()), given.ofQueries(read.get()),
                            Options().deviceTensors()),
                "out.data is a cl_mem that kernels may only read");
}

/// Of a part of a cl_mem no part can be made, as a run in groups of heads does.
TEST_F(Kernels, TensorsInPartsOfMemory) {
  OpenClContext context;
  void *const queue = context.queue();
  const Device device = Device::adopt(GAZE_API_OPENCL, context.get(), queue);
  const Plan plan = planOfGpu(device);
  Problem<float> given = problem();
  OnDevice<float> onDevice(context.get(), given);
  constexpr std::size_t before = 4096;
  OpenClBuffer<float> large(context.get(), std::vector<float>(before + given.out.size(), -7));
  const std::size_t region[] = {before * sizeof(float), given.out.size() * sizeof(float)};
  void *const none = nullptr;
  void *const part = openCl<void *>("clCreateSubBuffer", static_cast<void *>(large.get()),
                                    std::uint64_t{1}, std::uint32_t{0x1220}, region, none);
  ASSERT_NE(part, nullptr);
  const auto run = [&](auto... more) {
    return plan.tryRun(given.ofQueries(onDevice.q.get()), given.ofKeys(onDevice.k.get()),
                       given.ofKeys(onDevice.v.get()), given.ofQueries(static_cast<float *>(part)),
                       more..., Options().deviceTensors());
  };
  EXPECT_STREQ(run(given.ofLse(onDevice.lse.get())).message(), "");
  onDevice.read(queue);
  const std::vector<float> &all = large.read(queue);
  EXPECT_EQ(std::count(all.begin(), all.begin() + before, -7.0f),
            static_cast<std::ptrdiff_t>(before));
  given.out.assign(all.begin() + before, all.end());
  given.expectRight();
  runtime::bytesOfStates = 1;
  const Status status = run(); // of the log-sum-exp no smaller part begins where one may
  EXPECT_EQ(status.code(), GAZE_INVALID_ARGUMENT);
  EXPECT_STREQ(
      status.message(),
      "out.data is a part of another cl_mem, or one that kernels may only write, and the run is so "
      "large that it is done in groups of heads, each with a part of out: give a cl_mem of its own "
      "to read and write, or fewer heads at a time");
  const OpenClBuffer<float> written(context.get(), given.out, OpenClBuffer<float>::writeOnly);
  EXPECT_EQ(plan.tryRun(given.ofQueries(onDevice.q.get()), given.ofKeys(onDevice.k.get()),
                        given.ofKeys(onDevice.v.get()), given.ofQueries(written.get()),
                        Options().deviceTensors())
                .code(),
            GAZE_INVALID_ARGUMENT);
  openCl<std::int32_t>("clReleaseMemObject", part);
}

TEST_F(Kernels, ADriverThatRefusesTheKernel) {
  halide_opencl_set_build_options("-Dfloat=nothing_known");
  const Device device(GAZE_API_OPENCL);
  const Plan plan = planOfGpu(device);
  Problem<float> given = problem();
  const Status status =
      plan.tryRun(given.ofQueries(given.q.data()), given.ofKeys(given.k.data()),
                  given.ofKeys(given.v.data()), given.ofQueries(given.out.data()));
  halide_opencl_set_build_options("");
  EXPECT_EQ(status.code(), GAZE_DEVICE_ERROR);
  EXPECT_NE(std::string(status.message())
                .find("attend failed: CL: clBuildProgram failed: CL_BUILD_PROGRAM_FAILURE"),
            std::string::npos)
      << status.message();
}

} // namespace
} // namespace gaze::test
