//===- Inputs.h - The tensors that a pattern reads at run time -----------------===//
//
// A plan holds a copy of its inputs: its tiles are right for these values alone. All
// ints stand in one array, all floats and all bools in others, so that every kernel
// has the same few arguments, whatever it reads.
//
// What the bounds of a tile need of an input is the least and the greatest of the
// elements that the tile may read, a box of indices. For that each axis is cut into
// zones, and a table holds the two for every combination of a zone of each axis. The
// zones of an axis of n indices, in the order of the table:
//
//   points   one zone of each index, where n <= 256; otherwise none
//   level 4  zones of 16 indices, level 5 of 32, ... up to one zone of `padded` indices,
//            the least power of two that is at least n and at least 16; 8 and no zone
//            where there are no indices
//
// so there are points + padded / 8 - 1, and any range of s indices lies in two
// neighbouring zones of less than 2 s, or 16, indices. The table of an axis with more
// than 256 indices takes at most a quarter of the entries. (Databases call this a zone
// map: Moerkotte, "Small Materialized Aggregates", VLDB 1998.) A box of one index in every
// axis, points or not, is read from the elements, so that a tile within one block of a
// large table of blocks knows it. Where one axis has a range of indices, all have zones.
//
// In the uniforms an input has: the index of its first element in the array of its
// type, that of its first entry in the table of zones, and for each axis its size,
// its points and its padded size. compiler/halide/Inputs.cpp reads them.
//
// Test: test/runtime/InputsTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_INPUTS_H
#define GAZE_RUNTIME_INPUTS_H

#include "gaze/gaze.h"
#include "runtime/Buffers.h"
#include "runtime/Memory.h"

#include <cstdint>

namespace gaze::runtime {

struct Inputs {
  Vector<std::int64_t> ints;
  Vector<float> floats;
  Vector<std::uint8_t> bools;
  Vector<std::int64_t> zones;         ///< [2, n]; of floats as the bit patterns of float64
  Vector<Vector<std::int64_t>> sizes; ///< of the axes, by input

  std::int64_t bytes() const;
};

/// Copies the given tensors and appends what describes them to `uniforms`, which hold the
/// parameters and the shape. Throws a Failure where a tensor is not as declared.
Inputs copyInputs(const gaze_kernel &kernel, const gaze_input_tensor *given, std::int32_t count,
                  Vector<std::int64_t> &uniforms);

/// The buffers that generated functions take first; for one thread.
struct Arguments {
  Buffer uniforms, ints, floats, bools, zones;

  explicit Arguments(const gaze_plan &plan);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_INPUTS_H
