//===- Pieces.h - Long rows, cut for several threads ---------------------------===//
#ifndef GAZE_RUNTIME_PIECES_H
#define GAZE_RUNTIME_PIECES_H

#include "runtime/Plan.h"

namespace gaze::runtime {

/// Sets Grid::pieceEnds of all grids: Pieces.cpp says how rows are cut.
void cutLongRows(gaze_plan &plan);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_PIECES_H
