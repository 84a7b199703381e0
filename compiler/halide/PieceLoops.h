//===- PieceLoops.h - Loops that end where a block's own piece does ------------===//
//
// Halide 21 has no loop around the threads of a block whose length the block looks up: RDom's
// `where` becomes a condition in the body, for trimming gives up at a barrier, and all blocks
// would run to the longest. So such a loop runs to a scalar parameter, the same for all
// blocks, and in the lowered kernel each use of that becomes a load of the block's own.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_PIECELOOPS_H
#define GAZE_COMPILER_HALIDE_PIECELOOPS_H

#include "compiler/halide/Attend.h"

#include <Halide.h>

namespace gaze {

/// Replaces mostFull and mostMasked by the numbers of the block's piece when `pipeline`, whose
/// blocks are the pieces, is compiled.
void useOwnTileCounts(Halide::Pipeline &pipeline, const Attend &attend);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_PIECELOOPS_H
