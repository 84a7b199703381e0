//===- ScheduleGpu.cpp - How a kernel is computed on a GPU ----------------------===//
//
// A block of threads per piece. Tile after tile, its threads bring K into shared memory, each
// computes the scores of its queries and keys in registers, brings V in, and multiplies it by the
// weights for its queries and channels in registers. Barriers stand between, and several blocks on
// a multiprocessor fill the time in which one waits.
//
// The state is in shared memory from tile to tile, and each thread reads and writes its own part
// of it: once a tile, where every element has taken tile_k products. In registers Halide 21 would
// keep the state of the whole block in every thread.
//
// Q is read from global memory, that is from L1, four channels at once: in shared memory it would
// leave too little of 48 KB for the rest.
//
// Shared memory serves twice. Halide gives an allocation the place of one that is no longer
// used, the one nearest in size; what is small and would get in between is allocated outside of the
// loop over tiles (hoist_storage).
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/ScheduleGpu.h"

using namespace Halide;

namespace gaze {
namespace {

/// Rows of the buffer are dense, dimensions begin at 0.
void fixRows(ImageParam &buffer, int extent) {
  buffer.dim(0).set_bounds(0, extent).set_stride(1);
  for (int dimension = 1; dimension < buffer.dimensions(); ++dimension)
    buffer.dim(dimension).set_min(0);
}

/// Loads of K or V that a thread has under way together.
constexpr int loadsTogether = 4;

class TileScheduler {
public:
  TileScheduler(Attend &attend, GpuTiles &of)
      : attend(attend), of(of), sizes(attend.sizes), block(attend.sizes.block) {}

  void schedule() {
    loadTogether(of.keyRows, sizes.headDim);
    of.keyRows.align_storage(attend.di, paddedKeyRow(sizes.headDim));
    loadTogether(of.valueRows, block.paddedValueDim());
    const bool alone = scoresStandAlone(sizes.schedule, sizes.headDim, sizes.valueDim);
    scheduleTile(of.score, of.scores, alone);
    scheduleTile(of.weight, of.weights, alone);
    scheduleDot();
    for (Func *perQuery : {&of.highest, &of.sums})
      scheduleRow(*perQuery);
    scheduleProduct();
    attend.state.update(&of == &attend.fullTiles ? 0 : 1)
        .reorder(of.steps.x, attend.tx, attend.ty, of.steps.y)
        .unroll(of.steps.x)
        .gpu_threads(attend.tx, attend.ty);
  }

private:
  Attend &attend;
  GpuTiles &of;
  const GpuSizes &sizes;
  const GpuBlock &block;

  void inSharedMemory(Func &func, bool outsideOfLoop) {
    func.compute_at(attend.state, of.steps.y).store_in(MemoryType::GPUShared);
    if (outsideOfLoop)
      func.hoist_storage(attend.states, attend.piece);
  }

  /// Neighbouring threads have neighbouring places, turn after turn.
  void dealOut(Stage stage, const Var &dimension, const Var &turn) {
    Var place("place");
    stage.split(dimension, turn, place, block.threads(), TailStrategy::GuardWithIf)
        .split(place, attend.ty, attend.tx, block.columns, TailStrategy::GuardWithIf)
        .reorder(turn, attend.tx, attend.ty)
        .gpu_threads(attend.tx, attend.ty);
  }

  void loadTogether(Func &rows, int rowLength) {
    Var element("element"), turn("turn"), turns("turns");
    inSharedMemory(rows, false);
    rows.bound_extent(attend.di, rowLength)
        .bound_extent(attend.ki, sizes.schedule.tileK)
        .fuse(attend.di, attend.ki, element);
    dealOut(rows, element, turn);
    rows.split(turn, turns, turn, loadsTogether, TailStrategy::GuardWithIf).unroll(turn);
  }

  /// A thread computes its elements in registers, and stores four rows at once. (Halide 21 fails
  /// on conditions in vectors of OpenCL.)
  void scheduleTile(Func &value, Func &tile, bool outsideOfLoop) {
    inSharedMemory(tile, outsideOfLoop);
    tile.bound_extent(attend.row, block.rows)
        .bound_extent(attend.ty, block.lines)
        .bound_extent(attend.tx, block.columns)
        .bound_extent(attend.key, block.keys)
        .reorder(attend.row, attend.key, attend.tx, attend.ty)
        .vectorize(attend.row)
        .unroll(attend.key)
        .gpu_threads(attend.tx, attend.ty);
    value.compute_at(tile, attend.key).bound_extent(attend.row, block.rows).unroll(attend.row);
  }

  void scheduleDot() {
    RVar four("four"), inFour("in_four");
    of.dot.compute_at(of.scores, attend.tx)
        .bound_extent(attend.row, block.rows)
        .bound_extent(attend.key, block.keys)
        .unroll(attend.row)
        .unroll(attend.key);
    of.dot.update()
        .split(of.dimension, four, inFour, 4)
        .reorder(attend.row, attend.key, inFour, four)
        .unroll(attend.row)
        .unroll(attend.key)
        .unroll(inFour);
    of.queryPart.compute_at(of.dot, four).vectorize(attend.di).unroll(attend.qi);
    of.keyPart.compute_at(of.dot, four).vectorize(attend.di).unroll(attend.key);
  }

