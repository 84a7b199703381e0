//===- OwnThreads.cpp - Threads that ThreadSanitizer knows, in the place of Halide's pool ---===//
//
// Halide's pool is not instrumented and its locks are its own: what one thread hands to
// another through them would look like a race.
//
//===----------------------------------------------------------------------===//
#include <HalideRuntime.h>

#include <atomic>
#include <thread>
#include <vector>

namespace {

int onOwnThreads(void *context, halide_task_t task, int first, int count, std::uint8_t *closure) {
  std::atomic<int> failure{0};
  std::vector<std::thread> threads;
  for (int i = first; i < first + count; ++i)
    threads.emplace_back([&, i] {
      if (const int code = task(context, i, closure))
        failure = code;
    });
  for (std::thread &thread : threads)
    thread.join();
  return failure;
}

[[maybe_unused]] const halide_do_par_for_t before = halide_set_custom_do_par_for(onOwnThreads);

} // namespace
