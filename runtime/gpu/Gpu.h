//===- Gpu.h - A GPU as its driver shows it -------------------------------------===//
//
// What Gaze does itself: devices, memory, copies and waiting. Modules and launches are
// Halide's (HalideDevice.h).
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GPU_GPU_H
#define GAZE_RUNTIME_GPU_GPU_H

#include "gaze/gpu.h"
#include "runtime/Device.h"
#include "runtime/gpu/Scratch.h"

#include <HalideRuntime.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace gaze::runtime {

/// What a block of threads can have.
struct BlockLimits {
  std::int64_t threads, sharedBytes;
};

/// What a run does with a tensor.
enum class Use { Read, Write };

/// A CUdeviceptr or a cl_mem.
using DeviceHandle = std::uint64_t;
/// As OpenCL and users have it.
inline void *pointerOf(DeviceHandle memory) {
  return reinterpret_cast<void *>(memory); // NOLINT(performance-no-int-to-ptr)
}

/// All functions throw a Failure with the driver's words, but those that free. Thread-safe. Null
/// for a stream is the device's own.
class Gpu : public gaze_device {
public:
  std::shared_ptr<const DevicePlan> upload(const gaze_plan &plan) override;

  virtual const std::string &name() const = 0;
  virtual BlockLimits limits() const = 0;
  /// Where a part of a buffer may begin, in bytes.
  virtual std::int64_t partAlignment() const = 0;

  virtual DeviceHandle allocate(std::size_t bytes) const = 0;
  /// What the device still does with it, it does first.
  virtual void free(DeviceHandle memory) const noexcept = 0;
  /// Returns when `from` may be changed.
  virtual void copyIn(DeviceHandle to, const void *from, std::size_t bytes, void *stream) const = 0;
  /// `to` is complete after `synchronize`.
  virtual void copyOut(void *to, DeviceHandle from, std::size_t bytes, void *stream) const = 0;
  virtual void synchronize(void *stream) const = 0;

  /// Refuses a stream that no runs can go into.
  virtual void checkStream(void *stream) const = 0;
  /// Refuses memory that is not the device's, that has less than `bytes` or is not for that use,
  /// as far as the driver tells; `name` is the tensor's.
  virtual void checkMemory(DeviceHandle memory, std::int64_t bytes, Use use,
                           const char *name) const = 0;
  /// Whether views of parts of it can be made.
  virtual bool hasParts(DeviceHandle memory) const = 0;

  /// For Halide's runtime.
  virtual const halide_device_interface_t *interface() const = 0;
  virtual void *context() const = 0;
  virtual void *streamOf(void *given) const = 0;

  /// The handle that users have; gaze_device_close lets go of it.
  std::shared_ptr<gaze_device> opened;
  mutable ScratchOfStreams scratch;

protected:
  /// Frees the modules that Halide's runtime has loaded into a context of the caller's, where no
  /// other device uses it. A destructor calls it once.
  void releaseModules() const noexcept;
};

/// Device memory that is freed with its owner.
class Allocation {
public:
  Allocation() = default;
  Allocation(const Gpu &gpu, std::size_t size)
      : gpu(&gpu), memory(gpu.allocate(size)), bytes(size) {}
  Allocation(Allocation &&other) noexcept { *this = std::move(other); }
  Allocation &operator=(Allocation &&other) noexcept {
    std::swap(gpu, other.gpu);
    std::swap(memory, other.memory);
    std::swap(bytes, other.bytes);
    return *this;
  }
  ~Allocation() {
    if (gpu)
      gpu->free(memory);
  }

  DeviceHandle handle() const { return memory; }
  std::size_t size() const { return bytes; }

private:
  const Gpu *gpu = nullptr;
  DeviceHandle memory = 0;
  std::size_t bytes = 0;
};

/// The devices of an API (Cuda.cpp, OpenCl.cpp).
class Driver {
public:
  virtual ~Driver() = default;
  /// 0 where there are none; then `whyNone` says what was looked for.
  virtual std::int32_t count() const = 0;
  virtual std::string whyNone() const = 0;
  /// `index` is below `count`, here and there.
  virtual std::string nameOf(std::int32_t index) const = 0;
  /// In a context that lives as long as the process.
  virtual std::shared_ptr<Gpu> open(std::int32_t index) const = 0;
  virtual std::shared_ptr<Gpu> adopt(void *context, void *queue) const = 0;
};

const Driver &cudaDriver();
const Driver &openClDriver();
/// For Halide's runtime: a function of the driver's library, or one that stands in for it; null
/// where it is missing.
void *cudaFunction(const char *name);
void *openClFunction(const char *name);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_GPU_H
