//===- Run.cpp - Executes a plan -----------------------------------------------===//
//
// A work item is one query tile of one head and batch entry: its list of key tiles
// goes through `accumulate` in equal chunks, into a state that starts empty, and
// `finish` writes the rows. Every item is computed by one thread in one fixed order,
// so the bits do not depend on the number of threads.
//
// Items go head by head, because the rows of a head share K and V in the cache, and
// within a head the longest first, so that the threads end together.
//
//===----------------------------------------------------------------------===//
#include "runtime/Buffers.h"
#include "runtime/Error.h"
#include "runtime/Plan.h"
#include "runtime/Scratch.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

using namespace gaze::runtime;

namespace {

struct Tensors {
  const gaze_tensor *q, *k, *v, *out;
  float *lse;
};

/// The rows of a head from `row` on, as generated functions take them.
Buffer rowsOf(const gaze_tensor &tensor, std::int64_t batch, std::int64_t head, std::int64_t row,
              std::int64_t dim, std::int64_t rows) {
  const halide_type_t type = halideType(tensor.element);
  const std::int64_t first =
      batch * tensor.batch_stride + head * tensor.head_stride + row * tensor.seq_stride;
  return {static_cast<const char *>(tensor.data) + first * type.bytes(), type, dim, rows,
          tensor.seq_stride};
}

/// Tiles in one call of accumulate: the first `full` of `count` are full.
struct Chunk {
  std::int32_t full, count;
};

/// Deals out the tiles of a row in order, in chunks of about equally many keys.
class TileList {
public:
  TileList(const Grid &grid, const Row &row, const Units &units, std::int32_t chunkTiles)
      : run(grid.runsOf(row)), unitsOfTile(units.ofTile),
        fullUnits(std::int64_t{row.fullTiles} * units.ofTile), all(fullUnits + row.partialTiles),
        largest(std::int64_t{chunkTiles} * units.ofTile) {}

  std::int64_t chunks() const { return (all + largest - 1) / largest; }

  /// The next chunk's tiles, by their first units.
  Chunk take(std::int64_t chunk, std::int32_t *out) {
    const std::int64_t begin = boundary(chunk), end = boundary(chunk + 1);
    const std::int64_t full = std::min(end, fullUnits) - std::min(begin, fullUnits);
    const auto fullTiles = static_cast<std::int32_t>(full / unitsOfTile);
    const auto partialTiles = static_cast<std::int32_t>(end - begin - full);
    take(out, fullTiles, unitsOfTile);
    take(out + fullTiles, partialTiles, 1);
    return {fullTiles, fullTiles + partialTiles};
  }

private:
  const Run *run;
  std::int32_t offset = 0;
  const std::int32_t unitsOfTile;
  const std::int64_t fullUnits, all, largest;

  /// Full tiles are not cut: a boundary within one moves to its end. As `largest` is a
  /// multiple of their units, no chunk exceeds it for that.
  std::int64_t boundary(std::int64_t chunk) const {
    const std::int64_t unit = all * chunk / chunks();
    return unit < fullUnits ? (unit + unitsOfTile - 1) / unitsOfTile * unitsOfTile : unit;
  }

  void take(std::int32_t *out, std::int32_t count, std::int32_t step) {
    for (std::int32_t i = 0; i < count; ++i, offset += step) {
      if (run->begin + offset == run->end) {
        ++run;
        offset = 0;
      }
      out[i] = run->begin + offset;
    }
  }
};

/// One thread's part of a run: everything that it needs was allocated beforehand.
class Worker {
public:
  Worker(const gaze_plan &owner, const Tensors &given)
      : plan(owner), kernel(*owner.kernel), shape(owner.shape), tensors(given),
        scratch(kernel.scratch_bytes), tiles(std::size_t(kernel.chunk_tiles) * plan.units.ofTile),
        arguments(plan.uniforms, plan.inputs) {
    for (auto &state : states)
      state = allocateFloats(stateSize());
    if (!tensors.lse)
      unusedLse = allocateFloats(kernel.tile_q);
  }

