//===- Scratch.cpp - Memory for the states of a run -----------------------------===//
#include "runtime/gpu/Scratch.h"

#include "runtime/gpu/Gpu.h"

#include <algorithm>

namespace gaze::runtime {

struct ScratchOfStreams::OfStream {
  std::mutex mutex;
  Allocation memory;
  std::uint64_t lastUse = 0; ///< counted under the lock of all streams
};

ScratchOfStreams::ScratchOfStreams() = default;
ScratchOfStreams::~ScratchOfStreams() = default;

std::shared_ptr<ScratchOfStreams::OfStream> ScratchOfStreams::find(void *stream) {
  void *const ownOfEachThread = reinterpret_cast<void *>(2); // CU_STREAM_PER_THREAD
  const Key key = {stream,
                   stream == ownOfEachThread ? std::this_thread::get_id() : std::thread::id()};
  std::shared_ptr<OfStream> oldest; // a run that has it still keeps it; else freed without the lock
  const std::lock_guard<std::mutex> lock(mutex);
  if (streams.size() >= streamsWithScratch && streams.count(key) == 0) {
    const auto first =
        std::min_element(streams.begin(), streams.end(), [](const auto &a, const auto &b) {
          return a.second->lastUse < b.second->lastUse;
        });
    oldest = std::move(first->second);
    streams.erase(first);
  }
  std::shared_ptr<OfStream> &found = streams[key];
  if (!found)
    found = std::make_shared<OfStream>();
  found->lastUse = ++uses;
  return found;
}

void ScratchOfStreams::clear() noexcept { streams.clear(); }

ScratchOfStreams::Lease::Lease(const Gpu &gpu, void *stream, std::size_t bytes) {
  own = gpu.scratch.find(gpu.streamOf(stream));
  lock = std::unique_lock(own->mutex);
  if (own->memory.size() < bytes) {
    own->memory = {}; // first, so that both are never there together
    own->memory = Allocation(gpu, bytes);
  }
}

std::uint64_t ScratchOfStreams::Lease::handle() const { return own->memory.handle(); }

} // namespace gaze::runtime
