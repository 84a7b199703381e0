//===- CudaTest.cpp - What is asked of CUDA's driver -------------------------------------===//
#include "FakeCuda.h"
#include "FakeGpu.h"

#include "gaze/gpu.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gaze::test {
namespace {

class CudaDriver : public testing::Test {
protected:
  FakeCuda &driver = *fakeCuda();
  gaze_kernel kernel = fakeGpuKernel();
  const gaze_shape shape = {1, 2, 1, 30, 30, 0};
  std::vector<float> q = std::vector<float>(2 * 30 * fakeDim, 0.1f),
                     k = std::vector<float>(30 * fakeDim, 0.2f), v = k, out = q;

  void SetUp() override {
    keep = [](auto query, auto key, auto, auto) { return key <= query; };
    for (std::size_t key = 0; key < 30; ++key)
      std::fill_n(v.begin() + key * fakeDim, fakeDim, static_cast<float>(key));
  }
  void TearDown() override {
    driver.failing = 0;
    EXPECT_EQ(driver.allocations, 0);
    EXPECT_LE(driver.retained[0], 1); // a context that was made stays
    EXPECT_LE(driver.retained[1], 1);
  }
  /// The weights are equal: the mean of the values so far.
  void expectRight() const {
    for (int i = 0; i < 30; ++i)
      EXPECT_NEAR(out[i * fakeDim], i / 2.0, 1e-4);
  }
  Status run(const Plan &plan, const Options &options = {}) {
    return plan.tryRun(view(q.data(), {1, 2, 30, fakeDim}), view(k.data(), {1, 1, 30, fakeDim}),
                       view(v.data(), {1, 1, 30, fakeDim}), view(out.data(), {1, 2, 30, fakeDim}),
                       options);
  }
};

TEST_F(CudaDriver, DevicesAreThoseOfTheDriver) {
  EXPECT_EQ(Device::count(GAZE_API_CUDA), 2);
  const Device second(GAZE_API_CUDA, 1);
  EXPECT_STREQ(second.name(), "Fake GPU 1");
  EXPECT_EQ(driver.retained[1], 1);
  Device third;
  EXPECT_STREQ(Device::tryOpen(third, GAZE_API_CUDA, 2).message(),
               "there is no CUDA device 2; there is 0 (Fake GPU 0), 1 (Fake GPU 1)");
}

TEST_F(CudaDriver, RunsInItsStreams) {
  const Device device(GAZE_API_CUDA);
  const Plan plan(kernel, shape, {}, {}, Options().device(device));
  int stream;
  EXPECT_STREQ(run(plan, Options().stream(&stream)).message(), "");
  expectRight();
  EXPECT_EQ(driver.lastStream, &stream);
  EXPECT_STREQ(run(plan).message(), "");
  EXPECT_EQ(driver.lastStream, nullptr);
  out.assign(out.size(), 0);
  EXPECT_STREQ(run(plan, Options().deviceTensors()).message(), "");
  expectRight();
}

TEST_F(CudaDriver, AContextOfTheCallers) {
  int stream;
  void *const context = &driver.retained[1];
  const int before = driver.retained[1];
  const Device device = Device::adopt(GAZE_API_CUDA, context, &stream);
  EXPECT_STREQ(device.name(), "Fake GPU 1");
  EXPECT_EQ(driver.retained[1], before); // it is the caller's
  const Plan plan(kernel, shape, {}, {}, Options().device(device));
  EXPECT_STREQ(run(plan).message(), "");
  EXPECT_EQ(driver.lastStream, &stream);
  expectRight();
}

TEST_F(CudaDriver, TheLastDeviceOfACallersContextUnloadsItsModules) {
  void *const context = &driver.retained[2];
  Device first = Device::adopt(GAZE_API_CUDA, context, nullptr),
         second = Device::adopt(GAZE_API_CUDA, context, nullptr);
  driver.entered = 0;
  first = Device();
  EXPECT_EQ(driver.entered, 0);
  second = Device();
  EXPECT_EQ(driver.entered, 1); // Halide's runtime, to unload them
}

TEST_F(CudaDriver, AContextThatGazeHasMadeKeepsItsModules) {
  const Device first(GAZE_API_CUDA);
  Device adopted = Device::adopt(GAZE_API_CUDA, &driver.retained[0], nullptr),
         second(GAZE_API_CUDA);
  EXPECT_EQ(driver.retained[0], 1);
  driver.entered = 0;
  adopted = Device();
  second = Device();
  EXPECT_EQ(driver.entered, 0);
}

TEST_F(CudaDriver, ErrorsInTheDriversWords) {
  const Device device(GAZE_API_CUDA);
  const Plan plan(kernel, shape, {}, {}, Options().device(device));
  EXPECT_STREQ(run(plan).message(), "");
  driver.failing = 700;
  const Status status = device.trySynchronize();
  EXPECT_EQ(status.code(), GAZE_DEVICE_ERROR);
  EXPECT_STREQ(status.message(),
               "CUDA: what was put into the stream failed: CUDA_ERROR_ILLEGAL_ADDRESS, an illegal "
               "memory access was encountered");
  driver.failing = 2;
  EXPECT_EQ(run(plan).code(), GAZE_OUT_OF_MEMORY);
}

/// As code that Halide has generated does before its first launch.
TEST_F(CudaDriver, CodeThatTheDriverRefuses) {
  gaze_gpu_code code = *kernel.gpu;
  code.attend = [](auto...) {
    using Load = int(void **, const void *, unsigned, const int *, void **);
    const auto load = reinterpret_cast<Load *>(runtime::cudaFunction("cuModuleLoadDataEx"));
    const int options[] = {0};
    void *module = nullptr, *values[] = {runtime::pointerOf(64)};
    return load(&module, "no PTX", 1, options, values);
  };
  kernel.gpu = &code;
  const Device device(GAZE_API_CUDA);
  const Plan plan(kernel, shape, {}, {}, Options().device(device));
  EXPECT_STREQ(run(plan).message(),
               "Fake GPU 0: attend failed: CUDA: to compile the kernel failed: "
               "CUDA_ERROR_INVALID_VALUE, invalid argument\nptxas: unknown instruction");
  EXPECT_FALSE(driver.limitsRegisters);
}

TEST_F(CudaDriver, PointersThatAreNotItsOwn) {
  const Device device(GAZE_API_CUDA);
  const Plan plan(kernel, shape, {}, {}, Options().device(device));
  const auto refusal = [&](float *given) {
    return std::string(plan.tryRun(view(given, {1, 2, 30, fakeDim}),
                                   view(k.data(), {1, 1, 30, fakeDim}),
                                   view(v.data(), {1, 1, 30, fakeDim}),
                                   view(out.data(), {1, 2, 30, fakeDim}), Options().deviceTensors())
                           .message());
  };
  const auto pointer = [](std::uint64_t to) {
    return static_cast<float *>(runtime::pointerOf(to));
  };
  EXPECT_EQ(refusal(pointer(FakeCuda::unknown)),
            "q.data is no pointer of the device's: CUDA_ERROR_INVALID_VALUE, invalid argument");
  EXPECT_EQ(refusal(pointer(FakeCuda::ofDevice1)),
            "q.data is memory of device 1, and the plan's is device 0");
  const runtime::Gpu &gpu = *static_cast<const runtime::Gpu *>(device.get());
  gpu.checkMemory(FakeCuda::managed, 1, runtime::Use::Read, "q");
  gpu.checkMemory(FakeCuda::ofPeer, 1, runtime::Use::Read, "q");
  gpu.checkMemory(FakeCuda::pinned, 1, runtime::Use::Read, "q");
  std::vector<float> shifted(q.size() + 1);
  EXPECT_EQ(refusal(shifted.data() + 1),
            "q is not aligned to 16 bytes, as it must be on a GPU: four elements are read at once");
}

} // namespace
} // namespace gaze::test
