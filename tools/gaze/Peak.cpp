//===- Peak.cpp - What this machine's arithmetic can do at most --------------===//
//
// A core starts one or two fused multiply-adds a cycle, each of which takes about
// four cycles: a dozen independent chains keep it busy, and fit into the registers
// of every instruction set here. The factors come from volatile memory, so nothing
// can be computed at compile time, and the chains end in volatile memory, so nothing
// can be left out. x' = x / 2 + 1 stays between 1 and 2: no denormals, no infinities.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/Peak.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <immintrin.h>
#include <thread>
#include <vector>

namespace {

constexpr int chains = 12;
volatile float half = 0.5F, one = 1.0F, sink;

/// Each function makes `count` steps in every chain and returns the operations done.
using Loop = double (*)(long count);

__attribute__((target("avx512f"))) double loopAvx512(long count) {
  const __m512 a = _mm512_set1_ps(half), b = _mm512_set1_ps(one);
  __m512 x[chains];
  for (__m512 &chain : x)
    chain = b;
  for (long i = 0; i < count; ++i)
#pragma GCC unroll 12
    for (__m512 &chain : x)
      chain = _mm512_fmadd_ps(chain, a, b);
  for (const __m512 &chain : x)
    sink = chain[0];
  return 2.0 * 16 * chains * static_cast<double>(count);
}

/// Pairs of bfloat16, all of them 0.5: the sums grow, and stop growing, at normal numbers.
__attribute__((target("avx512f,avx512bf16"))) double loopBFloat16(long count) {
  const __m512bh a = (__m512bh)_mm512_set1_ps(half); // NOLINT: any finite bits will do
  __m512 x[chains];
  for (__m512 &chain : x)
    chain = _mm512_set1_ps(one);
  for (long i = 0; i < count; ++i)
#pragma GCC unroll 12
    for (__m512 &chain : x)
      chain = _mm512_dpbf16_ps(chain, a, a);
  for (const __m512 &chain : x)
    sink = chain[0];
  return 4.0 * 16 * chains * static_cast<double>(count);
}

__attribute__((target("avx2,fma"))) double loopAvx2(long count) {
  const __m256 a = _mm256_set1_ps(half), b = _mm256_set1_ps(one);
  __m256 x[chains];
  for (__m256 &chain : x)
    chain = b;
  for (long i = 0; i < count; ++i)
#pragma GCC unroll 12
    for (__m256 &chain : x)
      chain = _mm256_fmadd_ps(chain, a, b);
  for (const __m256 &chain : x)
    sink = chain[0];
  return 2.0 * 8 * chains * static_cast<double>(count);
}

/// Machines without fused multiply-add: one multiplication, one addition.
double loopSse(long count) {
  const __m128 a = _mm_set1_ps(half), b = _mm_set1_ps(one);
  __m128 x[chains];
  for (__m128 &chain : x)
    chain = b;
  for (long i = 0; i < count; ++i)
#pragma GCC unroll 12
    for (__m128 &chain : x)
      chain = _mm_add_ps(_mm_mul_ps(chain, a), b);
  for (const __m128 &chain : x)
    sink = chain[0];
  return 2.0 * 4 * chains * static_cast<double>(count);
}

Loop widestLoop() {
  if (__builtin_cpu_supports("avx512f"))
    return loopAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return loopAvx2;
  return loopSse;
}

/// GFLOP/s of one thread over about a tenth of a second.
double rate(Loop loop) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double operations = 0, seconds = 0;
  while (seconds < 0.1) {
    operations += loop(100000);
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return operations / seconds * 1e-9;
}

} // namespace

gaze::cli::Arithmetic gaze::cli::arithmeticOf(gaze_element element, const std::string &target) {
  const bool inPairs = element == GAZE_ELEMENT_BFLOAT16 &&
                       (target == "host" || target == "x86-64-v4-bf16") &&
                       __builtin_cpu_supports("avx512bf16");
  return inPairs ? Arithmetic::BFloat16Pairs : Arithmetic::Float32;
}

double gaze::cli::measurePeak(Arithmetic arithmetic, int threads) {
  const Loop loop = arithmetic == Arithmetic::BFloat16Pairs ? loopBFloat16 : widestLoop();
  double best = 0;
  for (int repetition = 0; repetition < 3; ++repetition) {
    std::atomic<int> ready{0};
    std::vector<double> rates(threads);
    auto work = [&](int index) {
      ++ready;
      while (ready < threads)
        std::this_thread::yield();
      rates[index] = rate(loop);
    };
    std::vector<std::thread> team;
    for (int i = 1; i < threads; ++i)
      team.emplace_back(work, i);
    work(0);
    for (std::thread &thread : team)
      thread.join();
    double sum = 0;
    for (double each : rates)
      sum += each;
    best = std::max(best, sum);
  }
  return best;
}
