//===- DevicesTest.cpp - Devices of OpenCL: PoCL's, or a GPU's ------------------------===//
#include "OpenCl.h"

#include "gaze/gpu.hpp"
#include "runtime/gpu/HalideDevice.h"
#include "runtime/gpu/View.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace gaze::test {
namespace {

TEST(Devices, AreOpenedByTheirIndex) {
  const std::int32_t count = Device::count(GAZE_API_OPENCL);
  ASSERT_GE(count, 1);
  for (std::int32_t index = 0; index < count; ++index) {
    const Device device(GAZE_API_OPENCL, index);
    EXPECT_STRNE(device.name(), "");
    device.synchronize();
  }
}

TEST(Devices, ThatAreNone) {
  const std::int32_t count = Device::count(GAZE_API_OPENCL);
  Device device;
  for (const std::int32_t index : {-1, count, 1000}) {
    const Status status = Device::tryOpen(device, GAZE_API_OPENCL, index);
    EXPECT_EQ(status.code(), GAZE_DEVICE_ERROR);
    const std::string message = status.message();
    EXPECT_EQ(message.find("there is no OpenCL device " + std::to_string(index) + "; there is 0 ("),
              0u);
    EXPECT_NE(message.find(Device(GAZE_API_OPENCL).name()), std::string::npos);
    EXPECT_EQ(device.get(), nullptr);
  }
  const Status status = Device::tryOpen(device, GAZE_API_CPU);
  EXPECT_EQ(status.code(), GAZE_INVALID_ARGUMENT);
  EXPECT_STREQ(status.message(), "api must be GAZE_API_CUDA or GAZE_API_OPENCL");
}

TEST(Devices, NullArguments) {
  gaze_error error;
  EXPECT_EQ(gaze_device_open(GAZE_API_OPENCL, 0, nullptr, &error), GAZE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "device is null");
  EXPECT_EQ(gaze_device_count(GAZE_API_OPENCL, nullptr, &error), GAZE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "count is null");
  EXPECT_EQ(gaze_device_synchronize(nullptr, nullptr, &error), GAZE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "device is null");
  EXPECT_EQ(gaze_device_name(nullptr), nullptr);
  gaze_device_close(nullptr);
}

TEST(Devices, AContextOfTheCallers) {
  OpenClContext context;
  void *const queue = context.queue();
  const Device device = Device::adopt(GAZE_API_OPENCL, context.get(), queue);
  EXPECT_STREQ(device.name(), Device(GAZE_API_OPENCL).name());
  device.synchronize();
  device.synchronize(context.queue());
}

TEST(Devices, QueuesThatRunsCannotUse) {
  OpenClContext context, other;
  Device device;
  const auto expectRefused = [&](void *given, void *queue, const char *message) {
    const Status status = Device::tryAdopt(device, GAZE_API_OPENCL, given, queue);
    EXPECT_EQ(status.code(), GAZE_INVALID_ARGUMENT);
    EXPECT_STREQ(status.message(), message);
  };
  expectRefused(nullptr, context.queue(), "context is null");
  expectRefused(context.get(), nullptr, "queue is null; OpenCL has no default one");
  expectRefused(context.get(), other.queue(), "the queue is of another context than the device");
  expectRefused(context.get(), context.queue(false),
                "the queue is out of order, and runs rely on the order of what they put into it");
}

TEST(Devices, MayBeOpenedByManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([] {
      for (int j = 0; j < 20; ++j) {
        Device device(GAZE_API_OPENCL);
        const auto kept = device.get()->shared_from_this(); // as plans do, which are the last
        device.synchronize();
        device = Device();
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

/// What runs use of a device.
class Memory : public testing::Test {
protected:
  Device device{GAZE_API_OPENCL};
  const runtime::Gpu &gpu = *static_cast<runtime::Gpu *>(device.get());
};

TEST_F(Memory, HoldsWhatIsCopied) {
  const std::vector<float> in = {1, 2, 3};
  std::vector<float> out(3);
  const runtime::Allocation memory(gpu, 12);
  gpu.copyIn(memory.handle(), in.data(), 12, nullptr);
  gpu.copyOut(out.data(), memory.handle(), 12, nullptr);
  gpu.synchronize(nullptr);
  EXPECT_EQ(in, out);
}

TEST_F(Memory, TooMuch) {
  try {
    const runtime::Allocation memory(gpu, std::size_t{1} << 60);
    FAIL();
  } catch (const runtime::Failure &failure) {
    EXPECT_NE(std::string(failure.what())
                  .find("OpenCL: to take 1152921504606846976 bytes of the "
                        "device's memory failed: CL_"),
              std::string::npos)
        << failure.what();
  }
}

/// Where Halide's runtime complains, as of a part that begins where none may, its words come back.
TEST_F(Memory, WhatHalideSays) {
  const runtime::UseDevice use(gpu, nullptr);
  halide_error(nullptr, "OpenCL error: CL_MISALIGNED_SUB_BUFFER_OFFSET");
  try {
    use.check(0, "finish");
    FAIL();
  } catch (const runtime::Failure &failure) {
    EXPECT_EQ(failure.status, GAZE_DEVICE_ERROR);
    EXPECT_EQ(failure.what(), gpu.name() + ": finish failed: OpenCL error: "
                                           "CL_MISALIGNED_SUB_BUFFER_OFFSET");
  }
}

TEST_F(Memory, PartsBeginWhereTheyMay) {
  EXPECT_GE(gpu.partAlignment(), 1);
  EXPECT_GE(gpu.limits().threads, 1);
  EXPECT_GE(gpu.limits().sharedBytes, 1024);
}

} // namespace
} // namespace gaze::test
