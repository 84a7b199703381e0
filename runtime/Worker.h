//===- Worker.h - One thread's part of a run -----------------------------------===//
#ifndef GAZE_RUNTIME_WORKER_H
#define GAZE_RUNTIME_WORKER_H

#include "runtime/Plan.h"
#include "runtime/Scratch.h"
#include "runtime/Tensors.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace gaze::runtime {

/// Computes work items. Everything that it needs is allocated beforehand.
class Worker {
public:
  Worker(const gaze_plan &plan, const Tensors &tensors);

  void run(std::int64_t item);

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

  std::int64_t stateSize() const;
  std::int64_t rowCount(const Row &row) const;
  void clearState();
  void accumulate(const Grid &grid, const Row &row, std::int64_t batch, std::int64_t head);
  void finish(const Row &row, std::int64_t batch, std::int64_t head);
  Buffer stateBuffer(int index) const;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_WORKER_H
