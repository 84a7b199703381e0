//===- Worker.cpp - One thread's part of a run ---------------------------------===//
//
// The tiles of an item go through `accumulate` in equal chunks, into a state that starts
// empty, and `finish` writes the rows. Of a row in pieces, each leaves its state behind,
// and whoever is done last merges them, in order, and finishes. Every item is computed by
// one thread in one fixed order, so the bits do not depend on the number of threads.
//
//===----------------------------------------------------------------------===//
#include "runtime/Worker.h"

#include "runtime/Buffers.h"
#include "runtime/Error.h"
#include "runtime/TileList.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gaze::runtime {
namespace {

void check(int code, const char *function) {
  if (code != 0)
    throw Failure(GAZE_INTERNAL_ERROR,
                  std::string(function) + " failed with code " + std::to_string(code));
}

} // namespace

PieceStates::PieceStates(std::int64_t pieces, std::int64_t stateSize)
    : size(stateSize), done(static_cast<std::size_t>(pieces)) {
  if (pieces > 0)
    states = allocateFloats(pieces * stateSize);
}

bool PieceStates::finishes(const Item &item) { return ++done[item.firstPiece] == item.pieces; }

StateLayout stateLayout(const gaze_plan &plan, std::int64_t rows) {
  const std::int64_t valueDim = plan.kernel->value_dim;
  return plan.fewRows ? StateLayout{rows, valueDim, valueDim + 2, 1}
                      : StateLayout{rows, valueDim, 1, rows};
}

std::int64_t largestState(const gaze_plan &plan) {
  return stateLayout(plan, plan.fewRows ? plan.kernel->max_rows : plan.kernel->tile_q).size();
}

Worker::Worker(const gaze_plan &owner, const Tensors &given, PieceStates &shared)
    : plan(owner), kernel(*owner.kernel), shape(owner.shape), tensors(given), pieces(shared),
      scratch(kernel.scratch_bytes), tiles(std::size_t(kernel.chunk_tiles) * plan.units.ofTile),
      arguments(plan.uniforms, plan.inputs) {
  for (Floats &state : states)
    state = allocateFloats(largestState(plan));
  if (plan.fewRows)
    queries = allocateFloats(std::int64_t{kernel.max_rows} * kernel.head_dim);
  if (!tensors.lse)
    unusedLse = allocateFloats(kernel.tile_q);
}

void Worker::run(const Item &item) {
  clearState(states[0].get(), layoutOf(item));
  accumulate(item);
  if (item.pieces > 1) {
    std::copy_n(states[0].get(), layoutOf(item).size(), pieces.at(item.firstPiece + item.piece));
    if (!pieces.finishes(item))
      return;
    mergePieces(item);
  }
  finish(item);
}

std::int64_t Worker::firstQuery(const Item &item) const {
  return std::int64_t{item.row->queryTile} * kernel.tile_q;
}

std::int64_t Worker::queryCount(const Item &item) const {
  return std::min<std::int64_t>(kernel.tile_q, shape.seq_q - firstQuery(item));
}

StateLayout Worker::layoutOf(const Item &item) const {
  return stateLayout(plan, plan.fewRows ? item.heads * shape.seq_q : kernel.tile_q);
}

Buffer Worker::stateBuffer(float *state, const StateLayout &layout) const {
  if (plan.fewRows)
    return {state, float32, layout.valueDim + 2, layout.rows, layout.rowStride};
  return {state, float32, layout.rows, layout.valueDim + 2, layout.elementStride};
}

void Worker::accumulate(const Item &item) {
  if (plan.fewRows) {
    gatherQueries(item);
    Buffer q(queries.get(), halideType(kernel.element), kernel.head_dim, shape.seq_q,
             kernel.head_dim, item.heads);
    accumulate(item, q);
  } else {
    Buffer q = rowsOf(*tensors.q, item.batch, item.head, firstQuery(item), kernel.head_dim,
                      queryCount(item));
    accumulate(item, q);
  }
}

/// Copies the queries of all heads of the item behind one another: their strides may be
/// anything, and they are few.
void Worker::gatherQueries(const Item &item) {
  const std::int64_t bytes = kernel.head_dim * halideType(kernel.element).bytes();
  auto *to = reinterpret_cast<unsigned char *>(queries.get());
  for (std::int64_t head = item.head; head < item.head + item.heads; ++head)
    for (std::int64_t query = 0; query < shape.seq_q; ++query, to += bytes)
      std::copy_n(rowsOf(*tensors.q, item.batch, head, query, kernel.head_dim, 1).get()->host,
                  bytes, to);
}

void Worker::accumulate(const Item &item, Buffer &q) {
  const std::int64_t kvHead = item.head / (shape.heads / shape.kv_heads);
  Buffer k = rowsOf(*tensors.k, item.batch, kvHead, 0, kernel.head_dim, shape.seq_k);
  Buffer v = rowsOf(*tensors.v, item.batch, kvHead, 0, kernel.value_dim, shape.seq_k);
  auto *const function = plan.fewRows ? kernel.accumulate_rows : kernel.accumulate;
  TileList list(*item.grid, *item.row, plan.units, kernel.chunk_tiles);
  const std::int64_t begin = list.chunks() * item.piece / item.pieces;
  const std::int64_t end = list.chunks() * (item.piece + 1) / item.pieces;
  list.skipTo(begin);
  for (std::int64_t i = begin; i < end; ++i) {
    const Chunk chunk = list.take(i, tiles.data());
    Buffer tileBuffer(tiles.data(), int32, chunk.count);
    Buffer stateIn = stateBuffer(states[0].get(), layoutOf(item));
    Buffer stateOut = stateBuffer(states[1].get(), layoutOf(item));
    scratch.reset();
    check(function(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                   arguments.bools.get(), q.get(), k.get(), v.get(), tileBuffer.get(), chunk.full,
                   chunk.count, shape.q_start + firstQuery(item), item.head, item.batch,
                   stateIn.get(), stateOut.get()),
          plan.fewRows ? "accumulate_rows" : "accumulate");
    std::swap(states[0], states[1]);
  }
}

void Worker::mergePieces(const Item &item) {
  const StateLayout layout = layoutOf(item);
  std::copy_n(pieces.at(item.firstPiece), layout.size(), states[0].get());
  for (std::int64_t piece = 1; piece < item.pieces; ++piece)
    mergeState(states[0].get(), pieces.at(item.firstPiece + piece), layout);
}

void Worker::finish(const Item &item) {
  if (!plan.fewRows) {
    Buffer state = stateBuffer(states[0].get(), layoutOf(item));
    finishHead(item, item.head, state);
    return;
  }
  const StateLayout layout = stateLayout(plan, shape.seq_q);
  for (std::int64_t i = 0; i < item.heads; ++i) {
    Buffer state = stateBuffer(states[0].get() + i * layout.size(), layout);
    finishHead(item, item.head + i, state);
  }
}

void Worker::finishHead(const Item &item, std::int64_t head, Buffer &state) {
  const std::int64_t first = firstQuery(item), count = queryCount(item);
  Buffer out = rowsOf(*tensors.out, item.batch, head, first, kernel.value_dim, count);
  float *const lse = tensors.lse
                         ? tensors.lse + (item.batch * shape.heads + head) * shape.seq_q + first
                         : unusedLse.get();
  Buffer lseBuffer(lse, float32, count);
  auto *const function = plan.fewRows ? kernel.finish_rows : kernel.finish;
  scratch.reset();
  check(function(state.get(), out.get(), lseBuffer.get()), plan.fewRows ? "finish_rows" : "finish");
}

} // namespace gaze::runtime
