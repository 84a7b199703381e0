//===- Memory.h - Where the runtime's memory comes from ------------------------===//
//
// A call takes its memory from the callbacks of its gaze_options, or else from the C
// library. The functions of the runtime do not hand that down: it is the current memory
// of the thread while the call lasts, and of every thread that takes part. A container
// that is made meanwhile keeps a copy, so that what outlives the call, as a plan does,
// gives its memory back to where it came from.
//
// Tests: test/numeric/AllocationsTest.cpp, OutOfMemoryTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_MEMORY_H
#define GAZE_RUNTIME_MEMORY_H

#include "gaze/gaze.h"

#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace gaze::runtime {

class Memory {
public:
  /// The C library's.
  Memory() = default;
  Memory(gaze_allocate allocate, gaze_deallocate deallocate, void *context)
      : allocate(allocate), deallocate(deallocate), context(context) {}

  /// Throws std::bad_alloc, or a Failure where a callback gives memory that is not aligned.
  void *take(std::size_t bytes, std::size_t alignment) const;
  void giveBack(void *memory, std::size_t bytes, std::size_t alignment) const noexcept;

  /// What is made on this thread takes it.
  static const Memory &current();

  bool operator==(const Memory &other) const {
    return allocate == other.allocate && deallocate == other.deallocate && context == other.context;
  }
  bool operator!=(const Memory &other) const { return !(*this == other); }

private:
  gaze_allocate allocate = nullptr;
  gaze_deallocate deallocate = nullptr;
  void *context = nullptr;
};

/// Makes a memory the current one of this thread, while it lives.
class UseMemory {
public:
  explicit UseMemory(const Memory &memory);
  ~UseMemory();
  UseMemory(const UseMemory &) = delete;
  UseMemory &operator=(const UseMemory &) = delete;

private:
  const Memory before;
};

/// For containers. `alignment` 0: that of T.
template <typename T, std::size_t alignment = 0> class Allocator {
public:
  using value_type = T; // NOLINT(readability-identifier-naming): as the library names them
  using propagate_on_container_move_assignment = std::true_type; // NOLINT
  using propagate_on_container_swap = std::true_type;            // NOLINT
  template <typename Other> struct rebind {                      // NOLINT
    using other = Allocator<Other, alignment>;                   // NOLINT
  };

  Allocator() : memory(Memory::current()) {}
  template <typename Other>
  Allocator(const Allocator<Other, alignment> &other) // NOLINT(google-explicit-constructor)
      : memory(other.memory) {}

  T *allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
      throw std::bad_alloc();
    return static_cast<T *>(memory.take(count * sizeof(T), aligned));
  }
  void deallocate(T *elements, std::size_t count) noexcept {
    memory.giveBack(static_cast<void *>(elements), count * sizeof(T), aligned);
  }
  /// A copy belongs to the call that makes it.
  Allocator select_on_container_copy_construction() const { return {}; } // NOLINT

  template <typename Other> bool operator==(const Allocator<Other, alignment> &other) const {
    return memory == other.memory;
  }
  template <typename Other> bool operator!=(const Allocator<Other, alignment> &other) const {
    return memory != other.memory;
  }

private:
  template <typename, std::size_t> friend class Allocator;
  static constexpr std::size_t aligned = alignment > alignof(T) ? alignment : alignof(T);
  Memory memory;
};

template <typename T> using Vector = std::vector<T, Allocator<T>>;

/// Halide's alignment, enough for every vector register.
constexpr std::size_t vectorAlignment = 128;
using Floats = std::vector<float, Allocator<float, vectorAlignment>>;

/// Frees what `make` has made, whose member `memory` says where it came from.
struct Destroy {
  template <typename T> void operator()(T *object) const {
    const Memory memory = object->memory;
    object->~T();
    memory.giveBack(const_cast<std::remove_const_t<T> *>(object), sizeof(T), alignof(T));
  }
};
template <typename T> using Owned = std::unique_ptr<T, Destroy>;

/// An object that the caller of the C interface will own, in the current memory.
template <typename T, typename... Arguments> Owned<T> make(Arguments &&...arguments) {
  const Memory memory = Memory::current();
  void *const place = memory.take(sizeof(T), alignof(T));
  try {
    Owned<T> made(new (place) T{std::forward<Arguments>(arguments)...});
    made->memory = memory;
    return made;
  } catch (...) {
    memory.giveBack(place, sizeof(T), alignof(T));
    throw;
  }
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_MEMORY_H
