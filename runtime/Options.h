//===- Options.h - How a call is to do its work --------------------------------===//
#ifndef GAZE_RUNTIME_OPTIONS_H
#define GAZE_RUNTIME_OPTIONS_H

#include "gaze/gaze.h"
#include "runtime/Error.h"
#include "runtime/Memory.h"
#include "runtime/Threads.h"

#include <cstddef>
#include <cstdint>

namespace gaze::runtime {

struct Options {
  Options(int threads = 0) : threads(threads) {} // NOLINT(google-explicit-constructor)
  /// Null: the defaults. Throws a Failure.
  explicit Options(const gaze_options *given);

  Threads threads;
  Memory memory;
  gaze_workspace *workspace = nullptr;
  const gaze_summaries *summaries = nullptr;
  gaze_device *device = nullptr;
  void *stream = nullptr;
  gaze_memory tensorMemory = GAZE_MEMORY_HOST;
};

/// Throws a Failure where the tensors of a call that the CPU computes are on a device.
void checkTensorsOfHost(const Options &options, const char *function);

/// Throws a Failure where `size` is none that a program, of today or older, has set `struct_size`
/// of `name`, a `type`, to.
void checkStructSize(const char *name, const char *type, std::size_t size, std::size_t known);

/// Runs the body of a C function in the memory of its options: exceptions become a status
/// and a message.
template <typename Body>
gaze_status guarded(const gaze_options *given, gaze_error *error, Body body) {
  return guarded(error, [&] {
    const Options options(given);
    const UseMemory use(options.memory);
    body(options);
  });
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_OPTIONS_H
