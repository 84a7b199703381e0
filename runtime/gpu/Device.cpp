//===- Device.cpp - gaze_device: opened, adopted, closed -------------------------===//
#include "runtime/Error.h"
#include "runtime/gpu/Gpu.h"
#include "runtime/gpu/HalideDevice.h"

#include <algorithm>
#include <map>
#include <mutex>

using namespace gaze::runtime;

namespace {

const Driver &driverOf(gaze_api api) {
  if (api == GAZE_API_CUDA)
    return cudaDriver();
  if (api == GAZE_API_OPENCL)
    return openClDriver();
  invalid("api must be GAZE_API_CUDA or GAZE_API_OPENCL");
}

std::string nameOf(gaze_api api) { return api == GAZE_API_CUDA ? "CUDA" : "OpenCL"; }

std::mutex &halideMutex() {
  static std::mutex mutex;
  return mutex;
}

/// The devices of a context share its modules. Those of a context that Gaze has made stay, as it
/// does: where modules of a context are released again and again, the cache of Halide 21's runtime
/// loses count of them.
struct Users {
  int devices = 0;
  bool isOurs = false;
};

/// By context; under the mutex.
std::map<void *, Users> &usersOfContexts() {
  static auto &users = *new std::map<void *, Users>(); // devices may be closed at the very end
  return users;
}

/// Halide's runtime looks up the driver's functions when it is first used, and not so that
/// several threads may do so at once.
void startHalide(const Gpu &gpu, bool isOurs) {
  const std::lock_guard<std::mutex> lock(halideMutex());
  Users &users = usersOfContexts()[gpu.context()];
  ++users.devices;
  users.isOurs |= isOurs;
  installHooks();
  const UseDevice use(gpu, nullptr);
  use.check(halide_device_sync_global(nullptr, gpu.interface()), "the first call of the driver");
}

gaze_device *give(const std::shared_ptr<Gpu> &gpu, bool isOurs) {
  startHalide(*gpu, isOurs);
  gpu->opened = gpu;
  return gpu.get();
}

std::shared_ptr<Gpu> openDevice(gaze_api api, std::int32_t index) {
  const Driver &driver = driverOf(api);
  const std::int32_t count = driver.count();
  if (count == 0)
    throw Failure(GAZE_DEVICE_ERROR, "there is no " + nameOf(api) + " device: " + driver.whyNone());
  if (index < 0 || index >= count) {
    std::string names;
    for (std::int32_t i = 0; i < std::min(count, 8); ++i)
      names += (i > 0 ? ", " : "") + std::to_string(i) + " (" + driver.nameOf(i) + ")";
    throw Failure(GAZE_DEVICE_ERROR, "there is no " + nameOf(api) + " device " +
                                         std::to_string(index) + "; there is " + names);
  }
  return driver.open(index);
}

} // namespace

void Gpu::releaseModules() const noexcept {
  const std::lock_guard<std::mutex> lock(halideMutex());
  const auto users = usersOfContexts().find(context());
  if (users == usersOfContexts().end() || --users->second.devices > 0 || users->second.isOurs)
    return;
  usersOfContexts().erase(users);
  const UseDevice use(*this, nullptr);
  halide_device_release(nullptr, interface());
}

gaze_status gaze_device_count(gaze_api api, int32_t *count, gaze_error *error) {
  return guarded(error, [&] {
    if (!count)
      invalid("count is null");
    *count = 0;
    *count = driverOf(api).count();
  });
}

gaze_status gaze_device_open(gaze_api api, int32_t index, gaze_device **device, gaze_error *error) {
  return guarded(error, [&] {
    if (!device)
      invalid("device is null");
    *device = nullptr;
    *device = give(openDevice(api, index), true);
  });
}

gaze_status gaze_device_adopt(gaze_api api, void *context, void *queue, gaze_device **device,
                              gaze_error *error) {
  return guarded(error, [&] {
    if (!device)
      invalid("device is null");
    *device = nullptr;
    const Driver &driver = driverOf(api);
    if (!context)
      invalid("context is null");
    if (driver.count() == 0)
      throw Failure(GAZE_DEVICE_ERROR,
                    "there is no " + nameOf(api) + " device: " + driver.whyNone());
    *device = give(driver.adopt(context, queue), false);
  });
}

void gaze_device_close(gaze_device *device) {
  if (!device)
    return;
  const std::shared_ptr<gaze_device> last = std::move(static_cast<Gpu *>(device)->opened);
}

const char *gaze_device_name(const gaze_device *device) {
  return device ? static_cast<const Gpu *>(device)->name().c_str() : nullptr;
}

gaze_status gaze_device_synchronize(gaze_device *device, void *stream, gaze_error *error) {
  return guarded(error, [&] {
    if (!device)
      invalid("device is null");
    static_cast<Gpu *>(device)->synchronize(stream);
  });
}
