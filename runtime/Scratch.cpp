//===- Scratch.cpp - The memory that a thread's kernel calls work in ----------===//
#include "runtime/Scratch.h"

#include "runtime/Memory.h"

#include <HalideRuntime.h>

#include <cstdlib>
#include <mutex>

namespace gaze::runtime {
namespace {

thread_local Scratch *current = nullptr;

std::size_t rounded(std::size_t bytes) {
  return (bytes + vectorAlignment - 1) / vectorAlignment * vectorAlignment;
}

/// Other Halide code of the process comes here as well, without a Scratch.
void *halideMalloc(void *, std::size_t bytes) {
  if (current)
    if (void *memory = current->allocate(bytes))
      return memory;
  return std::aligned_alloc(vectorAlignment, rounded(bytes));
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

Scratch::Scratch(unsigned char *memory, std::int64_t bytes)
    : before(current), memory(memory), size(static_cast<std::size_t>(bytes)) {
  installOnce();
  current = this;
}

Scratch::~Scratch() { current = before; }

void *Scratch::allocate(std::size_t bytes) {
  const std::size_t need = rounded(bytes);
  if (need > size - used)
    return nullptr;
  last = used;
  used += need;
  return memory + last;
}

void Scratch::free(const void *pointer) {
  if (pointer == memory + last)
    used = last;
}

bool Scratch::owns(const void *pointer) const {
  const auto *const byte = static_cast<const unsigned char *>(pointer);
  return byte >= memory && byte < memory + size;
}

} // namespace gaze::runtime
