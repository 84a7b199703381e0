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
Worker::Worker(const gaze_plan &owner, const Tensors &given, const Stage &of,
               const WorkerMemory &in)
    : plan(owner), kernel(*owner.kernel), shape(owner.shape), tensors(given), stage(of), memory(in),
      scratch(memory.scratch, kernel.scratch_bytes), arguments(plan) {
  float *state = memory.states;
  for (std::int64_t i = 0; i < itemsTogether(plan); ++i)
    for (float *&each : work[i].states) {
      each = state;
      state += memory.stateSize;
    }
}

void Worker::run(const Items &items, std::int64_t begin, std::int64_t end) {
  std::size_t count = 0;
  for (std::int64_t i = begin; i < end; ++i) {
    const Item item = items.at(i);
    const bool sharesKeys = count > 0 && work[count - 1].item.batch == item.batch &&
                            work[count - 1].item.head == item.head;
    if (count == static_cast<std::size_t>(itemsTogether(plan)) || !sharesKeys) {
      runTogether(count);
      count = 0;
    }
    work[count++].item = item;
  }
  runTogether(count);
}

/// The first `count` items of `work`, chunk by chunk: neighbours look at about the same
/// keys, which one of them brings into the cache for all.
void Worker::runTogether(std::size_t count) {
  std::int64_t steps = 0;
  for (std::size_t i = 0; i < count; ++i) {
    begin(work[i]);
    steps = std::max(steps, work[i].endChunk - work[i].chunk);
  }
  for (std::int64_t step = 0; step < steps; ++step)
    for (std::size_t i = 0; i < count; ++i)
      if (work[i].chunk < work[i].endChunk)
        accumulate(work[i]);
  for (std::size_t i = 0; i < count; ++i)
    end(work[i]);
}

void Worker::begin(Work &of) {
  const Item &item = of.item;
  clearState(of.states[0], layoutOf(item));
  of.list.emplace(*item.grid, *item.row, plan.units, kernel.chunk_tiles);
  of.chunk = of.list->chunks() * item.piece / item.pieces;
  of.endChunk = of.list->chunks() * (item.piece + 1) / item.pieces;
  of.list->skipTo(of.chunk);
  if (plan.fewRows)
    gatherQueries(item);
}

void Worker::end(Work &of) {
  const Item &item = of.item;
  if (item.pieces > 1) {
    std::copy_n(of.states[0], layoutOf(item).size(), stage.pieces.at(item.firstPiece + item.piece));
    if (!stage.pieces.finishes(item))
      return;
    mergePieces(of);
  }
  if (!stage.isFirst)
    mergeRows(of);
  if (stage.isLast)
    finish(of);
  else
    saveRows(of);
}

QueryRows Worker::rowsOfItem(const Item &item) const {
  const Class &each = item.grid->order.classOf(item.row->queryTile);
  const std::int64_t first = std::int64_t{item.row->queryTile - each.firstTile} * kernel.tile_q;
  return {each.firstQuery + first * each.queryStep, each.queryStep,
          std::min<std::int64_t>(kernel.tile_q, each.queries - first)};
}

Buffer Worker::savedRows(const Item &item) const {
  const QueryRows queries = rowsOfItem(item);
  const std::int64_t plane = item.batch * shape.heads + item.head;
  return {stage.rows->at(plane, queries.first), float32, stage.rows->rowLength, queries.count,
          queries.step * stage.rows->rowLength};
}

void Worker::mergeRows(Work &of) {
  const StateLayout layout = layoutOf(of.item);
  Buffer rows = savedRows(of.item);
  Buffer stateIn = stateBuffer(of.states[0], layout);
  Buffer stateOut = stateBuffer(of.states[1], layout);
  scratch.reset();
  check(kernel.merge_rows(rows.get(), stateIn.get(), stateOut.get()), "merge_rows");
  std::swap(of.states[0], of.states[1]);
}

void Worker::saveRows(Work &of) {
  Buffer state = stateBuffer(of.states[0], layoutOf(of.item));
  Buffer rows = savedRows(of.item);
  scratch.reset();
  check(kernel.save_rows(state.get(), rows.get()), "save_rows");
}

StateLayout Worker::layoutOf(const Item &item) const {
  return stateLayout(plan, plan.fewRows ? item.heads * shape.seq_q : kernel.tile_q);
}

Buffer Worker::stateBuffer(float *state, const StateLayout &layout) const {
  if (plan.fewRows)
    return {state, float32, layout.valueDim + 2, layout.rows, layout.rowStride};
  return {state, float32, layout.rows, layout.valueDim + 2, layout.elementStride};
}

