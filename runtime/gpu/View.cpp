//===- View.cpp - Device memory as generated functions take it -------------------===//
#include "runtime/gpu/View.h"

namespace gaze::runtime {
namespace {

halide_dimension_t dimension(std::int64_t min, std::int64_t extent, std::int64_t stride) {
  return {static_cast<std::int32_t>(min), static_cast<std::int32_t>(extent),
          static_cast<std::int32_t>(stride)};
}

} // namespace

View::View(const UseDevice &use, DeviceHandle memory, halide_type_t type,
           std::initializer_list<Axis> axes)
    : use(use) {
  std::size_t rank = 0;
  for (const Axis &axis : axes)
    dimensions[rank++] = dimension(axis.min, axis.extent, axis.stride);
  wrap(memory, type, rank);
}

View::View(const UseDevice &use, DeviceHandle memory, halide_type_t type,
           std::initializer_list<std::int64_t> extents)
    : use(use) {
  std::size_t rank = 0;
  std::int64_t stride = 1;
  for (const std::int64_t extent : extents) {
    dimensions[rank++] = dimension(0, extent, stride);
    stride *= extent;
  }
  wrap(memory, type, rank);
}

void View::wrap(DeviceHandle memory, halide_type_t type, std::size_t rank) {
  buffer.type = type;
  buffer.dimensions = static_cast<std::int32_t>(rank);
  buffer.dim = dimensions.data();
  use.check(halide_device_wrap_native(nullptr, &buffer, memory, use.gpu.interface()),
            "to wrap memory");
}

View::View(const View &whole, const std::array<std::int64_t, 4> &mins,
           const std::array<std::int64_t, 4> &extents)
    : use(whole.use), isPart(true) {
  buffer = whole.buffer;
  buffer.device = 0;
  buffer.device_interface = nullptr;
  buffer.dim = dimensions.data();
  for (std::int32_t axis = 0; axis < buffer.dimensions; ++axis)
    dimensions[axis] = dimension(mins[axis], extents[axis], whole.dimensions[axis].stride);
  use.check(halide_device_crop(nullptr, &whole.buffer, &buffer), "a part of a buffer");
}

View::~View() {
  if (isPart)
    halide_device_release_crop(nullptr, &buffer);
  else
    halide_device_detach_native(nullptr, &buffer);
}

} // namespace gaze::runtime
