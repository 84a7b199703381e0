//===- RunMemory.cpp - All that a run works in, in one block of memory ----------===//
#include "runtime/RunMemory.h"

#include "runtime/SelectedBlocks.h"
#include "runtime/Worker.h"

#include <new>

namespace gaze::runtime {
namespace {

std::int64_t mostPieces(const gaze_plan &plan) {
  std::int64_t most = 0;
  for (const Part &part : plan.parts)
    most = std::max(most, Items(plan, part).pieceCount());
  return most;
}

std::int64_t mostItems(const gaze_plan &plan) {
  std::int64_t most = 0;
  for (const Part &part : plan.parts)
    most =
        std::max(most, part.isOfSelectedBlocks() ? itemsOfBlocks(plan) : Items(plan, part).count());
  return most;
}

/// What save_rows leaves of a query.
std::int64_t savedRowLength(const gaze_plan &plan) { return plan.kernel->value_dim + 8; }

std::int64_t planesTogether(const gaze_plan &plan, int threads) {
  if (!plan.isInParts())
    return 0;
  const std::int64_t floats = std::int64_t{threads} << 19;
  return std::clamp<std::int64_t>(floats / (plan.shape.seq_q * savedRowLength(plan)), 1,
                                  plan.planes());
}

std::size_t workerBytes(const gaze_plan &plan) {
  Block count;
  const WorkerMemory worker(count, plan);
  return count.size();
}

} // namespace

StateLayout stateLayout(const gaze_plan &plan, std::int64_t rows) {
  const std::int64_t valueDim = plan.kernel->value_dim;
  return plan.fewRows ? StateLayout{rows, valueDim, valueDim + 2, 1}
                      : StateLayout{rows, valueDim, 1, rows};
}

std::int64_t largestState(const gaze_plan &plan) {
  return stateLayout(plan, plan.fewRows ? plan.kernel->max_rows : plan.kernel->tile_q).size();
}

PieceStates::PieceStates(Block &block, const gaze_plan &plan)
    : size(largestState(plan)), pieces(mostPieces(plan)), states(block.take<float>(pieces * size)),
      done(block.take<std::atomic<std::int64_t>>(pieces)) {}

void PieceStates::restart() {
  for (std::int64_t piece = 0; piece < pieces; ++piece)
    new (done + piece) std::atomic<std::int64_t>(0);
}

RowStates::RowStates(Block &block, const gaze_plan &plan, int threads)
    : rowLength(savedRowLength(plan)), rows(plan.shape.seq_q),
      planes(planesTogether(plan, threads)), states(block.take<float>(planes * rows * rowLength)) {}

WorkerMemory::WorkerMemory(Block &block, const gaze_plan &plan) {
  const gaze_kernel &kernel = *plan.kernel;
  tiles = block.take<std::int32_t>(std::int64_t{kernel.chunk_tiles} * plan.units.ofTile);
  // Each begins where vectors are aligned.
  constexpr std::int64_t unit = vectorAlignment / sizeof(float);
  stateSize = ceilDivide(largestState(plan), unit) * unit;
  states = block.take<float>(2 * Worker::itemsTogether(plan) * stateSize);
  const bool blocks = plan.parts[0].isOfSelectedBlocks();
  const std::int64_t gathered = plan.fewRows ? kernel.max_rows : blocks ? kernel.tile_q : 0;
  queries = block.take<float>(gathered * kernel.head_dim);
  tileLse = block.take<float>(std::max(kernel.tile_q, kernel.max_rows));
  const ListSizes lists = blocks ? listSizes(plan) : ListSizes{};
  rows = block.take<float>(blocks ? kernel.tile_q * savedRowLength(plan) : 0);
  listEnds = block.take<std::int32_t>(lists.blocks);
  listQueries = block.take<std::int32_t>(lists.queries);
  scratch = block.take<unsigned char>(kernel.scratch_bytes);
}

RunMemory::RunMemory(Block &&block, const gaze_plan &plan, int threads)
    : plan(plan), pieces(block, plan), rows(block, plan, threads),
      bytesOfWorker(workerBytes(plan)) {
  const std::int64_t count = std::min<std::int64_t>(threads, mostItems(plan));
  workers = block.take<char>(count * static_cast<std::int64_t>(bytesOfWorker));
  bytes = block.size();
}

std::size_t RunMemory::bytesFor(const gaze_plan &plan, int threads) {
  return RunMemory(Block(), plan, threads).bytes;
}

WorkerMemory RunMemory::ofWorker(int worker) const {
  Block block(workers + static_cast<std::size_t>(worker) * bytesOfWorker);
  return {block, plan};
}

} // namespace gaze::runtime
