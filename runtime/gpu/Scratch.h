//===- Scratch.h - Memory for the states of a run -------------------------------===//
//
// What is put into a stream happens in order, so all runs of a stream, whatever their
// plan, share one piece of memory; those of two streams must not.
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

class ScratchOfStreams {
public:
  ScratchOfStreams();
  ~ScratchOfStreams();

  /// At least `bytes` for one run, which has it to itself until all is in the stream.
  class Lease {
  public:
    Lease(const Gpu &gpu, void *stream, std::size_t bytes);
    std::uint64_t handle() const;

  private:
    const Allocation *memory;
    std::unique_lock<std::mutex> lock;
  };

  /// Frees all.
  void clear() noexcept;

private:
  struct OfStream;
  /// A thread's own default stream of CUDA has one handle for all threads.
  using Key = std::pair<void *, std::thread::id>;

  std::mutex mutex;
  std::map<Key, std::unique_ptr<OfStream>> streams;

  OfStream &find(void *stream);
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_SCRATCH_H
