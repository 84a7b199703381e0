//===- LooseKernel.h - A gaze_kernel that looks at nothing -----------------------------===//
#ifndef GAZE_TEST_FUZZ_LOOSEKERNEL_H
#define GAZE_TEST_FUZZ_LOOSEKERNEL_H

#include "test/fuzz/Bytes.h"
#include "test/fuzz/StrictKernel.h"
#include "test/runtime/FakeKernel.h"

#include <algorithm>

namespace gaze::test {

/// What classify answers for every rectangle: nothing kept, some of it, or all.
inline std::uint8_t verdict;

inline int answerAlike(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                       halide_buffer_t *, halide_buffer_t *rectangles, halide_buffer_t *verdicts) {
  std::fill_n(verdicts->host, rectangles->dim[1].extent, verdict);
  return 0;
}

inline int sizesOfInputs(halide_buffer_t *uniforms, halide_buffer_t *out) {
  const auto *given = reinterpret_cast<const std::int64_t *>(uniforms->host) + 2; // parameters
  auto *size = reinterpret_cast<std::int64_t *>(out->host);
  size[0] = given[4], size[1] = given[1], size[2] = given[2];
  return 0;
}

inline int accumulateNothing(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                             halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                             halide_buffer_t *, halide_buffer_t *, std::int32_t, std::int32_t,
                             std::int64_t, std::int64_t, std::int64_t, halide_buffer_t *,
                             halide_buffer_t *) {
  return 0;
}

inline constexpr gaze_parameter looseParameters[] = {{"window", GAZE_INT, 1, {5}},
                                                     {"on", GAZE_BOOL, 0, {0}}};

inline gaze_kernel looseKernel(Bytes &bytes) {
  gaze_kernel kernel = fakeKernel(16, 16);
  kernel.classify = answerAlike;
  kernel.accumulate = accumulateNothing;
  kernel.finish = [](auto *, auto *, auto *) { return 0; };
  kernel.sizes = sizesOfInputs;
  kernel.parameters = looseParameters;
  kernel.parameter_count = 2;
  if (bytes.flag()) {
    kernel.inputs = fuzzedInputs;
    kernel.input_count = 2;
  }
  return kernel;
}

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_LOOSEKERNEL_H
