//===- HostCopy.h - A tensor of the host, copied to a device and back ------------===//
//
// One copy moves a tensor whose elements stand together in any order of axes, or
// overlap. Where there are gaps between them, as in one buffer for Q, K and V, the rows are packed
// first: what lies in the gaps is neither read nor written. An axis with stride 0 is copied once.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GPU_HOSTCOPY_H
#define GAZE_RUNTIME_GPU_HOSTCOPY_H

#include "runtime/Memory.h"
#include "runtime/gpu/Gpu.h"

#include <cstddef>
#include <cstdint>

namespace gaze::runtime {

class HostCopy {
public:
  /// Copies nothing yet. Rows begin at multiples of so many elements, if those of a packed
  /// tensor do.
  HostCopy(const Gpu &gpu, const gaze_tensor &host, std::int64_t multiple = 1);

  void copyIn(void *stream);
  /// Ends when all that is in the stream is done.
  void copyOut(void *stream);

  /// The tensor on the device: `data` is a handle.
  const gaze_tensor &onDevice() const { return device; }

private:
  const Gpu &gpu;
  const gaze_tensor &host;
  gaze_tensor device;
  bool isPacked;
  std::size_t bytes;
  Allocation memory;
  Vector<char> packed;

  template <typename Copy> void forEachRow(const Copy &copy);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_HOSTCOPY_H
