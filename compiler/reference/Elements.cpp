//===- Elements.cpp - Tensors in the type of a kernel -------------------------===//
#include "compiler/reference/Elements.h"

#include "gaze/float16.hpp"

#include <algorithm>

using namespace gaze;
using namespace gaze::reference;

static std::uint16_t narrow(float value, gaze_element type) {
  return type == GAZE_ELEMENT_FLOAT16 ? float16(value).bits : bfloat16(value).bits;
}

static float widen(std::uint16_t bits, gaze_element type) {
  if (type == GAZE_ELEMENT_FLOAT16) {
    float16 element;
    element.bits = bits;
    return static_cast<float>(element);
  }
  bfloat16 element;
  element.bits = bits;
  return static_cast<float>(element);
}

float gaze::reference::rounded(float value, gaze_element type) {
  return type == GAZE_ELEMENT_FLOAT32 ? value : widen(narrow(value, type), type);
}

Elements::Elements(gaze_element type, std::vector<float> values)
    : elementType(type), floats(std::move(values)) {
  if (isWide())
    return;
  bits.resize(floats.size());
  std::transform(floats.begin(), floats.end(), bits.begin(),
                 [type](float value) { return narrow(value, type); });
  readBack();
}

gaze_tensor Elements::tensor(std::int64_t heads, std::int64_t seq, std::int64_t dim) const {
  const void *data = isWide() ? static_cast<const void *>(floats.data()) : bits.data();
  const std::int64_t batch = static_cast<std::int64_t>(floats.size()) / (heads * seq * dim);
  return {const_cast<void *>(data),
          elementType,
          4,
          {batch, heads, seq, dim},
          {heads * seq * dim, seq * dim, dim, 1}};
}

void Elements::readBack() {
  std::transform(bits.begin(), bits.end(), floats.begin(),
                 [this](std::uint16_t element) { return widen(element, elementType); });
}
