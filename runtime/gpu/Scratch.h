//===- Scratch.h - Memory for the states of a run -------------------------------===//
//
// What is put into a stream happens in order, so all runs of a stream, whatever their
// plan, share one piece of memory; those of two streams must not. The streams that were used last
// keep theirs.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GPU_SCRATCH_H
#define GAZE_RUNTIME_GPU_SCRATCH_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace gaze::runtime {

class Gpu;
class Allocation;

/// Streams that keep their memory; a variable for tests.
inline std::size_t streamsWithScratch = 16;

class ScratchOfStreams {
  struct OfStream;

public:
  ScratchOfStreams();
  ~ScratchOfStreams();

  /// At least `bytes` for one run, which has it to itself until all is in the stream.
  class Lease {
  public:
    Lease(const Gpu &gpu, void *stream, std::size_t bytes);
    std::uint64_t handle() const;

  private:
    std::shared_ptr<OfStream> own;
    std::unique_lock<std::mutex> lock;
  };

  /// Frees all.
  void clear() noexcept;

private:
  /// A thread's own default stream of CUDA has one handle for all threads.
  using Key = std::pair<void *, std::thread::id>;

  std::mutex mutex;
  std::map<Key, std::shared_ptr<OfStream>> streams;
  std::uint64_t uses = 0;

  std::shared_ptr<OfStream> find(void *stream);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_SCRATCH_H
