//===- RunLinkedCases.cpp - Random programs beside the reference, without a compiler -------===//
//
// What `differential` does, on a processor that has no compiler or is emulated: kernels come
// from the linker, and all else is the same code. As the first process of a machine
// (test/fuzz/emulated) it must not end, whatever becomes of a case, and waits to be stopped.
//
//===----------------------------------------------------------------------===//
#include "LinkedCases.h"

#include "Isolated.h"

#include <iostream>
#include <unistd.h>

using namespace gaze;
using namespace gaze::test;

/// What `jit` returns: the case that is being run.
static const gaze_kernel *current = nullptr;

namespace gaze {

struct JitKernel::Storage {
  const gaze_kernel *kernel;
};
JitKernel::JitKernel(std::shared_ptr<const Storage> storage) : storage(std::move(storage)) {}
const gaze_kernel &JitKernel::table() const { return *storage->kernel; }

JitKernel jit(const dsl::Program &, const dsl::Pattern &, const KernelOptions &) {
  return JitKernel(std::make_shared<const JitKernel::Storage>(JitKernel::Storage{current}));
}

} // namespace gaze

static constexpr unsigned secondsOfCase = 300;

static int runAll() {
  Outcome all;
  int failures = 0;
  for (const LinkedCase &one : linkedCases) {
    current = one.kernel;
    const Outcome outcome = runIsolated(parseCase(one.file), secondsOfCase);
    all.compared += outcome.compared;
    all.outside += outcome.outside;
    all.refused += outcome.refused;
    failures += !outcome.failure.empty();
    std::cout << one.name << " (" << one.kernel->target
              << "): " << (outcome.failure.empty() ? "right" : outcome.failure) << "\n"
              << std::flush;
  }
  std::cout << linkedCases.size() << " seeds: " << all.compared << " problems compared, "
            << all.outside << " with an index outside, " << all.refused << " refused; " << failures
            << " failed\n"
            << std::flush;
  return failures > 0;
}

int main() {
  const int status = runAll();
  while (getpid() == 1) // Linux would panic, and its serial line may have more to write
    pause();
  return status;
}
