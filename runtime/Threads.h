//===- Threads.h - Work items over Halide's thread pool -----------------------===//
#ifndef GAZE_RUNTIME_THREADS_H
#define GAZE_RUNTIME_THREADS_H

#include <cstdint>
#include <functional>

namespace gaze::runtime {

/// The number that `threads` stands for: 0 is all cores. Throws a Failure where it is none.
int threadCount(int threads);

/// Calls work(next) on `threads` workers (0: all cores), at most one for each of
/// `items`, and rethrows the first exception after all have stopped. A worker asks
/// next() for the number of its next item, 0 to items - 1, until it gets a negative
/// one; next() gives nothing more once a worker has thrown.
void forEachWorker(std::int64_t items, int threads,
                   const std::function<void(const std::function<std::int64_t()> &next)> &work);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_THREADS_H
