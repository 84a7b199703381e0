//===- sanitized.cpp - Kernels with AddressSanitizer, at odd sizes -----------------===//
//
// Without arguments: every kernel at many sizes, each tensor in memory that ends with it. With the
// name of a tensor: its memory is one element shorter than the tensor says, which must be found.
// What kernels work in is memory of its own, too, since the runtime is given no scratch to deal
// out.
//
//===----------------------------------------------------------------------===//
#include "bounding.h"
#include "columns.h"
#include "gaze/gaze.hpp"
#include "global.h"
#include "holes.h"
#include "reading.h"
#include "selecting.h"
#include "strided.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

std::string shortTensor;
int runs = 0, reordered = 0, unwritten = 0;

/// It takes keys in other orders than their own, of which gaze_plan_visit cannot tell.
bool takesOtherOrders(const gaze::Plan &plan) {
  const auto nothing = [](void *, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                          std::int32_t) { return 0; };
  return gaze_plan_visit(plan.get(), 0, 0, nothing, nullptr, nullptr) != GAZE_OK;
}

/// Memory of a tensor and nothing else, of numbers from 1 to 2.
class Exact {
public:
  Exact(const char *name, gaze_element element, std::initializer_list<std::int64_t> extents)
      : element(element) {
    result.element = element;
    result.rank = static_cast<std::int32_t>(extents.size());
    std::copy(extents.begin(), extents.end(), result.extents);
    std::int64_t count = 1;
    for (std::int32_t axis = result.rank; axis-- > 0; count *= result.extents[axis])
      result.strides[axis] = count;
    memory.resize((count - (shortTensor == name ? 1 : 0)) * bytes());
    for (std::size_t i = 0; i < memory.size() / bytes(); ++i)
      set(i);
    result.data = memory.data();
  }

  const gaze_tensor &tensor() const { return result; }

  /// All bits 1, a NaN that no kernel writes.
  void forget() { std::fill(memory.begin(), memory.end(), 0xff); }
  bool isWritten() const {
    const std::uint8_t nothing[4] = {0xff, 0xff, 0xff, 0xff};
    for (std::size_t i = 0; i < memory.size(); i += bytes())
      if (std::memcmp(&memory[i], nothing, bytes()) == 0)
        return false;
    return true;
  }

private:
  std::size_t bytes() const { return element == GAZE_ELEMENT_FLOAT32 ? 4 : 2; }
  void set(std::size_t i) {
    static std::uint32_t random = 1;
    random = random * 1664525 + 1013904223;
    const std::uint32_t one = element == GAZE_ELEMENT_FLOAT32   ? 0x3f800000
                              : element == GAZE_ELEMENT_FLOAT16 ? 0x3c00
                                                                : 0x3f80;
    const std::uint32_t bits = one | (random >> 8) % (one & -one);
    std::memcpy(&memory[i * bytes()], &bits, bytes());
  }

  gaze_element element;
  std::vector<std::uint8_t> memory;
  gaze_tensor result = {};
};

/// Documents of 11 keys, and a bias of each pair.
struct Inputs {
  explicit Inputs(const gaze_shape &shape)
      : documents(shape.batch * shape.seq_k), bias(shape.seq_k * shape.seq_k, 0.5F) {
    for (std::size_t i = 0; i < documents.size(); ++i)
      documents[i] = static_cast<std::int32_t>(i / 11);
    tensors = {{documents.data(), GAZE_ELEMENT_INT32, 2, {shape.batch, shape.seq_k}},
               {bias.data(), GAZE_ELEMENT_FLOAT32, 2, {shape.seq_k, shape.seq_k}}};
  }
  std::vector<std::int32_t> documents;
  std::vector<float> bias;
  std::vector<gaze_input_tensor> tensors;
};

void run(const gaze_kernel &given, const gaze_shape &shape,
         const std::vector<gaze::Value> &values = {}) {
  gaze_kernel kernel = given;
  kernel.scratch_bytes = 0; // so that halide_malloc is malloc, which AddressSanitizer watches
  const gaze_element element = kernel.element;
  const Exact q("q", element, {shape.batch, shape.heads, shape.seq_q, kernel.head_dim});
  const Exact k("k", element, {shape.batch, shape.kv_heads, shape.seq_k, kernel.head_dim});
  const Exact v("v", element, {shape.batch, shape.kv_heads, shape.seq_k, kernel.value_dim});
  Exact out("out", element, {shape.batch, shape.heads, shape.seq_q, kernel.value_dim});
  Exact lse("lse", GAZE_ELEMENT_FLOAT32, {shape.batch, shape.heads, shape.seq_q});
  out.forget();
  lse.forget();
  const Inputs inputs(shape);
  const gaze::Plan plan(kernel, shape, values,
                        kernel.input_count ? inputs.tensors : std::vector<gaze_input_tensor>());
  plan.run(q.tensor(), k.tensor(), v.tensor(), out.tensor(), lse.tensor(), 1 + runs % 3);
  ++runs;
  reordered += takesOtherOrders(plan) ? 1 : 0;
  unwritten += out.isWritten() && lse.isWritten() ? 0 : 1;
}

void runAtManySizes(const gaze_kernel &kernel, const std::vector<gaze::Value> &values = {}) {
  for (const std::int64_t seqQ : {1, 2, 5, 7, 8, 11, 15, 17, 31, 33, 64, 101, 257})
    for (const std::int64_t seqK : {1, 3, 8, 15, 17, 31, 33, 65, 127, 260, 600})
      if (kernel.input_count == 0 || seqQ <= seqK)
        run(kernel, {2, 4, 2, seqQ, seqK, seqK - seqQ}, values);
}

} // namespace

int main(int count, char **arguments) {
  if (count > 1) {
    shortTensor = arguments[1];
    run(global, {1, 1, 1, 65, 65, 0});
    return 0;
  }
  for (const gaze_kernel *kernel : {&global, &holes, &strided, &selecting, &bounding, &reading})
    runAtManySizes(*kernel);
  for (const bool on : {true, false})
    runAtManySizes(columns, {on});
  for (const gaze_shape &large : {gaze_shape{1, 2, 1, 700, 700, 0}, {1, 2, 1, 70, 1100, 1030}}) {
    run(strided, large);
    run(columns, large, {true});
  }
  std::printf("%d runs, %d of them in other orders of keys, %d left something unwritten\n", runs,
              reordered, unwritten);
  return 0;
}
