//===- Inputs.h - Elements of run-time tensors as Halide expressions ----------===//
//
// runtime/Inputs.h says how the runtime lays the tensors out.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_INPUTS_H
#define GAZE_COMPILER_HALIDE_INPUTS_H

#include "compiler/Kernel.h"

#include <Halide.h>

#include <vector>

namespace gaze {

/// The buffers that the inputs of a kernel stand in.
struct InputBuffers {
  Halide::ImageParam ints{Halide::Int(64), 1, "ints"};
  Halide::ImageParam floats{Halide::Float(32), 1, "floats"};
  Halide::ImageParam bools{Halide::UInt(8), 1, "bools"};
  Halide::ImageParam zones{Halide::Int(64), 2, "zones"}; ///< bounds functions only
};

/// Where one input stands in them; all are int64.
struct InputAccess {
  struct Axis {
    Halide::Expr size;
    Halide::Expr points; ///< zones of one index each: `size`, or 0 where there are none
    Halide::Expr padded; ///< the power of two that the other zones divide
  };
  ValueType type = ValueType::I64;
  Halide::Expr first;     ///< its first element
  Halide::Expr firstZone; ///< its first zone
  std::vector<Axis> axes;
  /// Of a selection alone (runtime/SelectionTable.h); its axes are groups and blocks.
  Halide::Expr firstGroup, heads;
  bool isSelection() const { return firstGroup.defined(); }
};

/// The accesses of all inputs, and of selections behind them; `uniforms` from `position` on
/// describes them.
std::vector<InputAccess> inputAccesses(const Kernel &kernel, const Halide::ImageParam &uniforms,
                                       int position, const Halide::Expr &heads);

/// The element at `indices` (int64; of a selection batch, head, group and block), each clamped into
/// its axis: int64, float32 or bool.
Halide::Expr loadElement(const InputAccess &input, const InputBuffers &buffers,
                         const std::vector<Halide::Expr> &indices);

/// The least, or the greatest, of the elements that the box of indices `ends` (low, high;
/// an axis after the other) may hold, by its zones, and exactly where it is a single
/// element: int64, float64 (NaN where one is) or, of bools, whether all, or any, are true.
Halide::Expr loadExtreme(const InputAccess &input, const InputBuffers &buffers,
                         const std::vector<Halide::Expr> &ends, bool greatest);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_INPUTS_H
