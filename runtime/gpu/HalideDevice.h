//===- HalideDevice.h - The device that Halide's runtime works with ------------===//
//
// The functions that Halide has compiled for a GPU know no device: its runtime asks
// hooks for the context and the stream of every call. Ours answer with those that the thread
// has chosen, and keep what the runtime says went wrong.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GPU_HALIDEDEVICE_H
#define GAZE_RUNTIME_GPU_HALIDEDEVICE_H

#include <HalideRuntime.h>

#include <string>

namespace gaze::runtime {

class Gpu;

/// Makes a device and one of its streams those of this thread, while it lives.
class UseDevice {
public:
  UseDevice(const Gpu &gpu, void *stream);
  ~UseDevice();
  UseDevice(const UseDevice &) = delete;
  UseDevice &operator=(const UseDevice &) = delete;

  const Gpu &gpu;
  void *const stream;

  /// Throws a Failure where `function` gave another code than 0, or Halide's runtime has
  /// complained: functions that were compiled without checks give 0 all the same.
  void check(int code, const char *function) const;

  /// Of this thread; null where there is none.
  static UseDevice *current();
  /// The first complaint is the cause of the others.
  void complain(std::string text);

private:
  std::string complaint;
  UseDevice *const before;
};

/// The device interfaces of Halide's runtime.
const halide_device_interface_t *cudaInterface();
const halide_device_interface_t *openClInterface();

/// Before the first device is used.
void installHooks();

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_HALIDEDEVICE_H
