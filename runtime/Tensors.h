//===- Tensors.h - What functions demand of tensors ----------------------------===//
#ifndef GAZE_RUNTIME_TENSORS_H
#define GAZE_RUNTIME_TENSORS_H

#include "gaze/gaze.h"
#include "runtime/Buffers.h"

#include <cstdint>
#include <string>
#include <utility>

namespace gaze::runtime {

/// The tensors of a run; `lse` may be null.
struct Tensors {
  const gaze_tensor *q, *k, *v, *out, *lse;
};

/// From the first to behind the last element.
using Range = std::pair<const char *, const char *>;

/// What a tensor must be, and who says so.
struct Demand {
  const char *name;
  gaze_element element;
  const char *elementBy; ///< "the kernel takes"
  std::int32_t rank;     ///< 3 or 4
  std::int64_t extents[GAZE_MAX_RANK];
  const char *shapeBy; ///< "the plan takes"
};

/// Throws a Failure where a tensor is not what is demanded.
Range checkTensor(const gaze_tensor *tensor, const Demand &demand);
/// And where elements of one that is written share memory.
Range checkWritten(const gaze_tensor *tensor, const Demand &demand);
/// "out overlaps q", where it does.
void checkApart(const Range &written, const char *name, const Range &other, const char *otherName);

/// Throws a Failure for all that gaze_run refuses of Q and K, or of K alone where `q` is null.
void checkQueriesAndKeys(const gaze_plan &plan, const gaze_tensor *q, const gaze_tensor *k);
/// What the data of tensors are: where their elements stand, or the handles of a driver.
enum class DataAre { Addresses, Handles };
/// Throws a Failure for all that gaze_run refuses of them.
void checkTensors(const gaze_plan &plan, const Tensors &tensors, DataAre data = DataAre::Addresses);
/// The same for the orders of a plan, which may go through rows in steps.
void checkSteps(const gaze_plan &plan, const Tensors &tensors);

/// Elements from the first to behind the last.
std::int64_t spanOf(const gaze_tensor &tensor);

/// Where row `row` of a head begins, in elements.
inline std::int64_t offsetOf(const gaze_tensor &tensor, std::int64_t batch, std::int64_t head,
                             std::int64_t row) {
  return batch * tensor.strides[0] + head * tensor.strides[1] + row * tensor.strides[2];
}

/// The rows of a head from `row` on, every `step`th, as generated functions take them.
inline Buffer rowsOf(const gaze_tensor &tensor, std::int64_t batch, std::int64_t head,
                     std::int64_t row, std::int64_t dim, std::int64_t rows, std::int64_t step = 1) {
  const halide_type_t type = halideType(tensor.element);
  return {static_cast<const char *>(tensor.data) +
              offsetOf(tensor, batch, head, row) * type.bytes(),
          type, dim, rows, step * tensor.strides[2]};
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_TENSORS_H
