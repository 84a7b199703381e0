//===- Scratch.h - The memory that a thread's kernel calls work in ------------===//
//
// Generated code asks halide_malloc for its strips of scores and weights in every
// call. Through malloc that is an mmap, page faults and a munmap per work item, a
// quarter of the time of short rows, and a failure inside generated code. So each
// thread of a run has all that one call can need, beforehand (RunMemory.h), and
// halide_malloc deals it out.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_SCRATCH_H
#define GAZE_RUNTIME_SCRATCH_H

#include <cstddef>
#include <cstdint>

namespace gaze::runtime {

/// While it lives, halide_malloc on this thread takes from it.
class Scratch {
public:
  /// Of somebody else's memory, aligned as vectors are.
  Scratch(unsigned char *memory, std::int64_t bytes);
  ~Scratch();
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;

  /// Everything that was dealt out is free again; call between kernel calls.
  void reset() { used = last = 0; }

  /// Null where it does not fit.
  void *allocate(std::size_t bytes);
  /// What was dealt out last can be dealt out again: a tile of K or V comes and goes many
  /// times within one call.
  void free(const void *pointer);
  bool owns(const void *pointer) const;

private:
  Scratch *const before;
  unsigned char *const memory;
  const std::size_t size;
  std::size_t used = 0;
  std::size_t last = 0; ///< where what was dealt out last begins
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_SCRATCH_H
