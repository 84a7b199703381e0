//===- Cpu.cpp - What this CPU can run ---------------------------------------------===//
#include "runtime/Cpu.h"

#include "runtime/Error.h"

#include <string>
#include <vector>

namespace gaze::runtime {
namespace {

struct Group {
  std::uint64_t bit;
  const char *name;
  bool isHere;
};

/// GAZE_CPU_*, as this CPU has them and its operating system lets programs use them.
const std::vector<Group> &groups() {
#if defined(__x86_64__)
  const auto all = [](auto... are) { return (are && ...); };
#define HAS(feature) (__builtin_cpu_supports(feature) != 0)
  static const std::vector<Group> known = {
      {GAZE_CPU_SSE41, "SSE 4.1", HAS("sse4.1")},
      {GAZE_CPU_AVX, "AVX", HAS("avx")},
      {GAZE_CPU_AVX2, "AVX2", all(HAS("avx2"), HAS("bmi"), HAS("bmi2"), HAS("lzcnt"))},
      {GAZE_CPU_FMA, "FMA", HAS("fma")},
      {GAZE_CPU_F16C, "F16C", HAS("f16c")},
      {GAZE_CPU_AVX512, "AVX-512",
       all(HAS("avx512f"), HAS("avx512cd"), HAS("avx512vl"), HAS("avx512dq"), HAS("avx512bw"))},
      {GAZE_CPU_AVX512_VBMI, "AVX-512 VBMI", all(HAS("avx512vbmi"), HAS("avx512ifma"))},
      {GAZE_CPU_AVX512_BF16, "AVX-512 BF16",
       all(HAS("avx512bf16"), HAS("avx512vnni"), HAS("avx512vbmi2"), HAS("avx512bitalg"),
           HAS("avx512vpopcntdq"))},
      {GAZE_CPU_AMX, "AMX", all(HAS("amx-tile"), HAS("amx-int8"), HAS("amx-bf16"))},
  };
#undef HAS
#else
  static const std::vector<Group> known; // kernels for others need nothing beyond the architecture
#endif
  return known;
}

std::uint64_t lackedBy(const gaze_kernel &kernel) {
  std::uint64_t lacking = kernel.cpu;
  for (const Group &group : groups())
    if (group.isHere)
      lacking &= ~group.bit;
  return lacking;
}

std::string namesOf(std::uint64_t bits) {
  std::string names;
  const auto append = [&](const char *name) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  };
  for (const Group &group : groups()) {
    if (bits & group.bit)
      append(group.name);
    bits &= ~group.bit;
  }
  if (bits)
    append("instructions that this runtime does not know");
  return names;
}

void checkVersion(const gaze_kernel *kernel) {
  if (!kernel)
    invalid("kernel is null");
  if (kernel->abi_version != GAZE_ABI_VERSION || kernel->struct_size != sizeof(gaze_kernel))
    invalid("the kernel was compiled for interface version " + std::to_string(kernel->abi_version) +
            ", this runtime has version " + std::to_string(GAZE_ABI_VERSION) +
            "; compile the pattern again");
}

} // namespace

const gaze_kernel &kernelHere(const gaze_kernel *kernel) {
  checkVersion(kernel);
  for (std::int32_t i = 0; i < kernel->variant_count; ++i) {
    checkVersion(kernel->variants[i]);
    if (lackedBy(*kernel->variants[i]) == 0)
      return *kernel->variants[i];
  }
  if (const std::uint64_t lacking = lackedBy(*kernel))
    throw Failure(GAZE_UNSUPPORTED_CPU,
                  "the kernel '" + std::string(kernel->name) + "' was compiled for CPUs with " +
                      namesOf(lacking) +
                      ", which this one lacks; compile the pattern for a less demanding target, "
                      "or for several at once");
  return *kernel;
}

} // namespace gaze::runtime

using namespace gaze::runtime;

gaze_status gaze_kernel_here(const gaze_kernel *kernel, const gaze_kernel **here,
                             gaze_error *error) {
  return guarded(error, [&] {
    if (!here)
      invalid("here is null");
    *here = nullptr;
    *here = &kernelHere(kernel);
  });
}
