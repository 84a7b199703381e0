//===- Overhead.cpp - What a run costs beside the kernel's own work -------------===//
#include "Overhead.h"

#include "gaze/gaze.hpp"
#include "runtime/Items.h"
#include "runtime/RunMemory.h"
#include "runtime/Scratch.h"
#include "runtime/Tensors.h"
#include "runtime/TileList.h"

#include <algorithm>
#include <chrono>
#include <vector>

using namespace gaze;
using namespace gaze::runtime;

namespace {

/// The shortest time of a call, in nanoseconds, from batches of a few.
template <typename Call> double shortest(Call call) {
  using Clock = std::chrono::steady_clock;
  constexpr int batches = 400, calls = 50;
  double least = 1e30;
  for (int batch = 0; batch < batches; ++batch) {
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < calls; ++i)
      call();
    const std::chrono::duration<double, std::nano> time = Clock::now() - begin;
    least = std::min(least, time.count() / calls);
  }
  return least;
}

} // namespace

Overhead measureOverhead(const gaze_kernel &kernel) {
  const std::int64_t rows = kernel.tile_q, dim = kernel.head_dim;
  const Plan plan(kernel, {1, 1, 1, rows, rows, 0}, {}, {}, 1);
  std::vector<float> q(rows * dim, 0.5F), k = q, v = q, out = q, lse(rows);
  const auto whole = [&](std::vector<float> &of) { return view(of.data(), {1, 1, rows, dim}); };
  const gaze_tensor qTensor = whole(q), kTensor = whole(k), vTensor = whole(v),
                    outTensor = whole(out), lseTensor = view(lse.data(), {1, 1, rows});

  // What the one item of this plan calls, with the same buffers and nothing around it.
  const gaze_plan &made = *plan.get();
  const Items items(made, made.parts[0]);
  const Item item = items.at(0);
  TileList list(*item.grid, *item.row, made.units, kernel.chunk_tiles);
  std::vector<std::int32_t> tiles(std::size_t(kernel.chunk_tiles) * made.units.ofTile);
  const Chunk chunk = list.take(0, tiles.data());
  const StateLayout layout = stateLayout(made, rows);
  Floats state(layout.size()), next(layout.size()), scratchMemory(kernel.scratch_bytes / 4 + 1);
  Arguments arguments(made);
  const auto direct = [&] {
    Scratch scratch(reinterpret_cast<unsigned char *>(scratchMemory.data()), kernel.scratch_bytes);
    clearState(state.data(), layout);
    Buffer qRows = rowsOf(qTensor, 0, 0, 0, dim, rows), kRows = rowsOf(kTensor, 0, 0, 0, dim, rows),
           vRows = rowsOf(vTensor, 0, 0, 0, dim, rows),
           outRows = rowsOf(outTensor, 0, 0, 0, dim, rows);
    Buffer tileBuffer(tiles.data(), int32, chunk.count), lseBuffer(lse.data(), float32, rows);
    Buffer before(state.data(), float32, rows, layout.valueDim + 2, rows);
    Buffer after(next.data(), float32, rows, layout.valueDim + 2, rows);
    kernel.accumulate(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                      arguments.bools.get(), qRows.get(), kRows.get(), vRows.get(),
                      tileBuffer.get(), chunk.full, chunk.count, 0, 0, 0, before.get(),
                      after.get());
    kernel.finish(after.get(), outRows.get(), lseBuffer.get());
  };
  Workspace workspace(plan, 1);
  const gaze::Options with = gaze::Options(1).workspace(workspace);
  return {shortest([&] { plan.run(qTensor, kTensor, vTensor, outTensor, lseTensor, with); }),
          shortest([&] { plan.run(qTensor, kTensor, vTensor, outTensor, lseTensor, 1); }),
          shortest(direct)};
}
