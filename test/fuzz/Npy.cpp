//===- Npy.cpp - Any file as a .npy file --------------------------------------------===//
#include "tools/gaze/Npy.h"
#include "test/fuzz/Target.h"
#include "tools/gaze/Failure.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace gaze::cli;
using gaze::test::broken;

namespace {

/// Fuzzed bytes as a file that has a name.
class MemoryFile {
public:
  MemoryFile(const std::uint8_t *bytes, std::size_t size)
      : descriptor(::memfd_create("fuzzed", MFD_CLOEXEC)) {
    if (descriptor < 0 || ::write(descriptor, bytes, size) != static_cast<ssize_t>(size))
      broken("a file in memory can be made");
  }
  ~MemoryFile() { ::close(descriptor); }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

private:
  int descriptor;
};

std::size_t elements(const std::vector<std::int64_t> &shape) {
  std::size_t count = 1;
  for (const std::int64_t size : shape)
    count *= static_cast<std::size_t>(size);
  return count;
}

/// What `read` throws is a Failure, which is what a user sees.
template <typename Read> void refuseOr(const Read &read) {
  try {
    read();
  } catch (const Failure &failure) {
    if (failure.status != ExitWrongInput)
      broken("a wrong file is wrong input");
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  const MemoryFile file(bytes, size);
  refuseOr([&] {
    const NpyTensor tensor = readNpy(file.path());
    if (tensor.values.size() != elements(tensor.shape))
      broken("a tensor has as many elements as its shape says");
  });
  refuseOr([&] {
    const NpyInput input = readNpyInput(file.path());
    if (input.ints.size() + input.floats.size() + input.bools.size() != elements(input.shape))
      broken("an input has as many elements as its shape says");
    for (const std::uint8_t value : input.bools)
      if (value > 1)
        broken("a bool is 0 or 1");
  });
  return 0;
}
