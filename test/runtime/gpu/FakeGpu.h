//===- FakeGpu.h - A GPU in the host's memory -------------------------------------===//
//
// The runtime's tests need a device without a driver, and a kernel whose answers are known. Memory
// of this one is the host's, its functions are C++, and what it computes is attention with
// weights exp(q k): small numbers, so that sums need no highest score.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_RUNTIME_GPU_FAKEGPU_H
#define GAZE_TEST_RUNTIME_GPU_FAKEGPU_H

#include "../FakeKernel.h"

#include "runtime/gpu/Gpu.h"
#include "runtime/gpu/HalideDevice.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

namespace gaze::test {

class FakeGpu final : public runtime::Gpu {
public:
  ~FakeGpu() override { scratch.clear(); }

  gaze_api api() const override { return GAZE_API_CUDA; }
  const std::string &name() const override { return called; }
  runtime::BlockLimits limits() const override { return {1024, 49152}; }
  std::int64_t partAlignment() const override { return alignment; }

  runtime::DeviceHandle allocate(std::size_t bytes) const override {
    if (bytes > most)
      throw runtime::Failure(GAZE_OUT_OF_MEMORY, "too much");
    ++allocations;
    ++taken;
    largest = std::max(largest, bytes);
    return reinterpret_cast<runtime::DeviceHandle>(std::malloc(bytes));
  }
  void free(runtime::DeviceHandle memory) const noexcept override {
    --allocations;
    std::free(runtime::pointerOf(memory));
  }
  void copyIn(runtime::DeviceHandle to, const void *from, std::size_t bytes,
              void *) const override {
    copied += bytes;
    std::memcpy(runtime::pointerOf(to), from, bytes);
  }
  void copyOut(void *to, runtime::DeviceHandle from, std::size_t bytes, void *) const override {
    std::memcpy(to, runtime::pointerOf(from), bytes);
  }
  void synchronize(void *) const override {}
  void checkStream(void *) const override {}
  void checkMemory(runtime::DeviceHandle, std::int64_t, runtime::Use, const char *) const override {
  }
  bool hasParts(runtime::DeviceHandle) const override { return true; }

  const halide_device_interface_t *interface() const override { return runtime::cudaInterface(); }
  void *context() const override { return nullptr; }
  void *streamOf(void *given) const override { return given; }

