//===- Tensors.h - The tensors of a run ----------------------------------------===//
#ifndef GAZE_RUNTIME_TENSORS_H
#define GAZE_RUNTIME_TENSORS_H

#include "runtime/gaze.h"

#include <cstdint>

namespace gaze::runtime {

struct Tensors {
  const gaze_tensor *q, *k, *v, *out;
  float *lse; ///< may be null
};

/// Throws a Failure for all that gaze_run refuses of them.
void checkTensors(const gaze_plan &plan, const Tensors &tensors);

inline float *rowsOf(const gaze_tensor &tensor, std::int64_t batch, std::int64_t head,
                     std::int64_t row) {
  return tensor.data + batch * tensor.batch_stride + head * tensor.head_stride +
         row * tensor.seq_stride;
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_TENSORS_H
