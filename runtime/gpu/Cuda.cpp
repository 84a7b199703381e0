//===- Cuda.cpp - GPUs through NVIDIA's driver ----------------------------------===//
//
// No header of CUDA's is needed: the driver's functions are stable, and these are few.
//
//===----------------------------------------------------------------------===//
#include "runtime/Error.h"
#include "runtime/gpu/Gpu.h"
#include "runtime/gpu/HalideDevice.h"
#include "runtime/gpu/Library.h"

#include <cstring>
#include <map>
#include <mutex>

namespace gaze::runtime {
namespace {

using Result = int;
using Device = int;
constexpr Result noDevice = 100, outOfMemory = 2;
constexpr int threadsPerBlock = 1, sharedBytesPerBlock = 8; // CU_DEVICE_ATTRIBUTE_MAX_*
constexpr int memoryType = 2, memoryManaged = 8, memoryOrdinal = 9,
              memoryAccess = 16;               // CU_POINTER_ATTRIBUTE_*
constexpr unsigned ofDeviceAlone = 2;          // CU_MEMORYTYPE_DEVICE
constexpr int errorLog = 5, errorLogBytes = 6; // CU_JIT_ERROR_LOG_BUFFER...

struct Functions {
  Library library{"libcuda.so.1"};
  Result (*init)(unsigned flags);
  Result (*errorName)(Result error, const char **name);
  Result (*errorString)(Result error, const char **text);
  Result (*deviceCount)(int *count);
  Result (*deviceGet)(Device *device, int ordinal);
  Result (*deviceName)(char *name, int length, Device device);
  Result (*deviceAttribute)(int *value, int attribute, Device device);
  Result (*retainContext)(void **context, Device device);
  Result (*pushContext)(void *context);
  Result (*popContext)(void **context);
  Result (*deviceOfContext)(Device *device);
  Result (*synchronize)(void *stream);
  Result (*allocate)(DeviceHandle *memory, std::size_t bytes);
  Result (*free)(DeviceHandle memory);
  Result (*copyIn)(DeviceHandle to, const void *from, std::size_t bytes, void *stream);
  Result (*copyOut)(void *to, DeviceHandle from, std::size_t bytes, void *stream);
  Result (*pointerAttribute)(void *value, int attribute, DeviceHandle pointer);
  Result (*loadModule)(void **module, const void *code, unsigned options, const int *names,
                       void *const *values);

  Functions() {
    library.bind(init, "cuInit");
    library.bind(errorName, "cuGetErrorName");
    library.bind(errorString, "cuGetErrorString");
    library.bind(deviceCount, "cuDeviceGetCount");
    library.bind(deviceGet, "cuDeviceGet");
    library.bind(deviceName, "cuDeviceGetName");
    library.bind(deviceAttribute, "cuDeviceGetAttribute");
    library.bind(retainContext, "cuDevicePrimaryCtxRetain");
    library.bind(pushContext, "cuCtxPushCurrent_v2");
    library.bind(popContext, "cuCtxPopCurrent_v2");
    library.bind(deviceOfContext, "cuCtxGetDevice");
    library.bind(synchronize, "cuStreamSynchronize");
    library.bind(allocate, "cuMemAlloc_v2");
    library.bind(free, "cuMemFree_v2");
    library.bind(copyIn, "cuMemcpyHtoDAsync_v2");
    library.bind(copyOut, "cuMemcpyDtoHAsync_v2");
    library.bind(pointerAttribute, "cuPointerGetAttribute");
    library.bind(loadModule, "cuModuleLoadDataEx");
  }
};

const Functions &functions() {
  static const Functions loaded;
  return loaded;
}

/// "CUDA_ERROR_OUT_OF_MEMORY, out of memory"
std::string describe(Result result) {
  const char *name = nullptr, *text = nullptr;
  functions().errorName(result, &name);
  functions().errorString(result, &text);
  return name && text ? std::string(name) + ", " + text : "error " + std::to_string(result);
}

void check(Result result, const std::string &what) {
  if (result != 0)
    throw Failure(result == outOfMemory ? GAZE_OUT_OF_MEMORY : GAZE_DEVICE_ERROR,
                  "CUDA: " + what + " failed: " + describe(result));
}

/// For Halide's runtime, whose options hold a thread to 64 registers, so that what does not fit
/// goes through memory, and ask for no words of the driver's compiler.
Result loadModule(void **module, const void *code, unsigned /*options*/, const int * /*names*/,
                  void *const * /*values*/) {
  char log[2048] = "";
  const int names[] = {errorLog, errorLogBytes};
  void *const values[] = {log, pointerOf(sizeof log - 1)};
  const Result result = functions().loadModule(module, code, 2, names, values);
  if (UseDevice *const used = UseDevice::current(); result != 0 && used)
    used->complain("CUDA: to compile the kernel failed: " + describe(result) +
                   (log[0] ? std::string("\n") + log : std::string()));
  return result;
}

/// A context is the current one of this thread, while it lives.
class Current {
public:
  explicit Current(void *context) {
    check(functions().pushContext(context), "to enter the device's context");
  }
  ~Current() {
    void *popped = nullptr;
    functions().popContext(&popped);
  }
  Current(const Current &) = delete;
  Current &operator=(const Current &) = delete;
};

std::string nameOf(Device device) {
  char text[256] = "";
  check(functions().deviceName(text, sizeof text, device), "to ask for the device's name");
  return text;
}

class CudaGpu final : public Gpu {
public:
  CudaGpu(Device number, void *inContext, void *stream)
      : device(number), ofDevice(inContext), ownStream(stream) {
    called = nameOf(device);
  }
  ~CudaGpu() override {
    scratch.clear();
    releaseModules();
  }

