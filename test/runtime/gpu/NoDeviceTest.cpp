//===- NoDeviceTest.cpp - Where there is no GPU, and no driver -------------------------===//
//
// A program of its own: OpenCL looks for drivers once.
//
//===----------------------------------------------------------------------===//
#include "gaze/gpu.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace gaze::test {
namespace {

class NoDevice : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(setenv("OCL_ICD_VENDORS", testing::TempDir().c_str(), 1), 0);
    ASSERT_EQ(setenv("CUDA_VISIBLE_DEVICES", "", 1), 0);
  }
};

TEST_F(NoDevice, SaysWhatWasLookedFor) {
  for (const auto &[api, beginnings] :
       {std::pair(
            GAZE_API_OPENCL,
            std::pair("there is no OpenCL device: libOpenCL.so.1 is there, and no driver with "
                      "a device is installed for it (/etc/OpenCL/vendors)",
                      "there is no OpenCL device: libOpenCL.so.1, the driver's library, "
                      "cannot be loaded (")),
        std::pair(
            GAZE_API_CUDA,
            std::pair("there is no CUDA device: the driver finds none: CUDA_ERROR_NO_DEVICE",
                      "there is no CUDA device: libcuda.so.1, the driver's library, cannot be "
                      "loaded ("))}) {
    EXPECT_EQ(Device::count(api), 0);
    Device device;
    const Status status = Device::tryOpen(device, api);
    EXPECT_EQ(status.code(), GAZE_DEVICE_ERROR);
    const std::string message = status.message();
    EXPECT_TRUE(message.find(beginnings.first) == 0 || message.find(beginnings.second) == 0)
        << message;
    EXPECT_EQ(device.get(), nullptr);
    int something;
    EXPECT_EQ(Device::tryAdopt(device, api, &something, &something).message(), message);
  }
}

} // namespace
} // namespace gaze::test
