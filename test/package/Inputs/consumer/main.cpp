// Prints what every kernel says of itself.
#include "causal.h"
#include "gaze/gaze.hpp"
#if defined(SEVERAL)
#include "narrow.h"
#include "window_bf16_16.h"
#include "window_bf16_24.h"
#include "window_f32_16.h"
#include "window_f32_24.h"
#endif

#include <cstdio>

const gaze_kernel &attentionKernel();

int main() {
  const gaze_kernel *kernels[] = {
      &causal,        &attentionKernel(),
#if defined(SEVERAL)
      &window_f32_16, &window_f32_24,     &window_bf16_16, &window_bf16_24, &narrow,
#endif
  };
  for (const gaze_kernel *kernel : kernels)
    std::printf("%s: %s, %d and %d channels, %d parameters\n", kernel->name,
                kernel->element == GAZE_ELEMENT_BFLOAT16 ? "bf16" : "f32", kernel->head_dim,
                kernel->value_dim, kernel->parameter_count);
}
