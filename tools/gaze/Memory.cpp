//===- Memory.cpp - Tensors that the machine cannot hold ----------------------===//
#include "tools/gaze/Memory.h"
#include "tools/gaze/Failure.h"

#include <limits>
#include <unistd.h>

void gaze::cli::checkMemory(const std::string &what, std::uint64_t count, std::uint64_t bytes,
                            std::uint64_t times) {
  const auto memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                      static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  if (count <= memory / bytes / times)
    return;
  const bool isCounted = count <= std::numeric_limits<std::uint64_t>::max() / bytes;
  throw Failure(
      "not enough memory: " + what + " takes " +
      (isCounted ? std::to_string(count * bytes >> 30) + " GiB" : "more than any machine has") +
      ", and this machine has " + std::to_string(memory >> 30) + " GiB");
}
