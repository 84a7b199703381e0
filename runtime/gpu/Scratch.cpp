//===- Scratch.cpp - Memory for the states of a run -----------------------------===//
#include "runtime/gpu/Scratch.h"

#include "runtime/gpu/Gpu.h"

namespace gaze::runtime {

struct ScratchOfStreams::OfStream {
  std::mutex mutex;
  Allocation memory;
};

ScratchOfStreams::ScratchOfStreams() = default;
ScratchOfStreams::~ScratchOfStreams() = default;

ScratchOfStreams::OfStream &ScratchOfStreams::find(void *stream) {
  void *const ownOfEachThread = reinterpret_cast<void *>(2); // CU_STREAM_PER_THREAD
  const Key key = {stream,
                   stream == ownOfEachThread ? std::this_thread::get_id() : std::thread::id()};
  const std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<OfStream> &found = streams[key];
  if (!found)
    found = std::make_unique<OfStream>();
  return *found;
}

void ScratchOfStreams::clear() noexcept { streams.clear(); }

ScratchOfStreams::Lease::Lease(const Gpu &gpu, void *stream, std::size_t bytes) {
  OfStream &own = gpu.scratch.find(gpu.streamOf(stream));
  lock = std::unique_lock(own.mutex);
  if (own.memory.size() < bytes) {
    own.memory = {}; // first, so that both are never there together
    own.memory = Allocation(gpu, bytes);
  }
  memory = &own.memory;
}

std::uint64_t ScratchOfStreams::Lease::handle() const { return memory->handle(); }

} // namespace gaze::runtime
