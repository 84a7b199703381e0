//===- FakeKernel.h - A gaze_kernel without a compiler -------------------------===//
//
// The runtime's own tests need a kernel whose answers are known: `keep` and `fault` are
// plain functions, and classify tries every pair of a rectangle. Attention itself is
// computed nowhere.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_RUNTIME_FAKEKERNEL_H
#define GAZE_TEST_RUNTIME_FAKEKERNEL_H

#include "gaze/gaze.h"

#include <HalideRuntime.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace gaze::test {

using Keep =
    std::function<bool(std::int64_t q, std::int64_t k, std::int64_t head, std::int64_t batch)>;

/// What classify evaluates; set before a plan is made.
inline Keep keep;
/// The site, from 1, or 0, and the index that is outside, of a pair; empty: none has any.
using Fault = std::function<std::pair<std::int64_t, std::int64_t>(
    std::int64_t q, std::int64_t k, std::int64_t head, std::int64_t batch)>;
inline Fault fault;
/// How many rectangles classify has seen since it was last set to 0.
inline std::atomic<std::int64_t> classified{0};

inline int classify(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                    halide_buffer_t *, halide_buffer_t *rectangles, halide_buffer_t *verdicts) {
  const auto *ends = reinterpret_cast<const std::int64_t *>(rectangles->host);
  for (int i = 0; i < rectangles->dim[1].extent; ++i, ends += 8) {
    ++classified;
    bool any = false, all = true, inside = true;
    for (std::int64_t q = ends[0]; q <= ends[1]; ++q)
      for (std::int64_t k = ends[2]; k <= ends[3]; ++k)
        for (std::int64_t head = ends[4]; head <= ends[5]; ++head)
          for (std::int64_t batch = ends[6]; batch <= ends[7]; ++batch) {
            const bool kept = keep(q, k, head, batch);
            any |= kept;
            all &= kept;
            inside &= !fault || fault(q, k, head, batch).first == 0;
          }
    verdicts->host[i] = static_cast<std::uint8_t>((any ? 1 : 0) | (all ? 2 : 0) | (inside ? 4 : 0));
  }
  return 0;
}

/// How many pairs were tried one by one since it was last set to 0.
inline std::atomic<std::int64_t> tried{0};

inline int faults(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                  std::int64_t qFirst, std::int64_t kFirst, std::int64_t head, std::int64_t batch,
                  halide_buffer_t *found) {
  auto *out = reinterpret_cast<std::int64_t *>(found->host);
  for (int row = 0; row < found->dim[2].extent; ++row)
    for (int key = 0; key < found->dim[1].extent; ++key) {
      const auto [site, index] = fault(qFirst + row, kFirst + key, head, batch);
      std::int64_t *at = out + row * found->dim[2].stride + key * found->dim[1].stride;
      at[0] = site;
      at[found->dim[0].stride] = index;
      ++tried;
    }
  return 0;
}

/// Without `edgeK` partial tiles are as wide as full ones.
inline gaze_kernel fakeKernel(std::int32_t tileQ, std::int32_t tileK, std::int32_t edgeK = 0) {
  gaze_kernel kernel = {};
  kernel.abi_version = GAZE_ABI_VERSION;
  kernel.struct_size = sizeof(gaze_kernel);
  kernel.name = "fake";
  kernel.target = "none";
  kernel.element = GAZE_ELEMENT_FLOAT32;
  kernel.head_dim = kernel.value_dim = 8;
  kernel.tile_q = tileQ;
  kernel.tile_k = tileK;
  kernel.edge_k = edgeK ? edgeK : tileK;
  kernel.chunk_tiles = 4;
  kernel.scratch_bytes = 1024;
  kernel.classify = classify;
  return kernel;
}

} // namespace gaze::test

#endif // GAZE_TEST_RUNTIME_FAKEKERNEL_H
