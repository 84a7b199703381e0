//===- Tensors.cpp - What functions demand of tensors --------------------------===//
#include "runtime/Tensors.h"

#include "runtime/Buffers.h"
#include "runtime/Error.h"
#include "runtime/Plan.h"

#include <algorithm>
#include <array>
#include <limits>

namespace gaze::runtime {
namespace {

/// Strides of buffers are 32 bits wide.
constexpr std::int64_t largestRowStride = std::numeric_limits<std::int32_t>::max();

const char *const axisNames[] = {"batch", "heads", "seq", "dim"};

std::string shapeText(const std::int64_t *extents, std::int32_t rank) {
  std::string text = "[";
  for (std::int32_t axis = 0; axis < rank; ++axis)
    text += (axis > 0 ? ", " : "") + std::to_string(extents[axis]);
  return text + "]";
}

void checkShape(const gaze_tensor &tensor, const Demand &demand) {
  if (tensor.rank != demand.rank)
    invalid(std::string(demand.name) + " has rank " + std::to_string(tensor.rank) + ", not " +
            std::to_string(demand.rank) + ": [batch, heads, seq" +
            (demand.rank == 4 ? ", dim]" : "]"));
  if (!std::equal(demand.extents, demand.extents + demand.rank, tensor.extents))
    invalid(std::string(demand.name) + " is " + shapeText(tensor.extents, tensor.rank) + ", " +
            demand.shapeBy + " " + shapeText(demand.extents, demand.rank));
}

/// What is an axis of one element long has no stride, but numbers must stay small.
void checkStrides(const gaze_tensor &tensor, const char *name) {
  constexpr std::int64_t largest = std::int64_t{1} << 48;
  const auto refuse = [&](std::int32_t axis, const char *why) {
    invalid(std::string(name) + " has a stride of " + std::to_string(tensor.strides[axis]) +
            " elements in " + axisNames[axis] + "; " + why);
  };
  for (std::int32_t axis = 0; axis < tensor.rank; ++axis)
    if (tensor.strides[axis] < 0 || tensor.strides[axis] > largest / tensor.extents[axis])
      refuse(axis, "strides are from 0 to 2^48 / extent");
  if (tensor.rank < 4)
    return;
  if (tensor.strides[3] != 1)
    refuse(3, "it must be 1: the elements of a row are neighbours");
  if (tensor.strides[2] > largestRowStride)
    refuse(2, "at most 2^31 - 1 are supported");
}

/// The largest step from a query to the next in the orders of the plan.
std::int64_t largestQueryStep(const gaze_plan &plan) {
  std::int64_t step = 1;
  for (const Part &part : plan.parts)
    for (const Grid &grid : part.grids)
      if (!grid.order.classes.empty())
        step = std::max(step, grid.order.classes[0].queryStep);
  return step;
}

/// Each axis must step over all that the axes with smaller strides reach.
void checkDistinct(const gaze_tensor &tensor, const char *name) {
  std::array<std::pair<std::int64_t, std::int64_t>, GAZE_MAX_RANK> axes;
  for (std::int32_t axis = 0; axis < GAZE_MAX_RANK; ++axis)
    axes[axis] = axis < tensor.rank ? std::pair(tensor.strides[axis], tensor.extents[axis])
                                    : std::pair(std::int64_t{0}, std::int64_t{1});
  std::sort(axes.begin(), axes.end());
  std::int64_t reach = 1;
  for (const auto &[stride, extent] : axes) {
    if (extent == 1)
      continue;
    if (stride < reach)
      invalid(std::string(name) + " has a stride of " + std::to_string(stride) +
              " elements, so that rows would overlap");
    reach += stride * (extent - 1);
  }
}

/// The tensors of a plan's runs.
struct Demands {
  explicit Demands(const gaze_plan &plan)
      : kernel(*plan.kernel), shape(plan.shape),
        q(of("q", shape.heads, shape.seq_q, kernel.head_dim)),
        k(of("k", shape.kv_heads, shape.seq_k, kernel.head_dim)),
        v(of("v", shape.kv_heads, shape.seq_k, kernel.value_dim)),
        out(of("out", shape.heads, shape.seq_q, kernel.value_dim)),
        lse{"lse",
            GAZE_ELEMENT_FLOAT32,
            "a log-sum-exp is",
            3,
            {shape.batch, shape.heads, shape.seq_q},
            "the plan takes"} {}

