//===- Elements.h - What Q, K, V and the output hold ---------------------------===//
//
// float16 and bfloat16 are widened to float32, exactly, and rounded from it, to nearest
// even. By bits wherever the target has no instruction for it: Halide would call a
// function for each element, or lose NaN.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_ELEMENTS_H
#define GAZE_COMPILER_HALIDE_ELEMENTS_H

#include "gaze/gaze.h"

#include <Halide.h>

namespace gaze {

/// A type, and what the target does with it.
struct ElementUse {
  gaze_element type;
  bool converts;       ///< float16 to float32 and back
  bool dotsPairs;      ///< bfloat16 in pairs, added to float32: vdpbf16ps
  bool asBits = false; ///< 16-bit elements are uint16 to Halide

  Halide::Type halideType() const;
  bool isWide() const { return type == GAZE_ELEMENT_FLOAT32; }

  /// `element` in float32.
  Halide::Expr widened(const Halide::Expr &element) const;
  /// `value`, in float32, as an element. NaN stays NaN, what is too large is infinite.
  Halide::Expr rounded(const Halide::Expr &value) const;
};

/// A float32 from 0 to 1, or NaN, rounded to the 8 bits of a bfloat16's mantissa.
Halide::Expr roundedWeight(const Halide::Expr &weight);
/// Such a float32 as bfloat16.
Halide::Expr narrowedWeight(const Halide::Expr &weight);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_ELEMENTS_H
