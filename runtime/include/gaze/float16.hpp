//===- float16.hpp - The 16-bit floats, as bits --------------------------------===//
//
// For programs whose compiler has no such types, or whose types are of another library:
// both are two bytes with the bits of the format, so that memory of a _Float16,
// std::bfloat16_t, at::Half or at::BFloat16 may be taken for an array of these.
// Conversions from float round to nearest even; NaN stays NaN.
//
// Test: test/runtime/Float16Test.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_FLOAT16_HPP
#define GAZE_RUNTIME_FLOAT16_HPP

#include <cstdint>
#include <cstring>

namespace gaze {

namespace detail {

inline std::uint32_t bitsOf(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float floatOf(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// `bits` without the lowest `dropped` ones, rounded to nearest even.
inline std::uint32_t roundedShift(std::uint32_t bits, unsigned dropped) {
  const std::uint32_t half = (std::uint32_t{1} << (dropped - 1)) - 1;
  return (bits + half + ((bits >> dropped) & 1)) >> dropped;
}

} // namespace detail

/// The upper half of a float.
struct bfloat16 { // NOLINT(readability-identifier-naming): as C++23 names such types
  std::uint16_t bits = 0;

  bfloat16() = default;
  explicit bfloat16(float value) {
    const std::uint32_t from = detail::bitsOf(value);
    const bool isNaN = (from & 0x7fffffffu) > 0x7f800000u;
    bits = static_cast<std::uint16_t>(isNaN ? from >> 16 | 0x40u : detail::roundedShift(from, 16));
  }
  explicit operator float() const { return detail::floatOf(std::uint32_t{bits} << 16); }
};

/// IEEE 754's binary16: 5 bits of exponent, 10 of mantissa.
struct float16 { // NOLINT(readability-identifier-naming)
  std::uint16_t bits = 0;

  float16() = default;
  explicit float16(float value) {
    const std::uint32_t from = detail::bitsOf(value), magnitude = from & 0x7fffffffu;
    bits = static_cast<std::uint16_t>((from >> 16 & 0x8000u) | narrowed(magnitude));
  }
  explicit operator float() const {
    const std::uint32_t sign = (bits & 0x8000u) << 16, magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00u) // infinity and NaN
      return detail::floatOf(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
    const float subnormal = static_cast<float>(magnitude) * 0x1p-24f;
    const std::uint32_t wide =
        magnitude < 0x400u ? detail::bitsOf(subnormal) : (magnitude << 13) + (112u << 23);
    return detail::floatOf(sign | wide);
  }

private:
  static std::uint32_t narrowed(std::uint32_t magnitude) {
    if (magnitude > 0x7f800000u)
      return 0x7e00u | (magnitude >> 13 & 0x3ffu); // NaN
    if (magnitude >= 0x477ff000u)
      return 0x7c00u; // 65520 and more round to infinity
    if (magnitude >= 0x38800000u)
      return detail::roundedShift(magnitude - (112u << 23), 13);
    if (magnitude < 0x33000000u)
      return 0; // less than half of the least subnormal number
    // A subnormal number: the mantissa, with its leading one, in units of 2^-24.
    return detail::roundedShift((magnitude & 0x7fffffu) | 0x800000u, 126u - (magnitude >> 23));
  }
};

static_assert(sizeof(bfloat16) == 2 && sizeof(float16) == 2, "as other libraries have them");

} // namespace gaze

#endif // GAZE_RUNTIME_FLOAT16_HPP
