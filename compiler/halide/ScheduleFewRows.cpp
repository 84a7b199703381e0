//===- ScheduleFewRows.cpp - How few rows over many keys are computed ---------===//
//
// The reads of K and V are what this waits for, so they go through memory in whole rows,
// one behind the other, as the machine's own prefetching likes them: a block of a few
// keys is read into L1 first, widened, and serves all rows from there, while lines some
// keys ahead are on their way. Reading it where it is used, a column of registers at a
// time, takes nearly twice as long.
//
// The scores of a register block are those of one row with as many keys as a vector has
// lanes: so many accumulators hide the latency of a multiply-add, and a vector of scores
// comes out of their horizontal sums.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/ScheduleCpu.h"

#include <algorithm>
#include <numeric>

using namespace Halide;

namespace gaze {
namespace {

/// The largest divisor of `count` up to `limit`.
int divisorUpTo(int limit, int count) {
  int divisor = std::min(limit, count);
  while (count % divisor != 0)
    --divisor;
  return divisor;
}

/// Reads rows one behind the other, a cache line at a time and each line fetched ahead, and
/// keeps the same vector of all of them together, as it is used. (LLVM would make calls of
/// memmove of whole rows.)
void readRows(Func &rows, ImageParam &from, int rowSize, const AccumulateRows &a) {
  constexpr int lineFloats = 16, floatsAhead = 2048;
  rows.reorder(a.li, a.vi, a.ki, a.ti)
      .vectorize(a.li)
      .unroll(a.vi, divisorUpTo(lineFloats / a.lanes, rowSize / a.lanes))
      .reorder_storage(a.li, a.ki, a.vi, a.ti)
      .prefetch(from, a.vi, a.ki, floatsAhead / rowSize, PrefetchBoundStrategy::NonFaulting);
}

void scheduleScores(AccumulateRows &a, RowTiles &of, int mostTiles) {
  const Var block("block"), key("key");
  of.scores.compute_root()
      .bound_storage(a.ti, mostTiles)
      .split(a.ki, block, key, a.lanes)
      .reorder(key, a.ri, block, a.ti)
      .vectorize(key)
      .never_partition_all();
  readRows(of.keyVectors.compute_at(of.scores, block), a.k, a.sizes.headDim, a);
  of.dot.compute_at(of.scores, a.ri).vectorize(a.ki, a.lanes);
  of.dot.update().atomic().reorder(a.lane, a.ki).vectorize(a.lane).vectorize(a.ki, a.lanes);
  of.laneSums.compute_at(of.scores, a.ri).vectorize(a.li).unroll(a.ki);
  of.laneSums.update()
      .reorder(a.li, a.ki, a.step)
      .vectorize(a.li)
      .unroll(a.ki)
      .unroll(a.step, divisorUpTo(2, a.sizes.headDim / a.lanes));
}

void scheduleSoftmax(AccumulateRows &a, RowTiles &of, int update, int mostTiles) {
  for (Func *reduction : {&a.laneHighest, &a.laneSum})
    reduction->update(update)
        .reorder(a.li, of.vectors.x, a.ri, of.vectors.y)
        .vectorize(a.li)
        .unroll(of.vectors.x, divisorUpTo(4, of.width / a.lanes));
  of.weights.compute_root()
      .bound_storage(a.ti, mostTiles)
      .reorder(a.ki, a.ri, a.ti)
      .vectorize(a.ki, a.lanes);
}

void scheduleValues(AccumulateRows &a, RowTiles &of, int update, int vectors) {
  const Var block("block"), vector("vector"), element("element");
  a.values.update(update)
      .split(a.di, block, a.di, vectors * a.lanes)
      .reorder(a.di, a.rj, a.rb, block, of.blocks.x, of.blocks.y)
      .vectorize(a.di, a.lanes)
      .unroll(a.di)
      .unroll(a.rj);
  of.product.compute_at(a.values, a.rb).vectorize(a.di, a.lanes).unroll(a.di).unroll(a.rj);
  of.product.update()
      .split(a.di, vector, element, a.lanes)
      .reorder(element, vector, a.rj, of.blockKeys)
      .vectorize(element)
      .unroll(vector)
      .unroll(a.rj)
      .unroll(of.blockKeys, 2);
  readRows(of.valueVectors.compute_at(a.values, of.blocks.x), a.v, a.sizes.valueDim, a);
}

} // namespace

void scheduleForCpu(AccumulateRows &a, const Schedule &schedule, int lanes) {
  const KernelSizes &sizes = a.sizes;
  for (ImageParam *input : {&a.q, &a.k, &a.v})
    input->dim(0).set_bounds(0, input == &a.v ? sizes.valueDim : sizes.headDim);
  a.q.dim(1).set_min(0);
  a.q.dim(2).set_min(0);
  a.k.dim(1).set_min(0);
  a.v.dim(1).set_min(0);
  a.tiles.dim(0).set_min(0);
  a.uniforms.dim(0).set_min(0);
  a.stateIn.dim(0).set_bounds(0, sizes.valueDim + 2);
  a.stateIn.dim(1).set_min(0).set_stride(sizes.valueDim + 2);
  OutputImageParam stateOut = a.stateOut.output_buffer();
  stateOut.dim(0).set_bounds(0, sizes.valueDim + 2);
  stateOut.dim(1).set_min(0).set_stride(sizes.valueDim + 2);

  a.queryOf.compute_root();
  a.headOf.compute_root();
  for (Func &value : a.rowValues)
    value.compute_root();
  a.queries.compute_root().vectorize(a.di, a.lanes);
  a.values.compute_root().bound(a.rj, 0, a.rowBlock).vectorize(a.di, a.lanes);
  a.laneHighest.compute_root().vectorize(a.li);
  a.laneSum.compute_root().vectorize(a.li);
  // Registers for the accumulators, their vectors of V, and a weight.
  const int accumulators = lanes >= 16 ? 16 : 8;
  const int vectors = divisorUpTo(accumulators / a.rowBlock, sizes.valueDim / a.lanes);
  int update = 0;
  for (RowTiles *of : {&a.fullTiles, &a.partialTiles}) {
    const int mostTiles = schedule.chunkTiles * (sizes.tileK / of->width);
    scheduleScores(a, *of, mostTiles);
    scheduleSoftmax(a, *of, update, mostTiles);
    scheduleValues(a, *of, update, vectors);
    ++update;
  }
  for (Func *func :
       {&a.factor, &a.highest, &a.reference, &a.sum, &a.newHighest, &a.oldFactor, &a.newFactor})
    func->compute_root();
  a.stateOut.update(0).vectorize(a.channel, a.lanes);
  a.stateOut.update(1).unscheduled();
  a.stateOut.update(2).unscheduled();
}

void scheduleForCpu(FinishRows &f, int lanes) {
  f.state.dim(0).set_bounds(0, f.sizes.valueDim + 2);
  f.state.dim(1).set_min(0).set_stride(f.sizes.valueDim + 2);
  OutputImageParam out = f.out.output_buffer();
  out.dim(0).set_bounds(0, f.sizes.valueDim);
  out.dim(1).set_min(0);
  f.lse.output_buffer().dim(0).set_min(0);
  f.out.vectorize(f.di, std::gcd(lanes, f.sizes.valueDim));
}

} // namespace gaze
