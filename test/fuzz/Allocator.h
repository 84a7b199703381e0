//===- Allocator.h - Memory of a caller, which ends -----------------------------------===//
#ifndef GAZE_TEST_FUZZ_ALLOCATOR_H
#define GAZE_TEST_FUZZ_ALLOCATOR_H

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace gaze::test {

/// Ends, so that plans of billions of tiles do, and anywhere else.
struct Allocator {
  std::atomic<std::int64_t> left{1 << 26}, out{0};
};

inline void *allocate(void *context, std::size_t bytes, std::size_t alignment) {
  if (!context) // the struct of options ends before it
    return nullptr;
  auto &allocator = *static_cast<Allocator *>(context);
  if (bytes > (1U << 24))
    return nullptr;
  allocator.left -= static_cast<std::int64_t>(bytes);
  if (allocator.left < 0)
    return nullptr;
  void *taken = nullptr;
  const int failed = ::posix_memalign(&taken, std::max(alignment, sizeof(void *)),
                                      std::max<std::size_t>(bytes, 1));
  if (failed)
    return nullptr;
  ++allocator.out;
  return taken;
}

inline void deallocate(void *context, void *taken, std::size_t, std::size_t) {
  --static_cast<Allocator *>(context)->out;
  std::free(taken);
}

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_ALLOCATOR_H
