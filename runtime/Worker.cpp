//===- Worker.cpp - One thread's part of a run ---------------------------------===//
//
// A work item is one query tile of one head and batch entry: its list of key tiles
// goes through `accumulate` in equal chunks, into a state that starts empty, and
// `finish` writes the rows. Every item is computed by one thread in one fixed order,
// so the bits do not depend on the number of threads.
//
//===----------------------------------------------------------------------===//
#include "runtime/Worker.h"

#include "runtime/Buffers.h"
#include "runtime/Error.h"
#include "runtime/TileList.h"

#include <algorithm>
#include <limits>
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

Worker::Worker(const gaze_plan &owner, const Tensors &given)
    : plan(owner), kernel(*owner.kernel), shape(owner.shape), tensors(given),
      scratch(kernel.scratch_bytes), tiles(std::size_t(kernel.chunk_tiles) * plan.units.ofTile),
      arguments(plan.uniforms, plan.inputs) {
  for (auto &state : states)
    state = allocateFloats(stateSize());
  if (!tensors.lse)
    unusedLse = allocateFloats(kernel.tile_q);
}

void Worker::run(std::int64_t item) {
  const std::int64_t plane = item / plan.queryTiles;
  const std::int64_t batch = plane / shape.heads, head = plane % shape.heads;
  const Part &part = plan.parts[0];
  const Grid &grid = plan.grid(part, head, batch);
  const Row &row = grid.rows[grid.longestFirst[item % plan.queryTiles]];
  clearState();
  accumulate(grid, row, batch, head);
  finish(row, batch, head);
}

std::int64_t Worker::stateSize() const {
  return std::int64_t{kernel.tile_q} * (kernel.value_dim + 2);
}

void Worker::clearState() {
  float *const state = states[0].get();
  std::fill_n(state, stateSize(), 0.0f);
  std::fill_n(state + std::int64_t{kernel.tile_q} * kernel.value_dim, kernel.tile_q,
              -std::numeric_limits<float>::infinity());
}

std::int64_t Worker::rowCount(const Row &row) const {
  return std::min<std::int64_t>(kernel.tile_q,
                                shape.seq_q - std::int64_t{row.queryTile} * kernel.tile_q);
}

void Worker::accumulate(const Grid &grid, const Row &row, std::int64_t batch, std::int64_t head) {
  const std::int64_t firstRow = std::int64_t{row.queryTile} * kernel.tile_q;
  const std::int64_t kvHead = head / (shape.heads / shape.kv_heads);
  Buffer q(rowsOf(*tensors.q, batch, head, firstRow), float32, kernel.head_dim, rowCount(row),
           tensors.q->seq_stride);
  Buffer k(rowsOf(*tensors.k, batch, kvHead, 0), float32, kernel.head_dim, shape.seq_k,
           tensors.k->seq_stride);
  Buffer v(rowsOf(*tensors.v, batch, kvHead, 0), float32, kernel.value_dim, shape.seq_k,
           tensors.v->seq_stride);
  TileList list(grid, row, plan.units, kernel.chunk_tiles);
  const std::int64_t chunks = list.chunks();
  for (std::int64_t i = 0; i < chunks; ++i) {
    const Chunk chunk = list.take(i, tiles.data());
    Buffer tileBuffer(tiles.data(), int32, chunk.count);
    Buffer stateIn = stateBuffer(0), stateOut = stateBuffer(1);
    scratch.reset();
    check(kernel.accumulate(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                            arguments.bools.get(), q.get(), k.get(), v.get(), tileBuffer.get(),
                            chunk.full, chunk.count, shape.q_start + firstRow, head, batch,
                            stateIn.get(), stateOut.get()),
          "accumulate");
    std::swap(states[0], states[1]);
  }
}

void Worker::finish(const Row &row, std::int64_t batch, std::int64_t head) {
  const std::int64_t firstRow = std::int64_t{row.queryTile} * kernel.tile_q;
  Buffer state = stateBuffer(0);
  Buffer out(rowsOf(*tensors.out, batch, head, firstRow), float32, kernel.value_dim, rowCount(row),
             tensors.out->seq_stride);
  float *const lse = tensors.lse
                         ? tensors.lse + (batch * shape.heads + head) * shape.seq_q + firstRow
                         : unusedLse.get();
  Buffer lseBuffer(lse, float32, rowCount(row));
  scratch.reset();
  check(kernel.finish(state.get(), out.get(), lseBuffer.get()), "finish");
}

Buffer Worker::stateBuffer(int index) const {
  return {states[index].get(), float32, kernel.tile_q, kernel.value_dim + 2, kernel.tile_q};
}

} // namespace gaze::runtime
