//===- Tensors.h - The tensors of a run ----------------------------------------===//
#ifndef GAZE_RUNTIME_TENSORS_H
#define GAZE_RUNTIME_TENSORS_H

#include "gaze/gaze.h"
#include "runtime/Buffers.h"

#include <cstdint>

namespace gaze::runtime {

struct Tensors {
  const gaze_tensor *q, *k, *v, *out;
  float *lse;             ///< may be null
  std::int64_t lseStride; ///< from one head to the next
};

/// Throws a Failure for all that gaze_run refuses of Q and K, or of K alone where `q` is null.
void checkQueriesAndKeys(const gaze_plan &plan, const gaze_tensor *q, const gaze_tensor *k);

/// Throws a Failure for all that gaze_run refuses of them.
void checkTensors(const gaze_plan &plan, const Tensors &tensors);
/// The same for the orders of a plan, which may go through rows in steps.
void checkSteps(const gaze_plan &plan, const Tensors &tensors);

/// The rows of a head from `row` on, every `step`th, as generated functions take them.
inline Buffer rowsOf(const gaze_tensor &tensor, std::int64_t batch, std::int64_t head,
                     std::int64_t row, std::int64_t dim, std::int64_t rows, std::int64_t step = 1) {
  const halide_type_t type = halideType(tensor.element);
  const std::int64_t first =
      batch * tensor.batch_stride + head * tensor.head_stride + row * tensor.seq_stride;
  return {static_cast<const char *>(tensor.data) + first * type.bytes(), type, dim, rows,
          step * tensor.seq_stride};
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_TENSORS_H
