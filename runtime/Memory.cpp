//===- Memory.cpp - Where the runtime's memory comes from ----------------------===//
#include "runtime/Memory.h"

#include "runtime/Error.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace gaze::runtime {
namespace {

thread_local Memory currentMemory;

void *takeFromLibrary(std::size_t bytes, std::size_t alignment) {
  if (alignment <= alignof(std::max_align_t))
    return std::malloc(std::max<std::size_t>(bytes, 1));
  return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

} // namespace

const Memory &Memory::current() { return currentMemory; }

void *Memory::take(std::size_t bytes, std::size_t alignment) const {
  void *const memory =
      allocate ? allocate(context, bytes, alignment) : takeFromLibrary(bytes, alignment);
  if (!memory)
    throw std::bad_alloc();
  if (reinterpret_cast<std::uintptr_t>(memory) % alignment != 0) {
    giveBack(memory, bytes, alignment);
    invalid("options.allocate gave memory that is not aligned to the " + std::to_string(alignment) +
            " bytes that were asked for");
  }
  return memory;
}

void Memory::giveBack(void *memory, std::size_t bytes, std::size_t alignment) const noexcept {
  if (deallocate)
    deallocate(context, memory, bytes, alignment);
  else
    std::free(memory);
}

UseMemory::UseMemory(const Memory &memory) : before(currentMemory) { currentMemory = memory; }
UseMemory::~UseMemory() { currentMemory = before; }

} // namespace gaze::runtime
