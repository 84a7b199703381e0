//===- Threads.h - Work items over a thread pool -------------------------------===//
#ifndef GAZE_RUNTIME_THREADS_H
#define GAZE_RUNTIME_THREADS_H

#include "gaze/gaze.h"
#include "runtime/Memory.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>

namespace gaze::runtime {

/// How the work of a call is spread.
struct Threads {
  Threads(int count = 0) : count(count) {} // NOLINT(google-explicit-constructor): on our own pool
  Threads(int count, gaze_parallel_for parallelFor, void *context)
      : count(count), parallelFor(parallelFor), context(context) {}

  int count;                               ///< of tasks; 0: one for each core
  gaze_parallel_for parallelFor = nullptr; ///< null: Halide's pool
  void *context = nullptr;
};

/// Throws a Failure where there cannot be so many.
void checkThreads(const Threads &threads);

/// The number that `threads` stands for. Throws a Failure where it is none.
int threadCount(const Threads &threads);

class Workers;

/// Asks for the number of the next item, 0 to items - 1, until it gets a negative one.
struct Next {
  Workers &workers;
  int worker; ///< who asks, from 0

  std::int64_t operator()() const;
};

/// Hands out items to the workers of a call. None ever waits for another one, so they
/// may as well run one after the other.
class Workers {
public:
  Workers(std::int64_t items, const Threads &threads);

  /// At most one for each item.
  int count() const { return workers; }
  /// Calls work(closure, next) on each of them.
  void run(void (*work)(const void *closure, const Next &next), const void *closure);

private:
  friend struct Next;

  const std::int64_t items;
  const Threads &threads;
  const int workers;
  const Memory memory = Memory::current();
  void (*work)(const void *, const Next &) = nullptr;
  const void *closure = nullptr;
  std::atomic<std::int64_t> taken{0};
  std::atomic<int> started{0}, ended{0};
  std::atomic<bool> stopped{false};
  std::mutex mutex;
  std::exception_ptr failure;

  static void runTask(void *closure, std::int64_t index);
  void runWorker(int worker);
  void checkTasks() const;
};

/// Calls work(next) on `threads` workers, at most one for each of `items`, and rethrows
/// the first exception after all have stopped; next() gives nothing more once a worker has
/// thrown. `next.worker` counts the workers.
template <typename Work>
void forEachWorker(std::int64_t items, const Threads &threads, const Work &work) {
  Workers(items, threads)
      .run([](const void *closure,
              const Next &next) { (*static_cast<const Work *>(closure))(next); },
           &work);
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_THREADS_H
