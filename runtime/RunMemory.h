//===- RunMemory.h - All that a run works in, in one block of memory ------------===//
//
// Its size follows from the plan and the number of threads, so a run takes one block, or
// gets it from a gaze_workspace, and allocates nothing else. The same code that deals a
// block out counts, without one, how large it must be.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_RUNMEMORY_H
#define GAZE_RUNTIME_RUNMEMORY_H

#include "runtime/Items.h"
#include "runtime/Memory.h"
#include "runtime/Merge.h"
#include "runtime/Plan.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gaze::runtime {

/// The order of a state's elements in the kernel that a plan has chosen.
StateLayout stateLayout(const gaze_plan &plan, std::int64_t rows);
/// The largest that an item of the plan has.
std::int64_t largestState(const gaze_plan &plan);

/// Deals out a block, piece by piece; without one it counts.
class Block {
public:
  explicit Block(void *memory = nullptr) : begin(static_cast<char *>(memory)) {}

  template <typename T> T *take(std::int64_t count) {
    char *const taken = begin ? begin + used : nullptr;
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
    used += (bytes + vectorAlignment - 1) / vectorAlignment * vectorAlignment;
    return reinterpret_cast<T *>(taken);
  }
  std::size_t size() const { return used; }

private:
  char *begin;
  std::size_t used = 0;
};

/// The states of rows that are cut into pieces, shared by the workers of a run.
class PieceStates {
public:
  PieceStates(Block &block, const gaze_plan &plan);

  /// Before the items of a part, or of some planes of it: no piece is done.
  void restart();
  float *at(std::int64_t piece) { return states + piece * size; }
  /// One more of the pieces of a row is done: whether it was the last. Then all of them
  /// can be read.
  bool finishes(const Item &item) { return ++done[item.firstPiece] == item.pieces; }

private:
  std::int64_t size, pieces; ///< of the part that has most
  float *states;
  std::atomic<std::int64_t> *done; ///< by the row's first piece
};

/// Between two parts the state of every query goes through memory, query by query
/// (save_rows in gaze/gaze.h), for as many heads at a time as a bound allows.
class RowStates {
public:
  /// Nothing where there is one part.
  RowStates(Block &block, const gaze_plan &plan, int threads);

  /// How many planes go at a time: threads share the caches, and so much memory.
  std::int64_t planesAtATime() const { return planes; }
  /// The next planes, from `plane` on, take the memory of those before.
  void startAt(std::int64_t plane) { firstPlane = plane; }

  float *at(std::int64_t plane, std::int64_t row) {
    return states + ((plane - firstPlane) * rows + row) * rowLength;
  }

  const std::int64_t rowLength;

private:
  const std::int64_t rows, planes;
  float *states;
  std::int64_t firstPlane = 0;
};

/// What one worker has for itself.
struct WorkerMemory {
  WorkerMemory(Block &block, const gaze_plan &plan);

  std::int32_t *tiles; ///< of a chunk
  float *states;       ///< two for each item that is computed side by side
  std::int64_t stateSize;
  float *queries; ///< of an item with few rows, or of a tile of a selected block
  float *tileLse; ///< where rows of the output are no neighbours, or nobody asks
  /// For selected blocks: saved rows of a tile, and lists (SelectedBlocks.h).
  float *rows;
  std::int32_t *listEnds, *listQueries;
  unsigned char *scratch;
};

class RunMemory {
public:
  /// `memory` holds bytesFor(plan, threads).
  RunMemory(void *memory, const gaze_plan &plan, int threads)
      : RunMemory(Block(memory), plan, threads) {}

  static std::size_t bytesFor(const gaze_plan &plan, int threads);

  WorkerMemory ofWorker(int worker) const;

private:
  RunMemory(Block &&block, const gaze_plan &plan, int threads);

  const gaze_plan &plan;

public:
  PieceStates pieces;
  RowStates rows;

private:
  const std::size_t bytesOfWorker;
  char *workers;
  std::size_t bytes;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_RUNMEMORY_H
