//===- FakeCuda.cpp - CUDA's driver, with devices in the host's memory -----------------===//
//
// A libcuda.so.1 for tests where there is no GPU. It knows the functions that Gaze and Halide's
// runtime look up, checks that a context is current where the driver asks for one, and launches
// nothing. What it is to do, and what it has seen, stands in its state.
//
//===----------------------------------------------------------------------===//
#include "FakeCuda.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

// The names are the driver's.
// NOLINTBEGIN(readability-identifier-naming)
namespace {

using gaze::test::FakeCuda;

FakeCuda state;
thread_local std::vector<void *> contexts;

constexpr int success = 0, invalidValue = 1, outOfMemory = 2, invalidContext = 201;

void *contextOf(int device) { return &state.retained[device]; }

int needContext() { return contexts.empty() ? invalidContext : state.failing.load(); }

} // namespace

extern "C" {

FakeCuda *fakeCuda() { return &state; }

int cuInit(unsigned) { return state.devices == 0 ? 100 : success; }
int cuGetErrorName(int error, const char **name) {
  *name = error == outOfMemory ? "CUDA_ERROR_OUT_OF_MEMORY"
          : error == 100       ? "CUDA_ERROR_NO_DEVICE"
          : error == 700       ? "CUDA_ERROR_ILLEGAL_ADDRESS"
          : error == 1         ? "CUDA_ERROR_INVALID_VALUE"
                               : nullptr;
  return *name ? success : invalidValue;
}
int cuGetErrorString(int error, const char **text) {
  *text = error == outOfMemory ? "out of memory"
          : error == 100       ? "no CUDA-capable device is detected"
          : error == 700       ? "an illegal memory access was encountered"
          : error == 1         ? "invalid argument"
                               : nullptr;
  return *text ? success : invalidValue;
}
int cuDeviceGetCount(int *count) {
  *count = state.devices;
  return success;
}
int cuDeviceGet(int *device, int ordinal) {
  *device = ordinal;
  return success;
}
int cuDeviceGetName(char *name, int length, int device) {
  std::snprintf(name, length, "Fake GPU %d", device);
  return success;
}
int cuDeviceGetAttribute(int *value, int attribute, int) {
  *value = attribute == 1 ? 1024 : attribute == 8 ? 49152 : -1;
  return success;
}
int cuDevicePrimaryCtxRetain(void **context, int device) {
  ++state.retained[device];
  *context = contextOf(device);
  return success;
}
int cuCtxPushCurrent_v2(void *context) {
  contexts.push_back(context);
  ++state.entered;
  return success;
}
int cuCtxPopCurrent_v2(void **context) {
  if (contexts.empty())
    return invalidContext;
  *context = contexts.back();
  contexts.pop_back();
  return success;
}
int cuCtxGetDevice(int *device) {
  for (*device = 0; *device < FakeCuda::most; ++*device)
    if (!contexts.empty() && contexts.back() == contextOf(*device))
      return success;
  return invalidContext;
}
int cuCtxSynchronize() { return needContext(); }
int cuStreamSynchronize(void *stream) {
  state.lastStream = stream;
  return needContext();
}
int cuMemAlloc_v2(std::uint64_t *memory, std::size_t bytes) {
  if (const int error = needContext())
    return error;
  if (bytes > std::size_t{1} << 30)
    return outOfMemory;
  *memory = reinterpret_cast<std::uint64_t>(std::malloc(bytes));
  ++state.allocations;
  return success;
}
int cuMemFree_v2(std::uint64_t memory) {
  if (contexts.empty())
    return invalidContext;
  std::free(reinterpret_cast<void *>(memory)); // NOLINT(performance-no-int-to-ptr)
  --state.allocations;
  return success;
}
int cuMemcpyHtoDAsync_v2(std::uint64_t to, const void *from, std::size_t bytes, void *stream) {
  state.lastStream = stream;
  std::memcpy(reinterpret_cast<void *>(to), from, bytes); // NOLINT(performance-no-int-to-ptr)
  return needContext();
}
int cuMemcpyDtoHAsync_v2(void *to, std::uint64_t from, std::size_t bytes, void *stream) {
  state.lastStream = stream;
  std::memcpy(to, reinterpret_cast<void *>(from), bytes); // NOLINT(performance-no-int-to-ptr)
  return needContext();
}
int cuPointerGetAttribute(void *value, int attribute, std::uint64_t pointer) {
  constexpr int type = 2, isManaged = 8, ordinal = 9, access = 16; // CU_POINTER_ATTRIBUTE_*
  auto &number = *static_cast<unsigned *>(value);
  if (attribute == type)
    number = pointer == FakeCuda::pinned ? 1 : 2; // CU_MEMORYTYPE_HOST, _DEVICE
  else if (attribute == isManaged)
    number = pointer == FakeCuda::managed;
  else if (attribute == ordinal)
    number = pointer == FakeCuda::ofDevice1 || pointer == FakeCuda::managed ||
             pointer == FakeCuda::ofPeer || pointer == FakeCuda::pinned;
  else if (attribute == access)
    number = pointer == FakeCuda::ofPeer ? 3 : 0;
  else
    return invalidValue;
  return pointer != FakeCuda::unknown ? success : invalidValue;
}
/// Refuses all code, and says so where it is asked to.
int cuModuleLoadDataEx(void **, const void *, unsigned count, const int *options, void **values) {
  for (unsigned i = 0; i < count; ++i)
    if (options[i] == 5) // CU_JIT_ERROR_LOG_BUFFER
      std::strcpy(static_cast<char *>(values[i]), "ptxas: unknown instruction");
    else if (options[i] == 0) // CU_JIT_MAX_REGISTERS
      state.limitsRegisters = true;
  return invalidValue;
}

// Looked up by Halide's runtime, and called by none of the tests.
int cuDeviceTotalMem_v2() { return invalidValue; }
int cuCtxCreate_v2() { return invalidValue; }
int cuCtxDestroy_v2() { return invalidValue; }
int cuProfilerStop() { return invalidValue; }
int cuCtxGetApiVersion() { return invalidValue; }
int cuModuleLoadData() { return invalidValue; }
int cuModuleUnload() { return invalidValue; }
int cuModuleGetFunction() { return invalidValue; }
int cuMemcpyHtoD_v2() { return invalidValue; }
int cuMemcpyDtoH_v2() { return invalidValue; }
int cuMemcpyDtoD_v2() { return invalidValue; }
int cuMemcpyDtoDAsync_v2() { return invalidValue; }
int cuMemcpy3D_v2() { return invalidValue; }
int cuLaunchKernel() { return invalidValue; }
}
// NOLINTEND(readability-identifier-naming)
