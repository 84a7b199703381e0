//===- HostCopy.cpp - A tensor of the host, copied to a device and back ----------===//
#include "runtime/gpu/HostCopy.h"

#include "runtime/Buffers.h"

#include <cstring>
#include <limits>

namespace gaze::runtime {
namespace {

/// How many elements are copied of an axis: of one that repeats, one.
std::int64_t copiedOf(const gaze_tensor &tensor, std::int32_t axis) {
  return tensor.strides[axis] == 0 ? 1 : tensor.extents[axis];
}

/// Whether its memory, as it stands, is what a device can take, and no more than its elements.
bool standsTogether(const gaze_tensor &tensor, std::int64_t multiple) {
  std::int64_t elements = 1;
  for (std::int32_t axis = 0; axis < tensor.rank; ++axis) {
    elements *= copiedOf(tensor, axis);
    const std::int64_t stride = tensor.extents[axis] > 1 ? tensor.strides[axis] : 0;
    if (stride > std::numeric_limits<std::int32_t>::max() || (axis < 3 && stride % multiple != 0))
      return false;
  }
  const std::int32_t row = tensor.rank == 4 ? 3 : 2; // whose elements must be neighbours
  return spanOf(tensor) <= elements && (tensor.strides[row] == 1 || tensor.extents[row] == 1);
}

/// In C order, without gaps.
gaze_tensor packedLike(const gaze_tensor &tensor) {
  gaze_tensor result = tensor;
  std::int64_t stride = 1;
  for (std::int32_t axis = tensor.rank - 1; axis >= 0; --axis) {
    result.strides[axis] = tensor.strides[axis] == 0 ? 0 : stride;
    stride *= copiedOf(tensor, axis);
  }
  return result;
}

} // namespace

HostCopy::HostCopy(const Gpu &gpu, const gaze_tensor &host, std::int64_t multiple)
    : gpu(gpu), host(host), device(host), isPacked(!standsTogether(host, multiple)) {
  if (isPacked)
    device = packedLike(host);
  bytes = static_cast<std::size_t>(spanOf(device)) * halideType(host.element).bytes();
  memory = Allocation(gpu, bytes);
  device.data = pointerOf(memory.handle());
  if (isPacked)
    packed.resize(bytes);
}

/// copy(in the host's tensor, in `packed`, bytes), for elements that are neighbours in both.
template <typename Copy> void HostCopy::forEachRow(const Copy &copy) {
  const std::int64_t size = halideType(host.element).bytes();
  const std::int64_t rowElements = host.rank == 4 ? host.extents[3] : 1;
  char *const from = static_cast<char *>(host.data);
  for (std::int64_t batch = 0; batch < copiedOf(host, 0); ++batch)
    for (std::int64_t head = 0; head < copiedOf(host, 1); ++head)
      for (std::int64_t row = 0; row < copiedOf(host, 2); ++row)
        copy(from + offsetOf(host, batch, head, row) * size,
             packed.data() + offsetOf(device, batch, head, row) * size,
             static_cast<std::size_t>(rowElements * size));
}

void HostCopy::copyIn(void *stream) {
  if (isPacked)
    forEachRow([](const char *from, char *to, std::size_t size) { std::memcpy(to, from, size); });
  gpu.copyIn(memory.handle(), isPacked ? packed.data() : host.data, bytes, stream);
}

void HostCopy::copyOut(void *stream) {
  gpu.copyOut(isPacked ? packed.data() : host.data, memory.handle(), bytes, stream);
  gpu.synchronize(stream);
  if (isPacked)
    forEachRow([](char *to, const char *from, std::size_t size) { std::memcpy(to, from, size); });
}

} // namespace gaze::runtime
