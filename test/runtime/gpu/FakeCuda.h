//===- FakeCuda.h - CUDA's driver, with devices in the host's memory -------------------===//
#ifndef GAZE_TEST_RUNTIME_GPU_FAKECUDA_H
#define GAZE_TEST_RUNTIME_GPU_FAKECUDA_H

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gaze::test {

struct FakeCuda {
  static constexpr int most = 4;
  /// Pointers: none of the driver's, memory of device 1, the same with access for device 0,
  /// memory for all devices, and the host's that device 1 has pinned; else of device 0.
  static constexpr std::uint64_t unknown = 64, ofDevice1 = 128, ofPeer = 256, managed = 192,
                                 pinned = 320;
  std::atomic<int> devices{2};
  std::atomic<int> failing{0}; ///< the error of what runs on a device from now on
  std::atomic<int> allocations{0};
  std::atomic<int> retained[most] = {}; ///< primary contexts, each by who uses it
  std::atomic<int> entered{0};          ///< contexts, how often
  std::atomic<void *> lastStream{nullptr};
  std::atomic<bool> limitsRegisters{false}; ///< whoever loads code
};

} // namespace gaze::test

extern "C" gaze::test::FakeCuda *fakeCuda(); // NOLINT(readability-identifier-naming)

#endif // GAZE_TEST_RUNTIME_GPU_FAKECUDA_H
