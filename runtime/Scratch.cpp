//===- Scratch.cpp - The memory that a thread's kernel calls work in ----------===//
#include "runtime/Scratch.h"

#include <HalideRuntime.h>

#include <cstdlib>
#include <mutex>
#include <new>

namespace gaze::runtime {
namespace {

constexpr std::size_t alignment = 128; // Halide's own, enough for every vector

thread_local Scratch *current = nullptr;

std::size_t rounded(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/// Other Halide code of the process comes here as well, without a Scratch.
void *halideMalloc(void *, std::size_t bytes) {
  if (current)
    if (void *memory = current->allocate(bytes))
      return memory;
  return std::aligned_alloc(alignment, rounded(bytes));
}

void halideFree(void *, void *pointer) {
  if (current && current->owns(pointer))
    current->free(pointer);
  else
    std::free(pointer);
}

void installOnce() {
  static std::once_flag installed;
  std::call_once(installed, [] {
    halide_set_custom_malloc(halideMalloc);
    halide_set_custom_free(halideFree);
  });
}

} // namespace

void Scratch::Free::operator()(unsigned char *pointer) const { std::free(pointer); }

Scratch::Scratch(std::int64_t bytes) : size(rounded(static_cast<std::size_t>(bytes))) {
  installOnce();
  memory.reset(static_cast<unsigned char *>(std::aligned_alloc(alignment, size)));
  if (!memory)
    throw std::bad_alloc();
  current = this;
}

Scratch::~Scratch() { current = nullptr; }

void *Scratch::allocate(std::size_t bytes) {
  const std::size_t need = rounded(bytes);
  if (need > size - used)
    return nullptr;
  last = used;
  used += need;
  return memory.get() + last;
}

void Scratch::free(const void *pointer) {
  if (pointer == memory.get() + last)
    used = last;
}

bool Scratch::owns(const void *pointer) const {
  const auto *const byte = static_cast<const unsigned char *>(pointer);
  return byte >= memory.get() && byte < memory.get() + size;
}

void FreeFloats::operator()(float *pointer) const { std::free(pointer); }

std::unique_ptr<float[], FreeFloats> allocateFloats(std::int64_t count) {
  const std::size_t bytes = rounded(static_cast<std::size_t>(count) * sizeof(float));
  std::unique_ptr<float[], FreeFloats> memory(
      static_cast<float *>(std::aligned_alloc(alignment, bytes)));
  if (!memory)
    throw std::bad_alloc();
  return memory;
}

} // namespace gaze::runtime
