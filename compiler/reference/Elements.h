//===- Elements.h - Tensors in the type of a kernel ---------------------------===//
//
// The references compute with what a kernel sees: numbers that were rounded to its
// element type first, to nearest even.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_REFERENCE_ELEMENTS_H
#define GAZE_COMPILER_REFERENCE_ELEMENTS_H

#include "gaze/gaze.h"

#include <cstdint>
#include <vector>

namespace gaze::reference {

/// `value` rounded to `type`, one of float32, float16 and bfloat16.
float rounded(float value, gaze_element type);

/// The elements of a dense tensor.
class Elements {
public:
  Elements() = default;
  /// Rounds the values to `type`.
  Elements(gaze_element type, std::vector<float> values);

  gaze_element type() const { return elementType; }
  std::size_t size() const { return floats.size(); }
  std::size_t bytes() const { return size() * (isWide() ? sizeof(float) : sizeof(std::uint16_t)); }
  /// In float32, exactly.
  const std::vector<float> &values() const { return floats; }

  /// As a kernel takes it, [batch, heads, seq, dim]. What one writes there is in `values`
  /// after `readBack`.
  gaze_tensor tensor(std::int64_t heads, std::int64_t seq, std::int64_t dim) const;
  void readBack();

private:
  bool isWide() const { return elementType == GAZE_ELEMENT_FLOAT32; }

  gaze_element elementType = GAZE_ELEMENT_FLOAT32;
  std::vector<float> floats;
  std::vector<std::uint16_t> bits; ///< none of float32
};

} // namespace gaze::reference

#endif // GAZE_COMPILER_REFERENCE_ELEMENTS_H
