//===- Device.h - What the runtime asks of a GPU -------------------------------===//
//
// The runtime plans and checks arguments for every kernel; what a GPU's driver does is in
// runtime/gpu, a library of its own, so that programs without a GPU link none of it.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_DEVICE_H
#define GAZE_RUNTIME_DEVICE_H

#include "gaze/gaze.h"
#include "runtime/Options.h"
#include "runtime/Tensors.h"

#include <cstdint>
#include <memory>

namespace gaze::runtime {

/// A plan's tables and inputs in the memory of a device. Thread-safe.
class DevicePlan {
public:
  virtual ~DevicePlan() = default;

  /// Over tensors that are checked. Those of the host are copied, and the results are there when
  /// it returns; those of the device are put into the stream, of which null is the device's own.
  virtual void run(const Tensors &tensors, gaze_memory memory, void *stream) const = 0;
  /// Of the device's memory.
  virtual std::int64_t bytes() const = 0;
};

} // namespace gaze::runtime

/// Shared by whom it was opened for and by its plans.
struct gaze_device : std::enable_shared_from_this<gaze_device> {
  gaze_device(const gaze_device &) = delete;
  gaze_device &operator=(const gaze_device &) = delete;
  virtual ~gaze_device() = default;

  virtual gaze_api api() const = 0;
  /// Throws a Failure where the device cannot run the plan's kernel. The plan outlives the result.
  virtual std::shared_ptr<const gaze::runtime::DevicePlan> upload(const gaze_plan &plan) = 0;

protected:
  gaze_device() = default;
};

namespace gaze::runtime {

/// Throws a Failure where a plan of the kernel is not for that device, which may be null.
void checkDevice(const gaze_kernel &kernel, const gaze_device *device);

/// Moves a plan that has its tiles to its device; nothing where it is for the CPU, or has none.
void upload(gaze_plan &plan);

/// Throws a Failure for all that gaze_run refuses of a plan for a GPU.
void checkDeviceRun(const gaze_plan &plan, const Tensors &tensors, const Options &options);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_DEVICE_H
