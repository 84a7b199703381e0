//===- Worker.h - One thread's part of a run -----------------------------------===//
#ifndef GAZE_RUNTIME_WORKER_H
#define GAZE_RUNTIME_WORKER_H

#include "runtime/Items.h"
#include "runtime/Memory.h"
#include "runtime/Merge.h"
#include "runtime/Plan.h"
#include "runtime/RunMemory.h"
#include "runtime/Scratch.h"
#include "runtime/Tensors.h"
#include "runtime/TileList.h"

#include <array>
#include <cstdint>
#include <optional>

namespace gaze::runtime {

/// A part of a plan within a run.
struct Stage {
  const Part &part;
  PieceStates &pieces;
  RowStates *rows; ///< null where there is one part
  bool isFirst, isLast;
};

/// Rows of Q and of the output.
struct QueryRows {
  std::int64_t first, step, count;
};

/// Computes work items, in memory that it is given.
class Worker {
public:
  Worker(const gaze_plan &plan, const Tensors &tensors, const Stage &stage,
         const WorkerMemory &memory);

  /// The most items that are computed side by side.
  static constexpr std::int64_t mostTogether = 8;
  static std::int64_t itemsTogether(const gaze_plan &plan) {
    return plan.fewRows ? 1 : mostTogether;
  }

  /// Items [begin, end).
  void run(const Items &items, std::int64_t begin, std::int64_t end);

private:
  /// An item and how far it is.
  struct Work {
    Item item;
    std::optional<TileList> list;
    std::int64_t chunk, endChunk;
    std::array<float *, 2> states; ///< the first is the current one
  };

  const gaze_plan &plan;
  const gaze_kernel &kernel;
  const gaze_shape &shape;
  const Tensors &tensors;
  const Stage &stage;
  const WorkerMemory memory;
  Scratch scratch;
  Arguments arguments;
  std::array<Work, mostTogether> work; ///< one behind the other of a head

  QueryRows rowsOfItem(const Item &item) const;
  Buffer savedRows(const Item &item) const;
  StateLayout layoutOf(const Item &item) const;
  Buffer stateBuffer(float *state, const StateLayout &layout) const;

  Buffer queriesOf(const Item &item) const;

  void runTogether(std::size_t count);
  void begin(Work &of);
  void accumulate(Work &of);
  void end(Work &of);
  void gatherQueries(const Item &item);
  void mergePieces(Work &of);
  void mergeRows(Work &of);
  void saveRows(Work &of);
  void finish(Work &of);
  void finishHead(const Item &item, std::int64_t head, Buffer &state);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_WORKER_H
