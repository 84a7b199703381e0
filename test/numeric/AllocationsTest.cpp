//===- AllocationsTest.cpp - A run with a workspace allocates nothing ----------===//
//
// malloc and its kin are replaced in this program, and with them operator new.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

using namespace gaze;
using namespace gaze::test;

namespace {

std::atomic<bool> isCounting{false};
std::atomic<int> allocations{0};

void count() {
  if (isCounting)
    ++allocations;
}

} // namespace

extern "C" {

// What glibc's own functions call each other by.
void *__libc_malloc(std::size_t bytes);                          // NOLINT
void *__libc_calloc(std::size_t count, std::size_t bytes);       // NOLINT
void *__libc_realloc(void *memory, std::size_t bytes);           // NOLINT
void *__libc_memalign(std::size_t alignment, std::size_t bytes); // NOLINT

void *malloc(std::size_t bytes) {
  count();
  return __libc_malloc(bytes);
}
void *calloc(std::size_t elements, std::size_t bytes) {
  count();
  return __libc_calloc(elements, bytes);
}
void *realloc(void *memory, std::size_t bytes) {
  count();
  return __libc_realloc(memory, bytes);
}
void *aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void **memory, std::size_t alignment, std::size_t bytes) {
  count();
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}
}

namespace {

/// Allocations of the second run with and of one without a workspace; both have the same bits.
std::pair<int, int> allocationsOf(const CompiledPattern &pattern, const gaze_shape &shape,
                                  int threads, std::int64_t parts = 1) {
  Tensors data = pattern.tensors(shape);
  const Plan plan = pattern.plan(shape);
  EXPECT_EQ(parts, plan.info().parts);
  Workspace workspace(plan, threads);
  const std::int64_t dim = pattern.headDim();
  const auto run = [&](const Options &options) {
    allocations = 0;
    isCounting = true;
    plan.run(view(data.q.data(), {shape.batch, shape.heads, shape.seq_q, dim}),
             view(data.k.data(), {shape.batch, shape.kv_heads, shape.seq_k, dim}),
             view(data.v.data(), {shape.batch, shape.kv_heads, shape.seq_k, dim}),
             view(data.out.data(), {shape.batch, shape.heads, shape.seq_q, dim}),
             view(data.lse.data(), {shape.batch, shape.heads, shape.seq_q}), options);
    isCounting = false;
    return allocations.load();
  };
  run(threads); // makes the threads of the pool
  const int without = run(threads);
  const std::vector<float> out = data.out, lse = data.lse;
  const int with = run(Options(threads).workspace(workspace));
  EXPECT_TRUE(out == data.out && lse == data.lse);
  return {with, without};
}

TEST(Allocations, noneWithAWorkspace) {
  const CompiledPattern causal("pattern p() { keep k <= q; }", 32);
  const CompiledPattern strided(
      "pattern p() { keep k <= q and (q - k < 16 or (q - k) % 16 == 0); }", 32);
  const std::pair<int, int> expected = {0, 1};
  for (const int threads : {1, 2, 5}) {
    EXPECT_EQ(expected, allocationsOf(causal, shape(1, 2, 2, 300, 300), threads));
    EXPECT_EQ(expected, allocationsOf(causal, shape(2, 4, 1, 1, 3000), threads)); // few rows
    EXPECT_EQ(expected, allocationsOf(strided, shape(1, 2, 2, 2000, 2000), threads, 2));
  }
}

} // namespace
