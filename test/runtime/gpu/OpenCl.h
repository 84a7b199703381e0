//===- OpenCl.h - Contexts, queues and buffers of the tests' own ---------------------===//
#ifndef GAZE_TEST_RUNTIME_GPU_OPENCL_H
#define GAZE_TEST_RUNTIME_GPU_OPENCL_H

#include "runtime/gpu/Gpu.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace gaze::test {

/// A function of OpenCL's, all of whose arguments are given in their own types.
template <typename Result, typename... Arguments>
Result openCl(const char *name, Arguments... arguments) {
  return reinterpret_cast<Result (*)(Arguments...)>(runtime::openClFunction(name))(arguments...);
}

/// The first device's, with as many queues as are asked for.
class OpenClContext {
public:
  OpenClContext() {
    void *platform = nullptr, *none = nullptr;
    openCl<std::int32_t>("clGetPlatformIDs", std::uint32_t{1}, &platform,
                         static_cast<std::uint32_t *>(nullptr));
    openCl<std::int32_t>("clGetDeviceIDs", platform, ~std::uint64_t{0} >> 32, std::uint32_t{1},
                         &device, static_cast<std::uint32_t *>(nullptr));
    context = openCl<void *>("clCreateContext", none, std::uint32_t{1}, &device, none, none, none);
    EXPECT_NE(context, nullptr);
  }
  ~OpenClContext() {
    for (void *const queue : queues)
      openCl<std::int32_t>("clReleaseCommandQueue", queue);
    openCl<std::int32_t>("clReleaseContext", context);
  }
  OpenClContext(const OpenClContext &) = delete;
  OpenClContext &operator=(const OpenClContext &) = delete;

  void *get() const { return context; }
  void *queue(bool inOrder = true) {
    queues.push_back(openCl<void *>("clCreateCommandQueue", context, device,
                                    std::uint64_t{inOrder ? 0u : 1u},
                                    static_cast<void *>(nullptr)));
    EXPECT_NE(queues.back(), nullptr);
    return queues.back();
  }

private:
  void *device = nullptr, *context;
  std::vector<void *> queues;
};

/// A cl_mem with elements.
template <typename T> class OpenClBuffer {
public:
  static constexpr std::uint64_t readWrite = 1, writeOnly = 2, readOnly = 4; // CL_MEM_*

  OpenClBuffer(void *context, std::vector<T> elements, std::uint64_t use = readWrite)
      : elements(std::move(elements)) {
    constexpr std::uint64_t copies = 1 << 5; // CL_MEM_COPY_HOST_PTR
    memory =
        openCl<void *>("clCreateBuffer", context, use | copies, this->elements.size() * sizeof(T),
                       this->elements.data(), static_cast<void *>(nullptr));
    EXPECT_NE(memory, nullptr);
  }
  ~OpenClBuffer() { openCl<std::int32_t>("clReleaseMemObject", memory); }
  OpenClBuffer(const OpenClBuffer &) = delete;
  OpenClBuffer &operator=(const OpenClBuffer &) = delete;

  /// As views and tensors take it.
  T *get() const { return static_cast<T *>(memory); }
  /// Behind all that is in the queue.
  const std::vector<T> &read(void *queue) {
    void *const none = nullptr;
    EXPECT_EQ(openCl<std::int32_t>("clEnqueueReadBuffer", queue, memory, std::uint32_t{1},
                                   std::size_t{0}, elements.size() * sizeof(T),
                                   static_cast<void *>(elements.data()), std::uint32_t{0}, none,
                                   none),
              0);
    return elements;
  }

private:
  std::vector<T> elements;
  void *memory;
};

} // namespace gaze::test

#endif // GAZE_TEST_RUNTIME_GPU_OPENCL_H
