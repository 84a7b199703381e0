//===- KernelMask.cpp - The masks of a compiled pattern ----------------------===//
#include "tools/gaze/KernelMask.h"

using namespace gaze;
using namespace gaze::cli;

KernelMask::KernelMask(const gaze_kernel &kernel, const gaze_shape &shape, const Plan &plan,
                       const dsl::Interpreter &interpreter)
    : kernel(kernel), shape(shape), interpreter(interpreter), plan(plan) {
  seqQ = shape.seq_q;
  seqK = shape.seq_k;
  qStart = shape.q_start;
  tileQ = kernel.tile_q;
  tileK = kernel.tile_k;
}

std::int64_t KernelMask::list(Plane plane, std::int64_t begin, std::int64_t end,
                              std::vector<std::vector<TileRun>> &rows) const {
  struct Context {
    std::int64_t begin, end, tileQ;
    std::vector<std::vector<TileRun>> &rows;
  } context{begin, end, tileQ, rows};
  rows.assign(end - begin, {});
  const auto collect = [](void *opaque, std::int64_t qBegin, std::int64_t, std::int64_t kBegin,
                          std::int64_t kEnd, std::int32_t full) {
    auto &c = *static_cast<Context *>(opaque);
    const std::int64_t row = qBegin / c.tileQ;
    if (row >= c.begin && row < c.end)
      c.rows[row - c.begin].push_back({kBegin, kEnd, full != 0});
    return row >= c.end ? 1 : 0;
  };
  gaze_error error;
  if (gaze_plan_visit(plan.get(), plane.head, plane.batch, collect, &context, &error) != GAZE_OK)
    throw Error(error);
  for (auto &row : rows)
    std::sort(row.begin(), row.end(),
              [](const TileRun &a, const TileRun &b) { return a.begin < b.begin; });
  return 100;
}

void KernelMask::keep(Plane plane, std::int64_t query, std::int64_t queries, std::int64_t key,
                      std::int64_t keys, std::uint8_t *keep) const {
  dsl::Coordinates at;
  at.integers = {0,           0,           plane.head,  plane.batch,
                 shape.seq_q, shape.seq_k, shape.heads, kernel.head_dim};
  for (std::int64_t i = 0; i < queries; ++i)
    for (std::int64_t j = 0; j < keys; ++j) {
      at.integers[static_cast<int>(dsl::Ambient::Q)] = query + i + shape.q_start;
      at.integers[static_cast<int>(dsl::Ambient::K)] = key + j;
      keep[i * keys + j] = interpreter.keep(at) ? 1 : 0;
    }
}