/// Copies the queries of all heads of the item behind one another: their strides may be
/// anything, and they are few.
void Worker::gatherQueries(const Item &item) {
  const std::int64_t bytes = kernel.head_dim * halideType(kernel.element).bytes();
  auto *to = reinterpret_cast<unsigned char *>(memory.queries);
  for (std::int64_t head = item.head; head < item.head + item.heads; ++head)
    for (std::int64_t query = 0; query < shape.seq_q; ++query, to += bytes)
      std::copy_n(rowsOf(*tensors.q, item.batch, head, query, kernel.head_dim, 1).get()->host,
                  bytes, to);
}

/// The next chunk of an item.
void Worker::accumulate(Work &of) {
  const Item &item = of.item;
  const std::int64_t kvHead = item.head / (shape.heads / shape.kv_heads);
  Buffer q = queriesOf(item);
  Buffer k = rowsOf(*tensors.k, item.batch, kvHead, 0, kernel.head_dim, shape.seq_k);
  Buffer v = rowsOf(*tensors.v, item.batch, kvHead, 0, kernel.value_dim, shape.seq_k);
  const Chunk chunk = of.list->take(of.chunk++, memory.tiles);
  Buffer tileBuffer(memory.tiles, int32, chunk.count);
  Buffer stateIn = stateBuffer(of.states[0], layoutOf(item));
  Buffer stateOut = stateBuffer(of.states[1], layoutOf(item));
  const gaze_part *const part = stage.part.code;
  const QueryRows queries = rowsOfItem(item);
  const std::int64_t qFirst = shape.q_start + queries.first;
  scratch.reset();
  if (part && part->accumulate_listed) {
    const Vector<std::int32_t> &list = item.grid->order.keys;
    Buffer keys(list.data(), int32, static_cast<std::int64_t>(list.size()));
    check(part->accumulate_listed(arguments.uniforms.get(), arguments.ints.get(),
                                  arguments.floats.get(), arguments.bools.get(), q.get(), k.get(),
                                  v.get(), tileBuffer.get(), chunk.full, chunk.count, qFirst,
                                  item.head, item.batch, stateIn.get(), keys.get(), queries.step,
                                  stateOut.get()),
          "accumulate_listed");
  } else {
    auto *const function = part           ? part->accumulate
                           : plan.fewRows ? kernel.accumulate_rows
                                          : kernel.accumulate;
    check(function(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                   arguments.bools.get(), q.get(), k.get(), v.get(), tileBuffer.get(), chunk.full,
                   chunk.count, qFirst, item.head, item.batch, stateIn.get(), stateOut.get()),
          plan.fewRows ? "accumulate_rows" : "accumulate");
  }
  std::swap(of.states[0], of.states[1]);
}

Buffer Worker::queriesOf(const Item &item) const {
  if (plan.fewRows)
    return {memory.queries,  halideType(kernel.element),
            kernel.head_dim, shape.seq_q,
            kernel.head_dim, item.heads};
  const QueryRows queries = rowsOfItem(item);
  return rowsOf(*tensors.q, item.batch, item.head, queries.first, kernel.head_dim, queries.count,
                queries.step);
}

void Worker::mergePieces(Work &of) {
  const StateLayout layout = layoutOf(of.item);
  float *const state = of.states[0];
  std::copy_n(stage.pieces.at(of.item.firstPiece), layout.size(), state);
  for (std::int64_t piece = 1; piece < of.item.pieces; ++piece)
    mergeState(state, stage.pieces.at(of.item.firstPiece + piece), layout);
}

void Worker::finish(Work &of) {
  const Item &item = of.item;
  const std::int64_t heads = plan.fewRows ? item.heads : 1;
  const StateLayout layout = stateLayout(plan, plan.fewRows ? shape.seq_q : kernel.tile_q);
  for (std::int64_t i = 0; i < heads; ++i) {
    Buffer state = stateBuffer(of.states[0] + i * layout.size(), layout);
    finishHead(item, item.head + i, state);
  }
}

void Worker::finishHead(const Item &item, std::int64_t head, Buffer &state) {
  const QueryRows rows = rowsOfItem(item);
  Buffer out =
      rowsOf(*tensors.out, item.batch, head, rows.first, kernel.value_dim, rows.count, rows.step);
  float *lse = nullptr;
  std::int64_t step = 0; // from a row's to the next
  if (tensors.lse) {
    lse = static_cast<float *>(tensors.lse->data) +
          offsetOf(*tensors.lse, item.batch, head, rows.first);
    step = rows.step * tensors.lse->strides[2];
  }
  const bool isDense = lse && step == 1;
  Buffer lseBuffer(isDense ? lse : memory.tileLse, float32, rows.count);
  auto *const function = plan.fewRows ? kernel.finish_rows : kernel.finish;
  scratch.reset();
  check(function(state.get(), out.get(), lseBuffer.get()), plan.fewRows ? "finish_rows" : "finish");
  if (lse && !isDense)
    for (std::int64_t i = 0; i < rows.count; ++i)
      lse[i * step] = memory.tileLse[i];
}

} // namespace gaze::runtime