  void run(std::int64_t item) {
    const std::int64_t plane = item / plan.queryTiles;
    const std::int64_t batch = plane / shape.heads, head = plane % shape.heads;
    const Part &part = plan.parts[0];
    const Grid &grid = plan.grid(part, head, batch);
    const Row &row = grid.row(grid.longestFirst[item % plan.queryTiles]);
    clearState();
    accumulate(grid, row, batch, head);
    finish(row, batch, head);
  }

private:
  const gaze_plan &plan;
  const gaze_kernel &kernel;
  const gaze_shape &shape;
  const Tensors &tensors;
  Scratch scratch;
  std::vector<std::int32_t> tiles;
  Arguments arguments;
  std::array<std::unique_ptr<float[], FreeFloats>, 2> states; ///< the first is the current one
  std::unique_ptr<float[], FreeFloats> unusedLse;

  std::int64_t stateSize() const { return std::int64_t{kernel.tile_q} * (kernel.value_dim + 2); }

  void clearState() {
    float *const state = states[0].get();
    std::fill_n(state, stateSize(), 0.0f);
    std::fill_n(state + std::int64_t{kernel.tile_q} * kernel.value_dim, kernel.tile_q,
                -std::numeric_limits<float>::infinity());
  }

  std::int64_t rowCount(const Row &row) const {
    return std::min<std::int64_t>(kernel.tile_q,
                                  shape.seq_q - std::int64_t{row.queryTile} * kernel.tile_q);
  }

  void accumulate(const Grid &grid, const Row &row, std::int64_t batch, std::int64_t head) {
    const std::int64_t firstRow = std::int64_t{row.queryTile} * kernel.tile_q;
    const std::int64_t kvHead = head / (shape.heads / shape.kv_heads);
    Buffer q = rowsOf(*tensors.q, batch, head, firstRow, kernel.head_dim, rowCount(row));
    Buffer k = rowsOf(*tensors.k, batch, kvHead, 0, kernel.head_dim, shape.seq_k);
    Buffer v = rowsOf(*tensors.v, batch, kvHead, 0, kernel.value_dim, shape.seq_k);
    TileList list(grid, row, plan.units, kernel.chunk_tiles);
    const std::int64_t chunks = list.chunks();
    for (std::int64_t i = 0; i < chunks; ++i) {
      const Chunk chunk = list.take(i, tiles.data());
      Buffer tileBuffer(tiles.data(), int32, chunk.count);
      Buffer stateIn = stateBuffer(0), stateOut = stateBuffer(1);
      scratch.reset();
      check(kernel.accumulate(arguments.uniforms.get(), arguments.ints.get(),
                              arguments.floats.get(), arguments.bools.get(), q.get(), k.get(),
                              v.get(), tileBuffer.get(), chunk.full, chunk.count,
                              shape.q_start + firstRow, head, batch, stateIn.get(), stateOut.get()),
            "accumulate");
      std::swap(states[0], states[1]);
    }
  }

  void finish(const Row &row, std::int64_t batch, std::int64_t head) {
    const std::int64_t firstRow = std::int64_t{row.queryTile} * kernel.tile_q;
    Buffer state = stateBuffer(0);
    Buffer out = rowsOf(*tensors.out, batch, head, firstRow, kernel.value_dim, rowCount(row));
    float *const lse = tensors.lse
                           ? tensors.lse + (batch * shape.heads + head) * shape.seq_q + firstRow
                           : unusedLse.get();
    Buffer lseBuffer(lse, float32, rowCount(row));
    scratch.reset();
    check(kernel.finish(state.get(), out.get(), lseBuffer.get()), "finish");
  }

  Buffer stateBuffer(int index) const {
    return {states[index].get(), float32, kernel.tile_q, kernel.value_dim + 2, kernel.tile_q};
  }

