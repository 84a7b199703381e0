//===- Threads.cpp - Work items over Halide's thread pool ---------------------===//
#include "runtime/Threads.h"

#include "runtime/Error.h"

#include <HalideRuntime.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace gaze::runtime {
namespace {

struct Shared {
  const std::function<void(const std::function<std::int64_t()> &)> &work;
  std::function<std::int64_t()> next;
  std::mutex mutex;
  std::exception_ptr failure;
  std::atomic<bool> stopped{false};
};

int runWorker(void *, int, std::uint8_t *closure) {
  Shared &shared = *reinterpret_cast<Shared *>(closure);
  try {
    shared.work(shared.next);
  } catch (...) {
    const std::lock_guard<std::mutex> lock(shared.mutex);
    if (!shared.failure)
      shared.failure = std::current_exception();
    shared.stopped = true;
  }
  return 0;
}

} // namespace

int threadCount(int threads) {
  if (threads < 0 || threads > 4096)
    invalid("threads must be from 0 (all cores) to 4096, not " + std::to_string(threads));
  return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void forEachWorker(std::int64_t items, int threads,
                   const std::function<void(const std::function<std::int64_t()> &)> &work) {
  const int workers = static_cast<int>(std::min<std::int64_t>(threadCount(threads), items));

  std::atomic<std::int64_t> taken{0};
  Shared shared{work, {}, {}, {}};
  shared.next = [&]() -> std::int64_t {
    if (shared.stopped)
      return -1;
    const std::int64_t item = taken++;
    return item < items ? item : -1;
  };
  auto *const closure = reinterpret_cast<std::uint8_t *>(&shared);
  if (workers == 1)
    runWorker(nullptr, 0, closure);
  else if (workers > 1 && halide_do_par_for(nullptr, runWorker, 0, workers, closure) != 0)
    throw Failure(GAZE_INTERNAL_ERROR, "the thread pool failed");
  if (shared.failure)
    std::rethrow_exception(shared.failure);
}

} // namespace gaze::runtime
