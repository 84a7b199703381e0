//===- Worker.h - One thread's part of a run -----------------------------------===//
#ifndef GAZE_RUNTIME_WORKER_H
#define GAZE_RUNTIME_WORKER_H

#include "runtime/Items.h"
#include "runtime/Merge.h"
#include "runtime/Plan.h"
#include "runtime/RowStates.h"
#include "runtime/Scratch.h"
#include "runtime/Tensors.h"
#include "runtime/TileList.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace gaze::runtime {

using Floats = std::unique_ptr<float[], FreeFloats>;

/// The states of rows that are cut into pieces, shared by the workers of a run.
class PieceStates {
public:
  PieceStates(std::int64_t pieces, std::int64_t stateSize);

  float *at(std::int64_t piece) { return states.get() + piece * size; }
  /// One more of the pieces of a row is done: whether it was the last. Then all of them
  /// can be read.
  bool finishes(const Item &item);

private:
  const std::int64_t size;
  Floats states;
  std::vector<std::atomic<std::int64_t>> done; ///< by the row's first piece
};

/// The order of a state's elements in the kernel that a plan has chosen.
StateLayout stateLayout(const gaze_plan &plan, std::int64_t rows);
/// The largest that an item of the plan has.
std::int64_t largestState(const gaze_plan &plan);

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

/// Computes work items. Everything that it needs is allocated beforehand.
class Worker {
public:
  Worker(const gaze_plan &plan, const Tensors &tensors, const Stage &stage);

  /// The most items that are computed side by side.
  static constexpr std::int64_t mostTogether = 8;

  /// Items [begin, end).
  void run(const Items &items, std::int64_t begin, std::int64_t end);

private:
  /// An item and how far it is.
  struct Work {
    Item item;
    std::optional<TileList> list;
    std::int64_t chunk, endChunk;
    std::array<Floats, 2> states; ///< the first is the current one
  };

  const gaze_plan &plan;
  const gaze_kernel &kernel;
  const gaze_shape &shape;
  const Tensors &tensors;
  const Stage &stage;
  Scratch scratch;
  std::vector<std::int32_t> tiles;
  Arguments arguments;
  std::vector<Work> work; ///< one behind the other of a head
  Floats queries;         ///< of an item with few rows
  Floats tileLse;         ///< where rows of the output are no neighbours, or nobody asks

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
