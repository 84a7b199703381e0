//===- OpenCl.cpp - GPUs through OpenCL -----------------------------------------===//
//
// No header of OpenCL's is needed: its functions are stable, and these are few.
//
//===----------------------------------------------------------------------===//
#include "runtime/Error.h"
#include "runtime/gpu/Gpu.h"
#include "runtime/gpu/HalideDevice.h"
#include "runtime/gpu/Library.h"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace gaze::runtime {
namespace {

using Result = std::int32_t;
constexpr Result success = 0, noDevice = -1, outOfDeviceMemory = -4, noPlatform = -1001;
constexpr std::uint64_t anyType = 0xFFFFFFFF;                   // CL_DEVICE_TYPE_ALL
constexpr unsigned deviceName = 0x102B, deviceThreads = 0x1004, // CL_DEVICE_*
    deviceSharedBytes = 0x1023, deviceAlignment = 0x1019;
constexpr unsigned contextDevices = 0x1081, contextPlatform = 0x1084; // CL_CONTEXT_*
constexpr unsigned queueContext = 0x1090, queueProperties = 0x1093;   // CL_QUEUE_*
constexpr std::uint64_t outOfOrder = 1; // CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE
constexpr unsigned memoryType = 0x1100, memoryFlags = 0x1101, memorySize = 0x1102,
                   memoryContext = 0x1106, memoryParent = 0x1107; // CL_MEM_*
constexpr unsigned isBuffer = 0x10F0;                             // CL_MEM_OBJECT_BUFFER
constexpr std::uint64_t readWrite = 1, writeOnly = 1 << 1, readOnly = 1 << 2; // CL_MEM_*

struct Functions {
  Library library{"libOpenCL.so.1"};
  Result (*platforms)(std::uint32_t room, void **platforms, std::uint32_t *count);
  Result (*devices)(void *platform, std::uint64_t type, std::uint32_t room, void **devices,
                    std::uint32_t *count);
  Result (*deviceInfo)(void *device, unsigned what, std::size_t size, void *value,
                       std::size_t *full);
  void *(*createContext)(const std::intptr_t *properties, std::uint32_t count, void *const *devices,
                         void *notify, void *user, Result *result);
  Result (*retainContext)(void *context);
  Result (*releaseContext)(void *context);
  Result (*contextInfo)(void *context, unsigned what, std::size_t size, void *value,
                        std::size_t *full);
  void *(*createQueue)(void *context, void *device, std::uint64_t properties, Result *result);
  Result (*retainQueue)(void *queue);
  Result (*releaseQueue)(void *queue);
  Result (*queueInfo)(void *queue, unsigned what, std::size_t size, void *value, std::size_t *full);
  Result (*finish)(void *queue);
  void *(*createBuffer)(void *context, std::uint64_t flags, std::size_t bytes, void *host,
                        Result *result);
  Result (*releaseMemory)(void *memory);
  Result (*memoryInfo)(void *memory, unsigned what, std::size_t size, void *value,
                       std::size_t *full);
  Result (*write)(void *queue, void *to, std::uint32_t blocking, std::size_t offset,
                  std::size_t bytes, const void *from, std::uint32_t events, void *waitFor,
                  void *event);
  Result (*read)(void *queue, void *from, std::uint32_t blocking, std::size_t offset,
                 std::size_t bytes, void *to, std::uint32_t events, void *waitFor, void *event);

