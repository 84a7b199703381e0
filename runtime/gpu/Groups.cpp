//===- Groups.cpp - The planes whose states are in memory together ----------------===//
#include "runtime/gpu/Groups.h"

#include "runtime/Buffers.h"

#include <algorithm>
#include <numeric>

namespace gaze::runtime {
namespace {

/// Blocks in the second dimension of CUDA's grids, where finish has its planes.
constexpr std::int64_t mostPlanes = 65535;

/// How many entries of an axis begin at a multiple of `alignment`, at once.
std::int64_t stepOf(std::int64_t alignment, const gaze_tensor &tensor, std::int32_t axis) {
  const std::int64_t bytes = tensor.strides[axis] * halideType(tensor.element).bytes();
  return alignment / std::gcd(alignment, bytes);
}

/// At most `count`, in steps.
std::int64_t inSteps(std::int64_t count, std::int64_t step, std::int64_t all) {
  return std::min(std::max<std::int64_t>(1, count / step) * step, all);
}

} // namespace

Groups groupsOf(const gaze_shape &shape, std::int64_t planes, std::int64_t alignment,
                const gaze_tensor &out, const gaze_tensor *lse) {
  std::int64_t headStep = stepOf(alignment, out, 1), batchStep = stepOf(alignment, out, 0);
  if (lse) {
    headStep = std::lcm(headStep, stepOf(alignment, *lse, 1));
    batchStep = std::lcm(batchStep, stepOf(alignment, *lse, 0));
  }
  planes = std::clamp<std::int64_t>(planes, 1, mostPlanes);
  if (planes < shape.heads && (batchStep == 1 || shape.batch == 1))
    return {inSteps(planes, headStep, shape.heads), 1};
  return {shape.heads, inSteps(planes / shape.heads, batchStep, shape.batch)};
}

} // namespace gaze::runtime
