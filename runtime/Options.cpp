//===- Options.cpp - How a call is to do its work ------------------------------===//
#include "runtime/Options.h"

#include <cstring>
#include <string>

namespace gaze::runtime {
namespace {

/// With the defaults for what a shorter struct has not.
gaze_options complete(const gaze_options *given) {
  gaze_options all = {};
  if (given) {
    checkStructSize("options", "gaze_options", given->struct_size, sizeof all);
    std::memcpy(&all, given, given->struct_size);
  }
  return all;
}

} // namespace

void checkStructSize(const char *name, const char *type, std::size_t size, std::size_t known) {
  // Members are pointers, or two that make one.
  if (size > 0 && size <= known && size % sizeof(std::int64_t) == 0)
    return;
  const std::string is = std::string(name) + ".struct_size is " + std::to_string(size);
  if (size > known)
    invalid(is + ", and this runtime knows " + std::to_string(known) +
            " bytes: the program was compiled with a newer gaze.h");
  invalid(is + "; it must be sizeof(" + type + ")");
}

Options::Options(const gaze_options *given) {
  const gaze_options all = complete(given);
  if (all.reserved != 0)
    invalid("options.reserved is " + std::to_string(all.reserved) + ", and must be 0");
  threads = {all.threads, all.parallel_for, all.parallel_for_context};
  checkThreads(threads);
  if (!all.allocate != !all.deallocate)
    invalid(std::string("options.") + (all.allocate ? "deallocate" : "allocate") +
            " is null: give both allocate and deallocate, or neither");
  if (all.allocate)
    memory = {all.allocate, all.deallocate, all.allocator_context};
  workspace = all.workspace;
  summaries = all.summaries;
  device = all.device;
  stream = all.stream;
  tensorMemory = all.memory;
  if (tensorMemory != GAZE_MEMORY_HOST && tensorMemory != GAZE_MEMORY_DEVICE)
    invalid("options.memory is " + std::to_string(static_cast<int>(tensorMemory)) +
            "; it must be GAZE_MEMORY_HOST or GAZE_MEMORY_DEVICE");
}

void checkTensorsOfHost(const Options &options, const char *function) {
  if (options.tensorMemory == GAZE_MEMORY_DEVICE)
    invalid(std::string("options.memory is GAZE_MEMORY_DEVICE, and ") + function +
            " computes on the CPU: its tensors must be in the host's memory");
}

} // namespace gaze::runtime
