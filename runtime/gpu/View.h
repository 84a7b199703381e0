//===- View.h - Device memory as generated functions take it ---------------------===//
#ifndef GAZE_RUNTIME_GPU_VIEW_H
#define GAZE_RUNTIME_GPU_VIEW_H

#include "runtime/gpu/Gpu.h"
#include "runtime/gpu/HalideDevice.h"

#include <HalideRuntime.h>

#include <array>
#include <cstdint>
#include <initializer_list>

namespace gaze::runtime {

/// A halide_buffer_t of up to four dimensions over memory of somebody else.
class View {
public:
  struct Axis {
    std::int64_t extent, stride;
    std::int64_t min = 0;
  };

  View(const UseDevice &use, DeviceHandle memory, halide_type_t type,
       std::initializer_list<Axis> axes);
  /// Dense.
  View(const UseDevice &use, DeviceHandle memory, halide_type_t type,
       std::initializer_list<std::int64_t> extents);
  /// A part of another view, in its coordinates: of axis i, [mins[i], mins[i] + extents[i]).
  View(const View &whole, const std::array<std::int64_t, 4> &mins,
       const std::array<std::int64_t, 4> &extents);
  ~View();
  View(const View &) = delete;
  View &operator=(const View &) = delete;

  halide_buffer_t *get() const { return &buffer; }

private:
  const UseDevice &use;
  std::array<halide_dimension_t, 4> dimensions;
  mutable halide_buffer_t buffer = {}; // functions note in it what they have done
  bool isPart = false;

  void wrap(DeviceHandle memory, halide_type_t type, std::size_t rank);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_VIEW_H
