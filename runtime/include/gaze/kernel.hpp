//===- kernel.hpp - What the headers of kernels are made of ---------------------===//
#ifndef GAZE_KERNEL_HPP
#define GAZE_KERNEL_HPP

#include "gaze/gaze.hpp"

#include <array>
#include <cstdint>

namespace gaze {

/// A member that has no default: a struct with one does not compile without a value for it.
template <typename T> class Required {
public:
  /// A whole number may stand for a float, and nothing else for anything.
  template <typename Given,
            typename = std::enable_if_t<std::is_same_v<Given, bool> == std::is_same_v<T, bool> &&
                                        (std::is_integral_v<Given> || std::is_floating_point_v<T>)>>
  Required(Given given) // NOLINT(google-explicit-constructor): {256} is the use
      : value(static_cast<T>(given)) {}
  operator T() const { return value; } // NOLINT(google-explicit-constructor)

private:
  T value;
};

/// A tensor that a pattern reads at run time: `Rank` extents and elements that stay the
/// caller's, dense and in C order; a plan copies them. An int takes std::int32_t or
/// std::int64_t, a float takes float, a bool takes bool or std::uint8_t (0 or 1).
template <gaze_type Type, int Rank> class Input {
public:
  template <typename Element>
  Input(const Element *data,
        const std::array<std::int64_t, static_cast<std::size_t>(Rank)> &extents) {
    constexpr bool isInt =
        std::is_same_v<Element, std::int32_t> || std::is_same_v<Element, std::int64_t>;
    constexpr bool isBool = std::is_same_v<Element, bool> || std::is_same_v<Element, std::uint8_t>;
    static_assert(Type == GAZE_INT    ? isInt
                  : Type == GAZE_BOOL ? isBool
                                      : std::is_same_v<Element, float>,
                  "an int takes std::int32_t or std::int64_t, a float takes float, a bool takes "
                  "bool or std::uint8_t");
    tensor.data = data;
    tensor.element = isBool                                  ? GAZE_ELEMENT_BOOL
                     : std::is_same_v<Element, std::int32_t> ? GAZE_ELEMENT_INT32
                     : std::is_same_v<Element, std::int64_t> ? GAZE_ELEMENT_INT64
                                                             : GAZE_ELEMENT_FLOAT32;
    tensor.rank = Rank;
    for (std::size_t axis = 0; axis < extents.size(); ++axis)
      tensor.extents[axis] = extents[axis];
  }

  operator gaze_input_tensor() const { return tensor; } // NOLINT(google-explicit-constructor)

private:
  gaze_input_tensor tensor = {};
};

} // namespace gaze

#endif // GAZE_KERNEL_HPP