  Functions() {
    library.bind(platforms, "clGetPlatformIDs");
    library.bind(devices, "clGetDeviceIDs");
    library.bind(deviceInfo, "clGetDeviceInfo");
    library.bind(createContext, "clCreateContext");
    library.bind(retainContext, "clRetainContext");
    library.bind(releaseContext, "clReleaseContext");
    library.bind(contextInfo, "clGetContextInfo");
    library.bind(createQueue, "clCreateCommandQueue");
    library.bind(retainQueue, "clRetainCommandQueue");
    library.bind(releaseQueue, "clReleaseCommandQueue");
    library.bind(queueInfo, "clGetCommandQueueInfo");
    library.bind(finish, "clFinish");
    library.bind(createBuffer, "clCreateBuffer");
    library.bind(releaseMemory, "clReleaseMemObject");
    library.bind(memoryInfo, "clGetMemObjectInfo");
    library.bind(write, "clEnqueueWriteBuffer");
    library.bind(read, "clEnqueueReadBuffer");
  }
};

const Functions &functions() {
  static const Functions loaded;
  return loaded;
}

bool isLoaded() { return functions().library.whyNot().empty(); }

/// OpenCL has no function for this; the names are those of CL/cl.h.
std::string describe(Result result) {
  static const struct {
    Result result;
    const char *name;
  } names[] = {{noDevice, "CL_DEVICE_NOT_FOUND"},
               {-2, "CL_DEVICE_NOT_AVAILABLE"},
               {outOfDeviceMemory, "CL_MEM_OBJECT_ALLOCATION_FAILURE"},
               {-5, "CL_OUT_OF_RESOURCES"},
               {-6, "CL_OUT_OF_HOST_MEMORY"},
               {-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"},
               {-30, "CL_INVALID_VALUE"},
               {-33, "CL_INVALID_DEVICE"},
               {-34, "CL_INVALID_CONTEXT"},
               {-36, "CL_INVALID_COMMAND_QUEUE"},
               {-38, "CL_INVALID_MEM_OBJECT"},
               {-59, "CL_INVALID_OPERATION"},
               {-61, "CL_INVALID_BUFFER_SIZE"}};
  for (const auto &known : names)
    if (known.result == result)
      return known.name;
  return "error " + std::to_string(result);
}

void check(Result result, const std::string &what) {
  if (result != success)
    throw Failure(result == outOfDeviceMemory ? GAZE_OUT_OF_MEMORY : GAZE_DEVICE_ERROR,
                  "OpenCL: " + what + " failed: " + describe(result));
}

/// One value of an object; `ask` is clGetDeviceInfo or one of its siblings.
template <typename T, typename Ask> T infoOf(Ask *ask, void *object, unsigned what) {
  T value = {};
  check(ask(object, what, sizeof value, static_cast<void *>(&value), nullptr), "to ask the driver");
  return value;
}

/// Drivers (PoCL 3.1 is one) fail where several threads ask, make and release at once; the last
/// to release one may be a plan.
std::mutex &contexts() {
  static std::mutex mutex;
  return mutex;
}

std::string nameOf(void *device) {
  char text[256] = "";
  check(functions().deviceInfo(device, deviceName, sizeof text - 1, text, nullptr),
        "to ask for the device's name");
  return text;
}

class OpenClGpu final : public Gpu {
public:
  /// Shares context and queue.
  OpenClGpu(void *device, void *inContext, void *queue)
      : device(device), ofDevice(inContext), ownQueue(queue) {
    called = nameOf(device);
    checkStream(queue);
    check(functions().retainContext(ofDevice), "to share the context");
    check(functions().retainQueue(ownQueue), "to share the queue");
  }
  ~OpenClGpu() override {
    const std::lock_guard<std::mutex> lock(contexts());
    scratch.clear();
    releaseModules();
    functions().releaseQueue(ownQueue);
    functions().releaseContext(ofDevice);
  }

  gaze_api api() const override { return GAZE_API_OPENCL; }
  const std::string &name() const override { return called; }
  BlockLimits limits() const override {
    const auto threads = infoOf<std::size_t>(functions().deviceInfo, device, deviceThreads);
    const auto shared = infoOf<std::uint64_t>(functions().deviceInfo, device, deviceSharedBytes);
    return {static_cast<std::int64_t>(threads), static_cast<std::int64_t>(shared)};
  }
  std::int64_t partAlignment() const override {
    return infoOf<std::uint32_t>(functions().deviceInfo, device, deviceAlignment) / 8; // from bits
  }

  DeviceHandle allocate(std::size_t bytes) const override {
    Result result = success;
    void *const memory = functions().createBuffer(ofDevice, readWrite, bytes, nullptr, &result);
    check(result, "to take " + std::to_string(bytes) + " bytes of the device's memory");
    return reinterpret_cast<DeviceHandle>(memory);
  }
  void free(DeviceHandle memory) const noexcept override {
    functions().releaseMemory(pointerOf(memory)); // the commands that use it hold it as well
  }
  void copyIn(DeviceHandle to, const void *from, std::size_t bytes, void *stream) const override {
    check(
        functions().write(streamOf(stream), pointerOf(to), 1, 0, bytes, from, 0, nullptr, nullptr),
        "a copy to the device");
  }
  void copyOut(void *to, DeviceHandle from, std::size_t bytes, void *stream) const override {
    check(functions().read(streamOf(stream), pointerOf(from), 1, 0, bytes, to, 0, nullptr, nullptr),
          "a copy from the device");
  }
  void synchronize(void *stream) const override {
    check(functions().finish(streamOf(stream)), "what was put into the queue");
  }

  void checkStream(void *stream) const override {
    void *const queue = streamOf(stream);
    if (infoOf<void *>(functions().queueInfo, queue, queueContext) != ofDevice)
      invalid("the queue is of another context than the device");
    if (infoOf<std::uint64_t>(functions().queueInfo, queue, queueProperties) & outOfOrder)
      invalid("the queue is out of order, and runs rely on the order of what they put into it");
  }
  void checkMemory(DeviceHandle memory, std::int64_t bytes, Use use,
                   const char *tensor) const override {
    unsigned type = 0;
    if (const Result result =
            functions().memoryInfo(pointerOf(memory), memoryType, sizeof type, &type, nullptr))
      invalid(std::string(tensor) + ".data is no cl_mem: " + describe(result));
    if (type != isBuffer)
      invalid(std::string(tensor) + ".data is a cl_mem, and no buffer");
    if (infoOf<void *>(functions().memoryInfo, pointerOf(memory), memoryContext) != ofDevice)
      invalid(std::string(tensor) + ".data is a cl_mem of another context than the device's");
    const auto flags =
        infoOf<std::uint64_t>(functions().memoryInfo, pointerOf(memory), memoryFlags);
    if (flags & (use == Use::Read ? writeOnly : readOnly))
      invalid(std::string(tensor) + ".data is a cl_mem that kernels may only " +
              (use == Use::Read ? "write" : "read"));
    const auto size = infoOf<std::size_t>(functions().memoryInfo, pointerOf(memory), memorySize);
    if (static_cast<std::uint64_t>(bytes) > size)
      invalid(std::string(tensor) + " reaches over " + std::to_string(bytes) +
              " bytes, and its cl_mem has " + std::to_string(size));
  }
  /// Of a part no parts are made, and Halide's runtime makes parts to read and write.
  bool hasParts(DeviceHandle memory) const override {
    void *const object = pointerOf(memory);
    return !infoOf<void *>(functions().memoryInfo, object, memoryParent) &&
           !(infoOf<std::uint64_t>(functions().memoryInfo, object, memoryFlags) & writeOnly);
  }

  const halide_device_interface_t *interface() const override { return openClInterface(); }
  void *context() const override { return ofDevice; }
  void *streamOf(void *given) const override { return given ? given : ownQueue; }

private:
  void *const device, *const ofDevice, *const ownQueue;
  std::string called;
};

/// A device and the platform that it is of.
struct Found {
  void *platform, *device;
};

class OpenCl final : public Driver {
public:
  std::int32_t count() const override {
    const std::lock_guard<std::mutex> lock(contexts());
    return static_cast<std::int32_t>(find().size());
  }
  std::string whyNone() const override {
    return isLoaded() ? "libOpenCL.so.1 is there, and no driver with a device is installed for it "
                        "(/etc/OpenCL/vendors)"
                      : functions().library.whyNot();
  }
  std::string nameOf(std::int32_t index) const override {
    const std::lock_guard<std::mutex> lock(contexts());
    return runtime::nameOf(find()[index].device);
  }
  std::shared_ptr<Gpu> open(std::int32_t index) const override {
    const std::lock_guard<std::mutex> lock(contexts());
    const Found found = find()[index];
    void *const context = contextOf(found);
    Result result = success;
    const std::unique_ptr<void, Result (*)(void *)> queue(
        functions().createQueue(context, found.device, 0, &result), functions().releaseQueue);
    check(result, "to make a queue");
    return std::make_shared<OpenClGpu>(found.device, context, queue.get()); // holds it as well
  }
  std::shared_ptr<Gpu> adopt(void *context, void *queue) const override {
    if (!queue)
      invalid("queue is null; OpenCL has no default one");
    void *device = nullptr;
    std::size_t bytes = 0;
    check(functions().contextInfo(context, contextDevices, 0, nullptr, &bytes),
          "to ask for the context's devices");
    if (bytes != sizeof device)
      invalid("the context has " + std::to_string(bytes / sizeof device) +
              " devices; make one for each device");
    device = infoOf<void *>(functions().contextInfo, context, contextDevices);
    return std::make_shared<OpenClGpu>(device, context, queue);
  }

private:
  static std::vector<Found> find() {
    std::vector<Found> found;
    std::uint32_t count = 0;
    if (!isLoaded() || platforms(nullptr, 0, count) == noPlatform)
      return found;
    std::vector<void *> all(count);
    platforms(all.data(), count, count);
    for (void *const platform : all) {
      const Result result = functions().devices(platform, anyType, 0, nullptr, &count);
      if (result == noDevice)
        continue;
      check(result, "to count the devices");
      std::vector<void *> devices(count);
      check(functions().devices(platform, anyType, count, devices.data(), nullptr),
            "to list the devices");
      for (void *const device : devices)
        found.push_back({platform, device});
    }
    return found;
  }

  /// One for each device that was opened, as long as the process lives. Under the mutex.
  static void *contextOf(const Found &found) {
    static auto &made = *new std::map<void *, void *>(); // also for who opens at the very end
    void *&context = made[found.device];
    if (!context) {
      const std::intptr_t properties[] = {contextPlatform,
                                          reinterpret_cast<std::intptr_t>(found.platform), 0};
      Result result = success;
      context = functions().createContext(properties, 1, &found.device, nullptr, nullptr, &result);
      check(result, "to make a context");
    }
    return context;
  }

  static Result platforms(void **all, std::uint32_t room, std::uint32_t &count) {
    const Result result = functions().platforms(room, all, &count);
    if (result != noPlatform)
      check(result, "to list the platforms");
    return result;
  }
};

} // namespace

const Driver &openClDriver() {
  static const OpenCl driver;
  return driver;
}

void *openClFunction(const char *name) { return functions().library.find(name); }

} // namespace gaze::runtime
