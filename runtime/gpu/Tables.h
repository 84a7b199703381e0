//===- Tables.h - A plan as blocks of threads read it ----------------------------===//
//
// What gaze_gpu_code says of `tiles`, `pieces` and `rows` in gaze/gaze.h. Planes, each a head of a
// batch entry, go one behind the other, so the pieces of some planes are neighbours. Test:
// test/runtime/gpu/TablesTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GPU_TABLES_H
#define GAZE_RUNTIME_GPU_TABLES_H

#include "runtime/Memory.h"
#include "runtime/Plan.h"

#include <cstdint>

namespace gaze::runtime {

constexpr std::int32_t intsOfPiece = 8, intsOfRow = 2;

struct Tables {
  Vector<std::int32_t> tiles;  ///< of each grid once, whatever planes share it
  Vector<std::int32_t> pieces; ///< within a plane the longest rows first
  Vector<std::int32_t> rows;
  Vector<std::int32_t> pieceEnds;            ///< by plane: pieces up to its end
  std::int32_t mostFull = 0, mostMasked = 0; ///< tiles of a piece
};

/// Throws a Failure where numbers would not fit into 32 bits.
Tables tablesOf(const gaze_plan &plan);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_TABLES_H
