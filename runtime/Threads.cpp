//===- Threads.cpp - Work items over a thread pool -----------------------------===//
#include "runtime/Threads.h"

#include "runtime/Error.h"

#include <HalideRuntime.h>

#include <algorithm>
#include <string>
#include <thread>

namespace gaze::runtime {

void checkThreads(const Threads &threads) {
  if (threads.count < 0 || threads.count > 4096)
    invalid("threads must be from 0 (all cores) to 4096, not " + std::to_string(threads.count));
}

int threadCount(const Threads &threads) {
  checkThreads(threads);
  return threads.count > 0 ? threads.count
                           : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::int64_t Next::operator()() const {
  if (workers.stopped)
    return -1;
  const std::int64_t item = workers.taken++;
  return item < workers.items ? item : -1;
}

Workers::Workers(std::int64_t items, const Threads &threads)
    : items(items), threads(threads),
      workers(static_cast<int>(std::min<std::int64_t>(threadCount(threads), items))) {}

void Workers::runWorker(int worker) {
  const UseMemory use(memory);
  try {
    work(closure, Next{*this, worker});
  } catch (...) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!failure)
      failure = std::current_exception();
    stopped = true;
  }
  ++ended;
}

/// Whatever a pool calls it with, and however often, no two are the same worker.
void Workers::runTask(void *closure, std::int64_t) {
  auto &self = *static_cast<Workers *>(closure);
  const int worker = self.started++;
  if (worker < self.workers)
    self.runWorker(worker);
}

void Workers::checkTasks() const {
  if (started != workers || ended != workers)
    invalid("options.parallel_for must call its task once for each of " + std::to_string(workers) +
            " indices and return after all have returned: it has called it " +
            std::to_string(started) + " times, and " + std::to_string(ended) + " have returned");
}

void Workers::run(void (*of)(const void *, const Next &), const void *with) {
  work = of;
  closure = with;
  if (workers == 1) {
    runWorker(0);
  } else if (workers > 1 && threads.parallelFor) {
    threads.parallelFor(threads.context, workers, runTask, this);
    checkTasks();
  } else if (workers > 1) {
    const auto task = [](void *, int index, std::uint8_t *self) {
      runTask(self, index);
      return 0;
    };
    if (halide_do_par_for(nullptr, task, 0, workers, reinterpret_cast<std::uint8_t *>(this)) != 0)
      throw Failure(GAZE_INTERNAL_ERROR, "the thread pool failed");
  }
  if (failure)
    std::rethrow_exception(failure);
}

} // namespace gaze::runtime
