//===- Device.cpp - What the runtime asks of a GPU -----------------------------===//
#include "runtime/Device.h"

#include "runtime/Error.h"
#include "runtime/Options.h"
#include "runtime/Plan.h"

#include <string>

namespace gaze::runtime {
namespace {

/// "CUDA"; as --target of `gaze compile` takes it where it goes into advice.
const char *spelling(gaze_api api) {
  return api == GAZE_API_CUDA ? "CUDA" : api == GAZE_API_OPENCL ? "OpenCL" : "the CPU";
}

} // namespace

void checkDevice(const gaze_kernel &kernel, const gaze_device *device) {
  const gaze_api compiledFor = kernel.gpu ? kernel.gpu->api : GAZE_API_CPU;
  if (device && device->api() != compiledFor)
    invalid(std::string("the kernel was compiled for ") + spelling(compiledFor) +
            ", and options.device is one of " + spelling(device->api()) +
            "; compile it with --target " + (device->api() == GAZE_API_CUDA ? "cuda" : "opencl"));
}

void upload(gaze_plan &plan) {
  if (plan.device && !plan.mustSelect())
    plan.onDevice = plan.device->upload(plan);
}

void checkDeviceRun(const gaze_plan &plan, const Tensors &tensors, const Options &options) {
  if (!plan.device)
    invalid("the kernel runs on a GPU, and its plan is of none: make it with options.device");
  if (options.device && options.device != plan.device.get())
    invalid("options.device is not the plan's");
  if (options.workspace)
    invalid("the plan is of a GPU, which has its own memory: its runs take no workspace");
  if (plan.mustSelect() && options.tensorMemory == GAZE_MEMORY_DEVICE)
    invalid("the plan selects blocks in each run, for which Q and K must be in the host's memory; "
            "gaze_plan_select makes a plan of theirs that takes tensors of the device");
  if (tensors.lse && !plan.kernel->gpu->log_sum_exp)
    invalid("lse is not null, and the kernel computes none");
}

} // namespace gaze::runtime
