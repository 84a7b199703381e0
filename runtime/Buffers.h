//===- Buffers.h - Memory as generated functions take it -----------------------===//
#ifndef GAZE_RUNTIME_BUFFERS_H
#define GAZE_RUNTIME_BUFFERS_H

#include "gaze/gaze.h"

#include <HalideRuntime.h>

#include <cstdint>

namespace gaze::runtime {

/// A halide_buffer_t of one to three dimensions over memory of somebody else; rows
/// (the first dimension) are dense.
class Buffer {
public:
  Buffer(const void *data, halide_type_t type, std::int64_t extent)
      : Buffer(data, type, extent, 1, extent) {
    buffer.dimensions = 1;
  }

  Buffer(const void *data, halide_type_t type, std::int64_t extent, std::int64_t rows,
         std::int64_t rowStride)
      : dimensions{{0, static_cast<std::int32_t>(extent), 1},
                   {0, static_cast<std::int32_t>(rows), static_cast<std::int32_t>(rowStride)}} {
    buffer.host = static_cast<std::uint8_t *>(const_cast<void *>(data));
    buffer.type = type;
    buffer.dimensions = 2;
    buffer.dim = dimensions;
  }

  Buffer(const void *data, halide_type_t type, std::int64_t extent, std::int64_t rows,
         std::int64_t rowStride, std::int64_t planes)
      : Buffer(data, type, extent, rows, rowStride) {
    dimensions[2] = {0, static_cast<std::int32_t>(planes),
                     static_cast<std::int32_t>(rowStride * rows)};
    buffer.dimensions = 3;
  }

  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;

  halide_buffer_t *get() { return &buffer; }

private:
  halide_dimension_t dimensions[3];
  halide_buffer_t buffer = {};
};

inline constexpr halide_type_t float32{halide_type_float, 32, 1};
inline constexpr halide_type_t int32{halide_type_int, 32, 1};
inline constexpr halide_type_t int64{halide_type_int, 64, 1};
inline constexpr halide_type_t uint8{halide_type_uint, 8, 1};
inline constexpr halide_type_t float16{halide_type_float, 16, 1};
inline constexpr halide_type_t bfloat16{halide_type_bfloat, 16, 1};

/// The type of what Q, K, V and the output hold.
constexpr halide_type_t halideType(gaze_element element) {
  return element == GAZE_ELEMENT_FLOAT16    ? float16
         : element == GAZE_ELEMENT_BFLOAT16 ? bfloat16
                                            : float32;
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_BUFFERS_H
