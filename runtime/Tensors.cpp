//===- Tensors.cpp - What a run demands of its tensors -------------------------===//
#include "runtime/Tensors.h"

#include "runtime/Buffers.h"
#include "runtime/Error.h"
#include "runtime/Plan.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace gaze::runtime {
namespace {

/// Strides of buffers are 32 bits wide.
constexpr std::int64_t largestRowStride = std::numeric_limits<std::int32_t>::max();

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
  if (tensor->seq_stride > largestRowStride)
    invalid(text + " has a row stride of " + std::to_string(tensor->seq_stride) +
            " elements; at most 2^31 - 1 are supported");
  const char *const begin = static_cast<const char *>(tensor->data);
  return {begin, begin + last * halideType(element).bytes()};
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

} // namespace

void checkQueriesAndKeys(const gaze_plan &plan, const gaze_tensor *q, const gaze_tensor *k) {
  const gaze_shape &shape = plan.shape;
  const gaze_kernel &kernel = *plan.kernel;
  if (q)
    checkTensor(q, "q", kernel.element, shape.batch, shape.heads, shape.seq_q, kernel.head_dim);
  checkTensor(k, "k", kernel.element, shape.batch, shape.kv_heads, shape.seq_k, kernel.head_dim);
}

void checkSteps(const gaze_plan &plan, const Tensors &tensors) {
  const std::int64_t step = largestQueryStep(plan);
  for (const auto &[tensor, name] : {std::pair(tensors.q, "q"), {tensors.out, "out"}})
    if (tensor->seq_stride > largestRowStride / step)
      invalid(std::string(name) + " has a row stride of " + std::to_string(tensor->seq_stride) +
              " elements, and the plan takes every " + std::to_string(step) + "th row: at most " +
              std::to_string(largestRowStride / step) + " are supported");
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

} // namespace gaze::runtime