  gaze_api api() const override { return GAZE_API_CUDA; }
  const std::string &name() const override { return called; }
  BlockLimits limits() const override {
    return {attribute(threadsPerBlock), attribute(sharedBytesPerBlock)};
  }
  std::int64_t partAlignment() const override { return 1; }

  DeviceHandle allocate(std::size_t bytes) const override {
    const Current current(ofDevice);
    DeviceHandle memory = 0;
    check(functions().allocate(&memory, bytes),
          "to take " + std::to_string(bytes) + " bytes of the device's memory");
    return memory;
  }
  void free(DeviceHandle memory) const noexcept override {
    // Waits for what the device still does.
    if (functions().pushContext(ofDevice) != 0)
      return; // the driver is shutting down
    functions().free(memory);
    void *popped = nullptr;
    functions().popContext(&popped);
  }
  void copyIn(DeviceHandle to, const void *from, std::size_t bytes, void *stream) const override {
    const Current current(ofDevice);
    check(functions().copyIn(to, from, bytes, streamOf(stream)), "a copy to the device");
    // From pinned memory of the caller's the copy may still be under way.
    check(functions().synchronize(streamOf(stream)), "a copy to the device");
  }
  void copyOut(void *to, DeviceHandle from, std::size_t bytes, void *stream) const override {
    const Current current(ofDevice);
    check(functions().copyOut(to, from, bytes, streamOf(stream)), "a copy from the device");
  }
  void synchronize(void *stream) const override {
    const Current current(ofDevice);
    check(functions().synchronize(streamOf(stream)), "what was put into the stream");
  }

  void checkStream(void * /*stream*/) const override {}
  void checkMemory(DeviceHandle memory, std::int64_t /*bytes*/, Use /*use*/,
                   const char *tensor) const override {
    const Current current(ofDevice);
    unsigned type = 0;
    if (const Result result = functions().pointerAttribute(&type, memoryType, memory))
      invalid(std::string(tensor) + ".data is no pointer of the device's: " + describe(result));
    unsigned isManaged = 0;
    int ordinal = device;
    if (type != ofDeviceAlone ||
        (functions().pointerAttribute(&isManaged, memoryManaged, memory) == 0 && isManaged))
      return;            // all devices reach it
    unsigned access = 0; // that this context has, as to the memory of a peer
    if (functions().pointerAttribute(&ordinal, memoryOrdinal, memory) == 0 && ordinal != device &&
        !(functions().pointerAttribute(&access, memoryAccess, memory) == 0 && access))
      invalid(std::string(tensor) + ".data is memory of device " + std::to_string(ordinal) +
              ", and the plan's is device " + std::to_string(device));
  }
  bool hasParts(DeviceHandle /*memory*/) const override { return true; }

  const halide_device_interface_t *interface() const override { return cudaInterface(); }
  void *context() const override { return ofDevice; }
  void *streamOf(void *given) const override { return given ? given : ownStream; }

private:
  const Device device;
  void *const ofDevice;
  void *const ownStream;
  std::string called;

  std::int64_t attribute(int which) const {
    int value = 0;
    check(functions().deviceAttribute(&value, which, device), "to ask for the device's limits");
    return value;
  }
};

class Cuda final : public Driver {
public:
  Cuda() {
    if (isLoaded())
      initialized = functions().init(0);
  }

  std::int32_t count() const override {
    if (!isLoaded() || initialized == noDevice)
      return 0;
    check(initialized, "to start the driver");
    int devices = 0;
    check(functions().deviceCount(&devices), "to count the devices");
    return devices;
  }
  std::string whyNone() const override {
    return isLoaded() ? "the driver finds none: " + describe(noDevice)
                      : functions().library.whyNot();
  }
  std::string nameOf(std::int32_t index) const override { return runtime::nameOf(deviceAt(index)); }
  std::shared_ptr<Gpu> open(std::int32_t index) const override {
    const Device device = deviceAt(index);
    return std::make_shared<CudaGpu>(device, primaryContext(device), nullptr);
  }
  std::shared_ptr<Gpu> adopt(void *context, void *queue) const override {
    Device device = 0;
    {
      const Current current(context);
      check(functions().deviceOfContext(&device), "to ask for the context's device");
    }
    return std::make_shared<CudaGpu>(device, context, queue);
  }

private:
  Result initialized = 0;

  static Device deviceAt(std::int32_t index) {
    Device device = 0;
    check(functions().deviceGet(&device, index), "to open the device");
    return device;
  }
  static void *primaryContext(Device device) {
    static std::mutex mutex;
    static auto &retained = *new std::map<Device, void *>(); // also for who opens at the very end
    const std::lock_guard<std::mutex> lock(mutex);
    void *&context = retained[device];
    if (!context)
      check(functions().retainContext(&context, device), "to make the device's context");
    return context;
  }
  static bool isLoaded() { return functions().library.whyNot().empty(); }
};

} // namespace

const Driver &cudaDriver() {
  static const Cuda driver;
  return driver;
}

void *cudaFunction(const char *name) {
  return std::strcmp(name, "cuModuleLoadDataEx") == 0 ? reinterpret_cast<void *>(loadModule)
                                                      : functions().library.find(name);
}

} // namespace gaze::runtime
