//===- SelectedBlocks.h - Blocks of keys with the queries that selected them ------===//
//
// Where each query selects blocks of its own, a tile of queries needs the union of theirs, which
// soon is everything. Taken block by block, with the queries that have selected it, nothing
// is computed in vain: queries and their states are gathered tile by tile, and the kernel
// needs no mask. Queries go in bands, whose states stay in a core's cache.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_SELECTEDBLOCKS_H
#define GAZE_RUNTIME_SELECTEDBLOCKS_H

#include "runtime/Plan.h"
#include "runtime/RunMemory.h"
#include "runtime/Tensors.h"
#include "runtime/Threads.h"

#include <cstdint>

namespace gaze::runtime {

/// Whether the blocks of a plan's only selection can be taken so: they are whole units.
bool canTakeBlocks(const gaze_plan &plan);

/// The keys of every block, as a row of tiles each.
Grid blockGrid(const gaze_plan &plan);

/// What the blocks of some planes take, in the unit of costOf, where a tile of queries
/// takes `costOfTile` beside its keys. From so many bands, at least one.
double costOfBlocks(const gaze_plan &plan, const Grid &blocks, std::int64_t head,
                    std::int64_t batch, std::int64_t costOfTile, std::int64_t samples);

/// The tiles of all planes: full ones and partial ones.
struct TileCounts {
  std::int64_t rows, full, partial;
};
TileCounts countTiles(const gaze_plan &plan, const Grid &blocks);

/// Work items of all planes.
std::int64_t itemsOfBlocks(const gaze_plan &plan);

/// What a worker keeps in lists, at most: of each block, and of each query that selects one.
struct ListSizes {
  std::int64_t blocks, queries;
};
ListSizes listSizes(const gaze_plan &plan);

/// Computes the selected blocks of planes [begin, end) into memory.rows, which they begin.
void runBlocks(const gaze_plan &plan, const Part &part, const Tensors &tensors, std::int64_t begin,
               std::int64_t end, const Threads &threads, RunMemory &memory);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_SELECTEDBLOCKS_H