  void scheduleRow(Func &perQuery) {
    Var turn("turn");
    inSharedMemory(perQuery, true);
    perQuery.bound_extent(attend.qi, sizes.schedule.tileQ);
    dealOut(perQuery, attend.qi, turn);
    perQuery.update().unroll(of.keys);
    dealOut(perQuery.update(), attend.qi, turn);
  }

  void scheduleProduct() {
    of.product.compute_at(attend.state, attend.tx)
        .bound_extent(attend.row, block.rows)
        .bound_extent(attend.channel, block.channels)
        .unroll(attend.row)
        .unroll(attend.channel);
    of.product.update()
        .reorder(attend.row, attend.channel, of.keys)
        .unroll(attend.row)
        .unroll(attend.channel);
    of.weightPart.compute_at(of.product, of.keys).vectorize(attend.row);
    Var four("four"), inFour("in_four");
    of.valuePart.compute_at(of.product, of.keys)
        .bound_extent(attend.channel, block.channels)
        .split(attend.channel, four, inFour, 4)
        .vectorize(inFour)
        .unroll(four);
  }
};

/// What both functions that merge read.
void fixMerged(MergedRows &merged) {
  fixRows(merged.states, merged.sizes.block.threads() * merged.sizes.block.stateFloats());
  fixRows(merged.rows, 2);
}

constexpr int finishColumns = 32, finishLines = 4;

} // namespace

void scheduleForGpu(Attend &attend) {
  const GpuSizes &sizes = attend.sizes;
  const GpuBlock &block = sizes.block;
  for (ImageParam *buffer : {&attend.q, &attend.k, &attend.v})
    fixRows(*buffer, buffer == &attend.v ? sizes.valueDim : sizes.headDim);
  attend.q.set_host_alignment(4 * attend.q.type().bytes());
  attend.pieces.dim(0).set_bounds(0, Attend::pieceFields).set_stride(1);
  attend.pieces.dim(1).set_min(0).set_stride(Attend::pieceFields);
  for (ImageParam *list : {&attend.tiles, &attend.uniforms, &attend.inputs.ints,
                           &attend.inputs.floats, &attend.inputs.bools})
    list->dim(0).set_min(0);

  Var rest("rest");
  const int floats = block.threads() * block.stateFloats();
  attend.states.bound(attend.element, 0, floats)
      .split(attend.element, rest, attend.tx, block.columns)
      .split(rest, attend.slot, attend.ty, block.lines)
      .reorder(attend.slot, attend.tx, attend.ty, attend.piece)
      .gpu_blocks(attend.piece)
      .gpu_threads(attend.tx, attend.ty);
  attend.states.output_buffer().dim(0).set_bounds(0, floats).set_stride(1);
  attend.states.output_buffer().dim(1).set_min(0).set_stride(floats);
  attend.state.compute_at(attend.states, attend.piece)
      .store_in(MemoryType::GPUShared)
      .bound_extent(attend.tx, block.columns)
      .bound_extent(attend.ty, block.lines)
      .bound_extent(attend.slot, block.stateFloats())
      .reorder(attend.slot, attend.tx, attend.ty)
      .unroll(attend.slot)
      .gpu_threads(attend.tx, attend.ty);
  TileScheduler(attend, attend.fullTiles).schedule();
  TileScheduler(attend, attend.maskedTiles).schedule();
}

void scheduleForGpu(FinishPieces &finish) {
  fixMerged(finish);
  Var outer("outer"), inner("inner"), tile("tile"), line("line"), plane("plane");
  finish.out.bound(finish.di, 0, finish.sizes.valueDim)
      .split(finish.di, outer, inner, finishColumns, TailStrategy::GuardWithIf)
      .split(finish.qi, tile, line, finishLines, TailStrategy::GuardWithIf)
      .fuse(finish.hi, finish.bi, plane)
      .reorder(outer, inner, line, tile, plane)
      .gpu_blocks(tile, plane)
      .gpu_threads(inner, line);
  finish.out.output_buffer().dim(0).set_bounds(0, finish.sizes.valueDim).set_stride(1);
  for (Func *row : {&finish.highest, &finish.total})
    row->compute_at(finish.out, inner);
  finish.values.compute_at(finish.out, outer);
}

void scheduleForGpu(LogSumExpOfPieces &lse) {
  fixMerged(lse);
  Var tile("tile"), line("line"), plane("plane");
  lse.lse.split(lse.qi, tile, line, finishColumns * finishLines, TailStrategy::GuardWithIf)
      .fuse(lse.hi, lse.bi, plane)
      .gpu_blocks(tile, plane)
      .gpu_threads(line);
  for (Func *row : {&lse.highest, &lse.total})
    row->compute_at(lse.lse, line);
}

} // namespace gaze