  static void check(int code, const char *function) {
    if (code != 0)
      throw Failure(GAZE_INTERNAL_ERROR,
                    std::string(function) + " failed with code " + std::to_string(code));
  }
};

/// The bytes from the first to behind the last element.
using Range = std::pair<const char *, const char *>;

/// The memory holds what the kernel takes.
void checkElements(const gaze_tensor *tensor, const std::string &name, gaze_element element) {
  if (!tensor || !tensor->data)
    invalid(name + " is null");
  if (tensor->element != element)
    invalid(name + " is " + spelling(tensor->element) + ", the kernel takes " + spelling(element));
  const std::size_t bytes = halideType(element).bytes();
  if (reinterpret_cast<std::uintptr_t>(tensor->data) % bytes != 0)
    invalid(name + " is not aligned to " + std::to_string(bytes) + " bytes");
}

Range checkTensor(const gaze_tensor *tensor, const char *name, gaze_element element,
                  std::int64_t batch, std::int64_t heads, std::int64_t rows, std::int64_t dim) {
  const std::string text(name);
  checkElements(tensor, text, element);
  const std::array<std::pair<std::int64_t, std::int64_t>, 3> axes = {
      {{batch, tensor->batch_stride}, {heads, tensor->head_stride}, {rows, tensor->seq_stride}}};
  constexpr std::int64_t largest = std::int64_t{1} << 48;
  std::int64_t last = dim;
  for (const auto &[extent, stride] : axes) {
    if (stride < 0 || (extent > 1 && stride > largest / extent))
      invalid(text + " has a stride of " + std::to_string(stride) +
              " elements; strides are from 0 to 2^48 / extent");
    last += extent > 1 ? (extent - 1) * stride : 0;
  }
  if (tensor->seq_stride > std::numeric_limits<std::int32_t>::max())
    invalid(text + " has a row stride of " + std::to_string(tensor->seq_stride) +
            " elements; at most 2^31 - 1 are supported");
  const char *const begin = static_cast<const char *>(tensor->data);
  return {begin, begin + last * halideType(element).bytes()};
}

/// No two elements of an output may be the same: each axis must step over all that
/// the axes with smaller strides reach.
void checkDistinct(const gaze_tensor &tensor, const char *name, const gaze_shape &shape,
                   std::int64_t dim) {
  std::array<std::pair<std::int64_t, std::int64_t>, 3> axes = {
      {{tensor.seq_stride, shape.seq_q},
       {tensor.head_stride, shape.heads},
       {tensor.batch_stride, shape.batch}}};
  std::sort(axes.begin(), axes.end());
  std::int64_t reach = dim;
  for (const auto &[stride, extent] : axes) {
    if (extent == 1)
      continue;
    if (stride < reach)
      invalid(std::string(name) + " has a stride of " + std::to_string(stride) +
              " elements, so that rows would overlap");
    reach = stride * (extent - 1) + reach;
  }
}

void checkTensors(const gaze_plan &plan, const Tensors &tensors) {
  const gaze_shape &shape = plan.shape;
  const std::int64_t dim = plan.kernel->head_dim, valueDim = plan.kernel->value_dim;
  const gaze_element element = plan.kernel->element;
  const Range inputs[] = {
      checkTensor(tensors.q, "q", element, shape.batch, shape.heads, shape.seq_q, dim),
      checkTensor(tensors.k, "k", element, shape.batch, shape.kv_heads, shape.seq_k, dim),
      checkTensor(tensors.v, "v", element, shape.batch, shape.kv_heads, shape.seq_k, valueDim)};
  const Range out =
      checkTensor(tensors.out, "out", element, shape.batch, shape.heads, shape.seq_q, valueDim);
  checkDistinct(*tensors.out, "out", shape, valueDim);
  const auto overlap = [](const Range &a, const Range &b) {
    return a.first < b.second && b.first < a.second;
  };
  const char *const names[] = {"q", "k", "v"};
  for (int i = 0; i < 3; ++i)
    if (overlap(inputs[i], out))
      invalid(std::string("out overlaps ") + names[i]);
  if (!tensors.lse)
    return;
  const Range lse = {
      reinterpret_cast<const char *>(tensors.lse),
      reinterpret_cast<const char *>(tensors.lse + shape.batch * shape.heads * shape.seq_q)};
  if (overlap(lse, out))
    invalid("lse overlaps out");
  for (int i = 0; i < 3; ++i)
    if (overlap(inputs[i], lse))
      invalid(std::string("lse overlaps ") + names[i]);
}

} // namespace

gaze_status gaze_run(const gaze_plan *plan, const gaze_tensor *q, const gaze_tensor *k,
                     const gaze_tensor *v, const gaze_tensor *out, float *lse, int32_t threads,
                     gaze_error *error) {
  return guarded(error, [&] {
    if (!plan)
      invalid("plan is null");
    if (!plan->kernel->accumulate || !plan->kernel->finish)
      invalid("the kernel was compiled for its mask alone");
    const Tensors tensors{q, k, v, out, lse};
    checkTensors(*plan, tensors);
    const std::int64_t items = plan->shape.batch * plan->shape.heads * plan->queryTiles;
    forEachWorker(items, threads, [&](const auto &next) {
      Worker worker(*plan, tensors);
      for (std::int64_t item = next(); item >= 0; item = next())
        worker.run(item);
    });
  });
}
