//===- Elements.cpp - What Q, K, V and the output hold -------------------------===//
#include "compiler/halide/Elements.h"

using Halide::cast;
using Halide::Expr;
using Halide::reinterpret;
using Halide::select;

namespace gaze {
namespace {

Expr bits(std::uint32_t value) { return Expr(value); }

Expr bitsOf(const Expr &value) { return reinterpret<std::uint32_t>(value); }

/// The bits of a 16-bit element, in 32.
Expr narrowBits(const Expr &element) {
  return cast<std::uint32_t>(reinterpret<std::uint16_t>(element));
}

/// `value` without its lowest bits, rounded to nearest even.
Expr roundedShift(const Expr &value, int dropped) {
  const std::uint32_t half = (std::uint32_t{1} << (dropped - 1)) - 1;
  return (value + bits(half) + ((value >> dropped) & bits(1))) >> dropped;
}

Expr fromFloat16(const Expr &element) {
  const Expr narrow = narrowBits(element), magnitude = narrow & bits(0x7fff);
  const Expr sign = (narrow & bits(0x8000)) << 16;
  const Expr subnormal = bitsOf(cast<float>(cast<std::int32_t>(magnitude)) * 0x1p-24f);
  // The exponents differ by 112, those of infinity and NaN by 224.
  const Expr offset = select(magnitude >= bits(0x7c00), bits(224u << 23), bits(112u << 23));
  const Expr wide = select(magnitude < bits(0x400), subnormal, (magnitude << 13) + offset);
  return reinterpret<float>(sign | wide);
}

Expr toFloat16(const Expr &value) {
  const Expr wide = bitsOf(value), magnitude = wide & bits(0x7fffffff);
  // Half has the exponent whose last bit is that of the least float16.
  const Expr half = bits(0x3f000000);
  const Expr subnormal =
      bitsOf(Halide::strict_float(reinterpret<float>(magnitude) + reinterpret<float>(half))) - half;
  const Expr normal = roundedShift(magnitude - bits(112u << 23), 13);
  const Expr finite = select(magnitude >= bits(0x38800000), normal, subnormal);
  const Expr large = select(magnitude > bits(0x7f800000), bits(0x7e00), bits(0x7c00));
  const Expr narrow = select(magnitude >= bits(0x477ff000), large, finite);
  return cast<std::uint16_t>(((wide >> 16) & bits(0x8000)) | narrow);
}

Expr toBFloat16(const Expr &value) {
  const Expr wide = bitsOf(value);
  const Expr isNaN = (wide & bits(0x7fffffff)) > bits(0x7f800000);
  return cast<std::uint16_t>(select(isNaN, (wide >> 16) | bits(0x40), roundedShift(wide, 16)));
}

} // namespace

Halide::Type ElementUse::halideType() const {
  if (asBits && !isWide())
    return Halide::UInt(16);
  return type == GAZE_ELEMENT_FLOAT16    ? Halide::Float(16)
         : type == GAZE_ELEMENT_BFLOAT16 ? Halide::BFloat(16)
                                         : Halide::Float(32);
}

Expr ElementUse::widened(const Expr &element) const {
  if (isWide())
    return element;
  if (type == GAZE_ELEMENT_BFLOAT16)
    return reinterpret<float>(narrowBits(element) << 16);
  return converts ? cast<float>(element) : fromFloat16(element);
}

Expr ElementUse::rounded(const Expr &value) const {
  if (isWide())
    return value;
  if (type == GAZE_ELEMENT_FLOAT16 && converts)
    return cast(halideType(), value);
  return reinterpret(halideType(),
                     type == GAZE_ELEMENT_FLOAT16 ? toFloat16(value) : toBFloat16(value));
}

Expr roundedWeight(const Expr &weight) {
  // Dekker 1971, "A floating-point technique for extending the available precision": the
  // upper part of a product with 2^16 + 1.
  const Expr scaled = weight * 65537.0f;
  return Halide::strict_float(scaled - (scaled - weight));
}

Expr narrowedWeight(const Expr &weight) {
  return reinterpret(Halide::BFloat(16), cast<std::uint16_t>(bitsOf(weight) >> 16));
}

} // namespace gaze
