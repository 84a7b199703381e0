//===- ScheduleCpu.cpp - How a kernel is computed on a CPU --------------------===//
//
// Queries are in the vector lanes. The query tile is transposed once, so that the
// score of a vector of queries with a key adds queries(.., d) times one broadcast
// element of K: neither K nor V is packed, there are no horizontal sums, and the
// softmax is plain vector code. A register block is tile_q / lanes vectors of
// queries times `keys` keys (or `channels` channels of V); its accumulators live in
// registers over the whole reduction.
//
// Tiles of K and V that are widened to float32 are so once, for all queries of the tile,
// into L1; so are tiles whose rows come from a list. Where pairs of bfloat16 are multiplied, K is
// broadcast as it stands, two elements at once, and V and the weights are put side by side by pairs
// of keys.
//
// The scores and weights of one step (tile_q x tile_k x chunk_tiles floats each)
// stay in L2; K and V come tile by tile and stay in L1 for the register blocks
// that share them.
//
// There is no parallel loop: the runtime calls the kernel from many threads.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/ScheduleCpu.h"

using namespace Halide;

namespace gaze {
namespace {

/// Fixes a dimension of a buffer to [0, extent).
void fixExtent(ImageParam &buffer, int dimension, int extent) {
  buffer.dim(dimension).set_bounds(0, extent);
}

/// The loops of a register block: `inner` accumulators for each vector of queries,
/// zeroed and then added to over `reduction`.
void registerBlock(Func &block, const Var &qi, const Var &inner, const RVar &reduction, int lanes) {
  block.vectorize(qi, lanes).unroll(qi).unroll(inner);
  block.update()
      .reorder(qi, inner, reduction)
      .vectorize(qi, lanes)
      .unroll(qi)
      .unroll(inner)
      .unroll(reduction, 2);
}

/// The same over `pairs` of neighbours.
void pairedBlock(Func &block, const Var &qi, const Var &inner, const RDom &pairs, int lanes) {
  block.vectorize(qi, lanes).unroll(qi).unroll(inner);
  block.update()
      .reorder(pairs.x, qi, inner, pairs.y)
      .atomic()
      .vectorize(pairs.x, 2)
      .vectorize(qi, lanes)
      .unroll(qi)
      .unroll(inner);
}

/// The widest vector that divides a row.
int rowVector(int dim, int lanes) { return dim % lanes == 0 ? lanes : 8; }

/// Rows of K or V that are prepared for a tile.
void prepared(Func &func, const Var &di, int dim, int lanes) {
  func.bound_extent(di, dim).vectorize(di, rowVector(dim, lanes)).unroll(di);
}

/// Q by vectors of queries, transposed in registers.
void transposed(Func &queries, Func &queryRows, const Var &qi, const Var &di, int lanes) {
  const Var qBlock("q_block"), dBlock("d_block"), qInner("q_inner"), dInner("d_inner");
  queries.compute_root()
      .tile(qi, di, qBlock, dBlock, qInner, dInner, lanes, 8)
      .vectorize(qInner)
      .unroll(dInner)
      .unroll(qBlock);
  queryRows.compute_at(queries, qBlock).store_in(MemoryType::Register).vectorize(di, 8).unroll(qi);
}

/// Rows in memory of what has queries in the lanes, transposed in registers.
void rowsOfQueries(Func &out, Func &elements, const Var &di, const Var &qi, int lanes) {
  const Var qBlock("q_block"), dBlock("d_block"), qInner("q_inner"), dInner("d_inner");
  out.tile(di, qi, dBlock, qBlock, dInner, qInner, 8, lanes, TailStrategy::GuardWithIf)
      .vectorize(dInner)
      .unroll(qInner);
  elements.compute_at(out, dBlock)
      .store_in(MemoryType::Register)
      .bound_extent(qi, lanes)
      .vectorize(qi)
      .unroll(di);
}

void rows(Func &func, const Var &qi, int lanes) {
  func.compute_root().vectorize(qi, lanes).unroll(qi);
}

} // namespace

void scheduleForCpu(Accumulate &a, const Schedule &schedule, int lanes) {
  const KernelSizes &sizes = a.sizes;
  const Var qi = a.qi, ki = a.ki, di = a.di;
  // Listed rows are far apart: often they would push each other out of L1.
  const bool staged = !sizes.element.isWide() || a.order == KeyOrder::Listed;

  // Buffers: dense rows, everything but seq_q, seq_k and the strides of rows is fixed.
  for (ImageParam *input : {&a.q, &a.k, &a.v}) {
    fixExtent(*input, 0, input == &a.v ? sizes.valueDim : sizes.headDim);
    input->dim(1).set_min(0);
  }
  a.tiles.dim(0).set_min(0);
  a.keyList.dim(0).set_min(0);
  a.uniforms.dim(0).set_min(0);
  fixExtent(a.stateIn, 0, sizes.tileQ);
  fixExtent(a.stateIn, 1, sizes.valueDim + 2);
  a.stateIn.dim(1).set_stride(sizes.tileQ);
  OutputImageParam stateOut = a.stateOut.output_buffer();
  stateOut.dim(0).set_bounds(0, sizes.tileQ);
  stateOut.dim(1).set_bounds(0, sizes.valueDim + 2).set_stride(sizes.tileQ);

  for (Func &value : a.rowValues)
    rows(value, qi, lanes);
  rows(a.factor, qi, lanes);
  if (sizes.inPairs()) {
    a.queryPairs.compute_root()
        .reorder(a.side, qi, di)
        .bound(a.side, 0, 2)
        .unroll(a.side)
        .vectorize(qi, lanes)
        .unroll(qi);
  } else {
    transposed(a.queries, a.queryRows, qi, di, lanes);
  }

  // Scores.
  const int mostFull = schedule.chunkTiles, mostPartial = mostFull * (sizes.tileK / sizes.edgeK);
  for (Tiles *of : {&a.fullTiles, &a.partialTiles}) {
    const Var block("block"), key("key");
    of->scores.compute_root()
        .bound_storage(a.ti, of == &a.fullTiles ? mostFull : mostPartial)
        .split(ki, block, key, schedule.keys)
        .reorder(qi, key, block, a.ti)
        .vectorize(qi, lanes)
        .unroll(qi)
        .unroll(key)
        .never_partition_all();
    of->dot.compute_at(of->scores, block);
    if (sizes.inPairs()) {
      pairedBlock(of->dot, qi, ki, a.dimensionPairs, lanes);
      continue;
    }
    registerBlock(of->dot, qi, ki, a.dimension, lanes);
    if (staged) {
      of->keyRows.compute_at(of->scores, a.ti);
      prepared(of->keyRows, di, sizes.headDim, lanes);
    }
  }

  // Softmax.
  rows(a.highest, qi, lanes);
  rows(a.reference, qi, lanes);
  rows(a.sum, qi, lanes);
  int update = 0;
  for (Tiles *of : {&a.fullTiles, &a.partialTiles}) {
    a.highest.update(update)
        .reorder(qi, of->pairs.x, of->pairs.y)
        .vectorize(qi, lanes)
        .unroll(qi)
        .unroll(of->pairs.x, 4);
    rows(of->sums, qi, lanes);
    of->sums.unroll(a.ri)
        .update()
        .reorder(qi, of->slices.x, of->slices.y, of->slices.z)
        .vectorize(qi, lanes)
        .unroll(qi)
        .unroll(of->slices.x);
    rows(of->weights, qi, lanes);
    of->weights.reorder(qi, ki, a.ti)
        .unroll(ki, 2)
        .bound_storage(a.ti, of == &a.fullTiles ? mostFull : mostPartial);
    ++update;
  }

  // Weights times V.
  rows(a.values, qi, lanes);
  update = 0;
  for (Tiles *of : {&a.fullTiles, &a.partialTiles}) {
    const Var block("block"), channel("channel");
    a.values.update(update++)
        .split(di, block, channel, schedule.channels)
        .reorder(qi, channel, block, of->all)
        .vectorize(qi, lanes)
        .unroll(qi)
        .unroll(channel);
    of->product.compute_at(a.values, block);
    if (of == &a.fullTiles && sizes.inPairs()) {
      pairedBlock(of->product, qi, di, a.keyPairs, lanes);
      a.weightPairs.compute_at(a.values, of->all.x)
          .reorder(a.side, qi, ki)
          .bound_extent(a.side, 2)
          .unroll(a.side)
          .vectorize(qi, lanes)
          .unroll(qi);
      a.valuePairs.compute_at(a.values, of->all.x)
          .reorder(a.side, di, ki)
          .bound_extent(a.side, 2)
          .unroll(a.side);
      prepared(a.valuePairs, di, sizes.valueDim, lanes);
      continue;
    }
    registerBlock(of->product, qi, di, of->keys, lanes);
    if (staged) {
      of->valueRows.compute_at(a.values, of->all.x);
      prepared(of->valueRows, di, sizes.valueDim, lanes);
    }
  }

  rows(a.newHighest, qi, lanes);
  rows(a.oldFactor, qi, lanes);
  rows(a.newFactor, qi, lanes);
  a.stateOut.vectorize(qi, lanes);
  a.stateOut.update(0).reorder(qi, a.channel).vectorize(qi, lanes).unroll(qi);
  a.stateOut.update(1).vectorize(qi, lanes);
  a.stateOut.update(2).vectorize(qi, lanes);
}

void scheduleForCpu(Finish &f, int lanes) {
  fixExtent(f.state, 0, f.sizes.tileQ);
  fixExtent(f.state, 1, f.sizes.valueDim + 2);
  f.state.dim(1).set_stride(f.sizes.tileQ);
  OutputImageParam out = f.out.output_buffer();
  out.dim(0).set_bounds(0, f.sizes.valueDim);
  out.dim(1).set_min(0);
  f.lse.output_buffer().dim(0).set_min(0);
  f.reciprocal.compute_root().vectorize(f.qi, lanes, TailStrategy::GuardWithIf);
  rowsOfQueries(f.out, f.scaled, f.di, f.qi, lanes);
  f.lse.vectorize(f.qi, lanes, TailStrategy::GuardWithIf);
}

void scheduleForCpu(SaveRows &s, int lanes) {
  const int length = SaveRows::rowLength(s.sizes);
  fixExtent(s.state, 0, s.sizes.tileQ);
  fixExtent(s.state, 1, s.sizes.valueDim + 2);
  s.state.dim(1).set_stride(s.sizes.tileQ);
  OutputImageParam rows = s.rows.output_buffer();
  rows.dim(0).set_bounds(0, length);
  rows.dim(1).set_min(0);
  rowsOfQueries(s.rows, s.elements, s.di, s.qi, lanes);
}

void scheduleForCpu(MergeRows &m, int lanes) {
  const int length = SaveRows::rowLength(m.sizes);
  m.rows.dim(0).set_bounds(0, length);
  m.rows.dim(1).set_min(0);
  OutputImageParam stateOut = m.stateOut.output_buffer();
  for (int axis : {0, 1}) {
    const int extent = axis == 0 ? m.sizes.tileQ : m.sizes.valueDim + 2;
    fixExtent(m.stateIn, axis, extent);
    stateOut.dim(axis).set_bounds(0, extent);
  }
  m.stateIn.dim(1).set_stride(m.sizes.tileQ);
  stateOut.dim(1).set_stride(m.sizes.tileQ);
  m.elements.bound(m.di, 0, length);
  transposed(m.elements, m.rowElements, m.qi, m.di, lanes);
  for (Func *row : {&m.highest, &m.ours, &m.theirs})
    rows(*row, m.qi, lanes);
  m.stateOut.vectorize(m.qi, lanes).unroll(m.qi);
}

void scheduleForCpu(Classify &c, int lanes) {
  c.inputs.zones.dim(0).set_bounds(0, 2);
  c.inputs.zones.dim(1).set_min(0).set_stride(2);
  c.rectangles.dim(0).set_bounds(0, 8);
  c.rectangles.dim(1).set_min(0).set_stride(8);
  // The runtime leaves room behind both buffers. Partitioning a loop takes time that grows
  // with the square of the loads in it, and gains nothing here.
  c.verdicts.vectorize(c.i, lanes / 2, TailStrategy::RoundUp).never_partition_all();
}

void scheduleForCpu(Mask &m, int lanes) {
  m.kept.vectorize(m.ki, lanes, TailStrategy::GuardWithIf);
}

void scheduleForCpu(Faults &f) {
  f.faults.output_buffer().dim(0).set_bounds(0, 2);
  f.faults.bound(f.slot, 0, 2).unroll(f.slot).never_partition_all();
}

} // namespace gaze
