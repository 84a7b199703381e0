//===- Gpu.cpp - The GPU that commands run kernels on ---------------------------===//
#include "tools/gaze/Gpu.h"

#include "runtime/Buffers.h"
#include "runtime/Run.h"

#include <map>
#include <utility>

namespace gaze::cli {

Device &deviceOf(gaze_api api, int index) {
  // Never freed: drivers may be gone before objects of the program are.
  static auto &devices = *new std::map<std::pair<gaze_api, int>, Device>();
  const std::pair key(api, index);
  auto found = devices.find(key);
  if (found == devices.end())
    found = devices.emplace(key, Device(api, index)).first;
  return found->second;
}

void checkDevice(const CodeOptions &options) {
  if (options.onGpu())
    deviceOf(options.api(), options.device);
}

namespace {

std::size_t bytesOf(const gaze_tensor &tensor) {
  std::int64_t elements = 1;
  for (std::int32_t axis = 0; axis < tensor.rank; ++axis)
    elements *= tensor.extents[axis];
  return static_cast<std::size_t>(elements) * runtime::halideType(tensor.element).bytes();
}

/// `tensor` in other memory.
gaze_tensor in(const runtime::Allocation &memory, gaze_tensor tensor) {
  tensor.data = runtime::pointerOf(memory.handle());
  return tensor;
}

} // namespace

runtime::Allocation ProblemOnDevice::copyOf(const gaze_tensor &tensor) const {
  runtime::Allocation copy(gpu, bytesOf(tensor));
  gpu.copyIn(copy.handle(), tensor.data, bytesOf(tensor), nullptr);
  return copy;
}

ProblemOnDevice::ProblemOnDevice(const Problem &toSolve, Device &device)
    : problem(toSolve), shapes(toSolve.makeOutput()),
      gpu(static_cast<const runtime::Gpu &>(*device.get())) {
  asError([&] {
    q = copyOf(problem.queryTensor());
    k = copyOf(problem.keyTensor());
    v = copyOf(problem.valueTensor());
    out = runtime::Allocation(gpu, bytesOf(problem.outputTensor(shapes)));
    lse = runtime::Allocation(gpu, bytesOf(problem.lseTensor(shapes)));
  });
}

void ProblemOnDevice::run(const Plan &plan) {
  const gaze_tensor queries = in(q, problem.queryTensor()), keys = in(k, problem.keyTensor());
  const gaze_tensor values = in(v, problem.valueTensor());
  const gaze_tensor result = in(out, problem.outputTensor(shapes));
  const gaze_tensor sums = in(lse, problem.lseTensor(shapes));
  runtime::Options options;
  options.tensorMemory = GAZE_MEMORY_DEVICE;
  asError([&] {
    runtime::run(*plan.get(), {&queries, &keys, &values, &result, &sums}, options);
    gpu.synchronize(nullptr);
  });
}

} // namespace gaze::cli
