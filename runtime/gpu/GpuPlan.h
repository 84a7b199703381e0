//===- GpuPlan.h - A plan in the memory of a GPU, and its runs --------------------===//
#ifndef GAZE_RUNTIME_GPU_GPUPLAN_H
#define GAZE_RUNTIME_GPU_GPUPLAN_H

#include "runtime/Device.h"
#include "runtime/gpu/Gpu.h"
#include "runtime/gpu/Groups.h"
#include "runtime/gpu/Tables.h"

#include <cstdint>
#include <memory>

namespace gaze::runtime {

class View;

class GpuPlan final : public DevicePlan {
public:
  /// The plan, which outlives this, holds the device.
  GpuPlan(const Gpu &gpu, const gaze_plan &plan);

  void run(const Tensors &tensors, gaze_memory memory, void *stream) const override;
  std::int64_t bytes() const override;

private:
  const Gpu &gpu;
  const gaze_plan &plan;
  const gaze_gpu_code &code;
  std::int64_t tileCount;
  std::int32_t mostFull, mostMasked; ///< of Tables
  Vector<std::int32_t> pieceEnds;    ///< of Tables, the rest of which is on the device alone
  Allocation uniforms, ints, floats, bools, tiles, pieces, rows;

  class Launch;

  void runOnHost(const Tensors &tensors, void *stream) const;
  /// The data of the tensors are handles.
  void enqueue(const Tensors &tensors, void *stream) const;
  std::int64_t mostPieces(std::int64_t heads, std::int64_t batches) const;
  std::int32_t pieceBefore(std::int64_t plane) const;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_GPUPLAN_H
