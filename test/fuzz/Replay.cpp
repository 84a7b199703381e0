//===- Replay.cpp - Feeds a fuzz target the files of folders --------------------===//
//
// Stands in for libFuzzer's main where a compiler has none: a file that once broke the
// target breaks the test again.
//
//===----------------------------------------------------------------------===//
#include "test/fuzz/Target.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

void replay(const std::filesystem::path &path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(stream), {});
  if (!stream)
    gaze::test::broken(path.string() + " can be read");
  std::fprintf(stderr, "%s\n", path.c_str()); // the last one is the one that broke it
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size());
}

} // namespace

int main(int argc, char **argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto &entry : std::filesystem::recursive_directory_iterator(argv[i]))
      if (entry.is_regular_file()) {
        replay(entry.path());
        ++files;
      }
  std::fprintf(stderr, "%d files\n", files);
  return files > 0 ? 0 : 1;
}
