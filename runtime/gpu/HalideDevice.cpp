//===- HalideDevice.cpp - The device that Halide's runtime works with ----------===//
//
// OpenCL's hooks, and those that load the drivers' libraries, are weak functions of Halide's
// runtime that ours replace; CUDA's context and Halide's errors have setters, and where no device
// of Gaze's is in use, whoever was asked before is asked.
//
//===----------------------------------------------------------------------===//
#include "runtime/gpu/HalideDevice.h"

#include "runtime/Error.h"
#include "runtime/gpu/Gpu.h"

#include <mutex>
#include <utility>

// As HalideRuntimeCuda.h and HalideRuntimeOpenCL.h declare them.
extern "C" {
using AcquireCuda = int (*)(void *user, void **context, bool create);
using ReleaseCuda = int (*)(void *user);
using StreamOfCuda = int (*)(void *user, void *context, void **stream);
AcquireCuda halide_set_cuda_acquire_context(AcquireCuda handler);
StreamOfCuda halide_set_cuda_get_stream(StreamOfCuda handler);
const halide_device_interface_t *halide_cuda_device_interface();
const halide_device_interface_t *halide_opencl_device_interface();
}

namespace gaze::runtime {
namespace {

thread_local UseDevice *ofThread = nullptr;

void (*errorBefore)(void *, const char *) = nullptr;
AcquireCuda acquireBefore = nullptr;
StreamOfCuda streamBefore = nullptr;

void keepError(void *user, const char *text) {
  if (ofThread)
    ofThread->complain(text);
  else
    errorBefore(user, text);
}

int acquireCuda(void *user, void **context, bool create) {
  if (!ofThread)
    return acquireBefore(user, context, create);
  *context = ofThread->gpu.context();
  return 0;
}

int streamOfCuda(void *user, void *context, void **stream) {
  if (!ofThread)
    return streamBefore(user, context, stream);
  *stream = ofThread->gpu.streamOf(ofThread->stream);
  return 0;
}

} // namespace

UseDevice::UseDevice(const Gpu &gpu, void *stream) : gpu(gpu), stream(stream), before(ofThread) {
  ofThread = this;
}

UseDevice::~UseDevice() { ofThread = before; }

UseDevice *UseDevice::current() { return ofThread; }

void UseDevice::complain(std::string text) {
  if (complaint.empty())
    complaint = std::move(text);
  while (!complaint.empty() && complaint.back() == '\n')
    complaint.pop_back();
}

void UseDevice::check(int code, const char *function) const {
  if (code == 0 && complaint.empty())
    return;
  throw Failure(GAZE_DEVICE_ERROR,
                gpu.name() + ": " + function +
                    " failed: " + (complaint.empty() ? "code " + std::to_string(code) : complaint));
}

const halide_device_interface_t *cudaInterface() { return halide_cuda_device_interface(); }
const halide_device_interface_t *openClInterface() { return halide_opencl_device_interface(); }

void installHooks() {
  static std::once_flag installed;
  std::call_once(installed, [] {
    errorBefore = halide_set_error_handler(keepError);
    acquireBefore = halide_set_cuda_acquire_context(acquireCuda);
    streamBefore = halide_set_cuda_get_stream(streamOfCuda);
  });
}

} // namespace gaze::runtime

using namespace gaze::runtime;

extern "C" {

int halide_acquire_cl_context(void * /*user*/, void **context, void **queue, bool /*create*/) {
  const UseDevice *const used = UseDevice::current();
  *context = used ? used->gpu.context() : nullptr;
  *queue = used ? used->gpu.streamOf(used->stream) : nullptr;
  return 0;
}

int halide_release_cl_context(void * /*user*/) { return 0; }

void *halide_cuda_get_symbol(void * /*user*/, const char *name) { return cudaFunction(name); }
void *halide_opencl_get_symbol(void * /*user*/, const char *name) { return openClFunction(name); }
}
