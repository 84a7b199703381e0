//===- TemporaryFolder.h - A folder that goes with the test --------------------===//
#ifndef GAZE_TEST_JIT_TEMPORARYFOLDER_H
#define GAZE_TEST_JIT_TEMPORARYFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace gaze::test {

class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "gaze-test-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw std::runtime_error("cannot make " + name);
    path = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  std::filesystem::path path;
};

} // namespace gaze::test

#endif // GAZE_TEST_JIT_TEMPORARYFOLDER_H