  const gaze_kernel &kernel;
  const gaze_shape &shape;
  const Demand q, k, v, out, lse;

private:
  Demand of(const char *name, std::int64_t heads, std::int64_t rows, std::int64_t dim) const {
    return {name,
            kernel.element,
            "the kernel takes",
            4,
            {shape.batch, heads, rows, dim},
            "the plan takes"};
  }
};

} // namespace

std::int64_t spanOf(const gaze_tensor &tensor) {
  std::int64_t last = 0;
  for (std::int32_t axis = 0; axis < tensor.rank; ++axis)
    last += (tensor.extents[axis] - 1) * tensor.strides[axis];
  return last + 1;
}

Range checkTensor(const gaze_tensor *tensor, const Demand &demand) {
  const char *const name = demand.name;
  if (!tensor || !tensor->data)
    invalid(std::string(name) + (tensor ? ".data" : "") + " is null");
  if (tensor->element != demand.element)
    invalid(std::string(name) + " is " + spelling(tensor->element) + ", " + demand.elementBy + " " +
            spelling(demand.element));
  const std::size_t bytes = halideType(demand.element).bytes();
  if (reinterpret_cast<std::uintptr_t>(tensor->data) % bytes != 0)
    invalid(std::string(name) + " is not aligned to " + std::to_string(bytes) + " bytes");
  checkShape(*tensor, demand);
  checkStrides(*tensor, name);
  const char *const begin = static_cast<const char *>(tensor->data);
  return {begin, begin + spanOf(*tensor) * static_cast<std::int64_t>(bytes)};
}

Range checkWritten(const gaze_tensor *tensor, const Demand &demand) {
  const Range range = checkTensor(tensor, demand);
  checkDistinct(*tensor, demand.name);
  return range;
}

void checkApart(const Range &written, const char *name, const Range &other, const char *otherName) {
  if (written.first < other.second && other.first < written.second)
    invalid(std::string(name) + " overlaps " + otherName);
}

void checkQueriesAndKeys(const gaze_plan &plan, const gaze_tensor *q, const gaze_tensor *k) {
  const Demands demands(plan);
  if (q)
    checkTensor(q, demands.q);
  checkTensor(k, demands.k);
}

void checkSteps(const gaze_plan &plan, const Tensors &tensors) {
  const std::int64_t step = largestQueryStep(plan);
  for (const auto &[tensor, name] : {std::pair(tensors.q, "q"), {tensors.out, "out"}})
    if (tensor->strides[2] > largestRowStride / step)
      invalid(std::string(name) + " has a row stride of " + std::to_string(tensor->strides[2]) +
              " elements, and the plan takes every " + std::to_string(step) + "th row: at most " +
              std::to_string(largestRowStride / step) + " are supported");
}

void checkTensors(const gaze_plan &plan, const Tensors &tensors, DataAre data) {
  const Demands demands(plan);
  // What begins with the same handle begins at the same place, and only that is known of handles.
  const auto reach = [data](const Range &range) {
    return data == DataAre::Handles ? Range{range.first, range.first + 1} : range;
  };
  const std::pair<Range, const char *> inputs[] = {{reach(checkTensor(tensors.q, demands.q)), "q"},
                                                   {reach(checkTensor(tensors.k, demands.k)), "k"},
                                                   {reach(checkTensor(tensors.v, demands.v)), "v"}};
  const Range out = reach(checkWritten(tensors.out, demands.out));
  for (const auto &[range, name] : inputs)
    checkApart(out, "out", range, name);
  if (!tensors.lse)
    return;
  const Range lse = reach(checkWritten(tensors.lse, demands.lse));
  checkApart(lse, "lse", out, "out");
  for (const auto &[range, name] : inputs)
    checkApart(lse, "lse", range, name);
}

} // namespace gaze::runtime