  std::int64_t alignment = 1;
  std::size_t most = std::size_t{1} << 30;           ///< bytes of an allocation
  mutable std::atomic<int> allocations{0}, taken{0}; ///< there now, and since it was set
  mutable std::size_t largest = 0, copied = 0;

private:
  std::string called = "a fake GPU";
};

/// Of device memory that is the host's.
template <typename T = float>
T &at(const halide_buffer_t *buffer, std::initializer_list<std::int64_t> indices) {
  std::int64_t offset = 0;
  std::size_t axis = 0;
  for (const std::int64_t index : indices) {
    const halide_dimension_t &dimension = buffer->dim[axis++];
    offset += (index - dimension.min) * dimension.stride;
  }
  return static_cast<T *>(runtime::pointerOf(buffer->device))[offset];
}

constexpr std::int64_t fakeDim = 8, fakeTileQ = 4, fakeTileK = 8;
/// How often attend was called since it was last set to 0.
inline std::atomic<int> attended{0};

/// A state has by query of the tile the sum of weighted values, and of weights.
inline int attend(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                  halide_buffer_t *q, halide_buffer_t *k, halide_buffer_t *v,
                  halide_buffer_t *tiles, halide_buffer_t *pieces, std::int32_t firstPiece,
                  std::int32_t mostFull, std::int32_t mostMasked, std::int64_t qStart,
                  halide_buffer_t *states) {
  ++attended;
  const std::int64_t group = q->dim[2].extent / k->dim[2].extent;
  for (int i = 0; i < states->dim[1].extent; ++i) {
    const auto field = [&](int which) { return at<std::int32_t>(pieces, {which, firstPiece + i}); };
    const std::int64_t head = field(1), batch = field(2);
    if (field(4) > mostFull || field(5) > mostMasked)
      return 1;
    for (std::int64_t row = 0; row < fakeTileQ; ++row) {
      for (std::int64_t slot = 0; slot <= fakeDim; ++slot)
        at(states, {row * (fakeDim + 1) + slot, i}) = 0;
      const std::int64_t query = field(0) * fakeTileQ + row;
      if (query >= q->dim[1].extent)
        continue;
      for (std::int64_t j = 0; j < field(4) + field(5); ++j) {
        const std::int64_t tile = at<std::int32_t>(tiles, {field(3) + j});
        for (std::int64_t key = tile * fakeTileK; key < (tile + 1) * fakeTileK; ++key) {
          const bool isMasked = j >= field(4);
          if (isMasked && (key >= k->dim[1].extent || !keep(qStart + query, key, head, batch)))
            continue;
          float score = 0;
          for (std::int64_t d = 0; d < fakeDim; ++d)
            score += at(q, {d, query, head, batch}) * at(k, {d, key, head / group, batch});
          const float weight = std::exp(score);
          for (std::int64_t d = 0; d < fakeDim; ++d)
            at(states, {row * (fakeDim + 1) + d, i}) +=
                weight * at(v, {d, key, head / group, batch});
          at(states, {row * (fakeDim + 1) + fakeDim, i}) += weight;
        }
      }
    }
  }
  return 0;
}

/// The sum over the pieces of a query's row of one slot.
inline float sumOf(const halide_buffer_t *states, const halide_buffer_t *rows,
                   std::int32_t firstPiece, std::int64_t query, std::int64_t head,
                   std::int64_t batch, std::int64_t slot) {
  const auto entry = [&](int i) {
    return at<std::int32_t>(rows, {i, query / fakeTileQ, head, batch});
  };
  float sum = 0;
  for (std::int64_t piece = 0; piece < entry(1); ++piece)
    sum += at(states, {query % fakeTileQ * (fakeDim + 1) + slot, entry(0) + piece - firstPiece});
  return sum;
}

inline int finish(halide_buffer_t *states, halide_buffer_t *rows, std::int32_t firstPiece,
                  halide_buffer_t *out) {
  const halide_dimension_t *const dim = out->dim;
  for (std::int64_t batch = dim[3].min; batch < dim[3].min + dim[3].extent; ++batch)
    for (std::int64_t head = dim[2].min; head < dim[2].min + dim[2].extent; ++head)
      for (std::int64_t query = 0; query < dim[1].extent; ++query) {
        const float weight = sumOf(states, rows, firstPiece, query, head, batch, fakeDim);
        for (std::int64_t d = 0; d < fakeDim; ++d)
          at(out, {d, query, head, batch}) =
              weight == 0 ? 0 : sumOf(states, rows, firstPiece, query, head, batch, d) / weight;
      }
  return 0;
}

inline int logSumExp(halide_buffer_t *states, halide_buffer_t *rows, std::int32_t firstPiece,
                     halide_buffer_t *lse) {
  const halide_dimension_t *const dim = lse->dim;
  for (std::int64_t batch = dim[2].min; batch < dim[2].min + dim[2].extent; ++batch)
    for (std::int64_t head = dim[1].min; head < dim[1].min + dim[1].extent; ++head)
      for (std::int64_t query = 0; query < dim[0].extent; ++query)
        at(lse, {query, head, batch}) =
            std::log(sumOf(states, rows, firstPiece, query, head, batch, fakeDim));
  return 0;
}

inline const gaze_gpu_code fakeCode = {
    GAZE_API_CUDA, 64,     1024,     static_cast<std::int32_t>(fakeTileQ *(fakeDim + 1)),
    attend,        finish, logSumExp};

inline gaze_kernel fakeGpuKernel() {
  gaze_kernel kernel = fakeKernel(fakeTileQ, fakeTileK);
  kernel.gpu = &fakeCode;
  return kernel;
}

} // namespace gaze::test

#endif // GAZE_TEST_RUNTIME_GPU_FAKEGPU_H
