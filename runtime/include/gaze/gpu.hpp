//===- gpu.hpp - GPUs for compiled kernels: C++ over the C interface --------------------------===//
//
//   const gaze::Device device(GAZE_API_CUDA);
//   const gaze::Plan plan(longformer, shape, {512, 64}, {}, gaze::Options().device(device));
//   plan.run(q, k, v, out);                                         of the host
//   plan.run(q, k, v, out, gaze::Options().stream(stream).deviceTensors());
//
// Views of the last line hold pointers of the device, or a cl_mem each:
// gaze::view(reinterpret_cast<float *>(memory), {1, 8, 1024, 64}). Link gaze::gpu.
//
// What is allowed is said in gpu.h. Test: test/runtime/gpu
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GPU_HPP
#define GAZE_RUNTIME_GPU_HPP

#include "gaze/gaze.hpp"
#include "gaze/gpu.h"

#include <cstdint>

namespace gaze {

/// A GPU. Plans that were made with it keep what they need of it.
class Device : public detail::Handle<gaze_device, gaze_device_close> {
public:
  /// None yet: what tryOpen and tryAdopt fill.
  Device() = default;
  /// Devices count from 0.
  explicit Device(gaze_api api, std::int32_t index = 0) { tryOpen(*this, api, index).orThrow(); }
  static Status tryOpen(Device &opened, gaze_api api, std::int32_t index = 0) noexcept {
    return opened.reset([&](gaze_device **device, gaze_error *error) {
      gaze_device_open(api, index, device, error);
    });
  }

  /// In a context of the caller's, with the queue or stream of runs that name none.
  static Device adopt(gaze_api api, void *context, void *queue) {
    Device adopted;
    tryAdopt(adopted, api, context, queue).orThrow();
    return adopted;
  }
  static Status tryAdopt(Device &adopted, gaze_api api, void *context, void *queue) noexcept {
    return adopted.reset([&](gaze_device **device, gaze_error *error) {
      gaze_device_adopt(api, context, queue, device, error);
    });
  }

  /// How many there are; 0 where there is no driver.
  static std::int32_t count(gaze_api api) {
    std::int32_t devices = 0;
    Status status;
    gaze_device_count(api, &devices, status.get());
    status.orThrow();
    return devices;
  }

  const char *name() const noexcept { return gaze_device_name(get()); }

  /// Waits for all that was put into the stream; null: into the device's own.
  void synchronize(void *stream = nullptr) const { trySynchronize(stream).orThrow(); }
  Status trySynchronize(void *stream = nullptr) const noexcept {
    Status status;
    gaze_device_synchronize(get(), stream, status.get());
    return status;
  }
};

inline Options &Options::device(const Device &device) noexcept {
  options.device = device.get();
  return *this;
}

} // namespace gaze

#endif // GAZE_RUNTIME_GPU_HPP
