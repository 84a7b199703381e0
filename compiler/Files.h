//===- Files.h - Temporary folders, whole files ------------------------------------===//
#ifndef GAZE_COMPILER_FILES_H
#define GAZE_COMPILER_FILES_H

#include <filesystem>
#include <string>

namespace gaze {

/// A folder for files of this process alone, which goes when this goes.
class TemporaryFolder {
public:
  /// Under the system's temporary folder. Throws CompileError.
  TemporaryFolder();
  /// In `parent`, so that files can be moved from here to there. Throws CompileError.
  explicit TemporaryFolder(const std::filesystem::path &parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  const std::filesystem::path &path() const { return folder; }

private:
  std::filesystem::path folder;
};

/// Any bytes: dsl::readFile takes text alone. Throws CompileError.
std::string readBytes(const std::filesystem::path &path);

/// Throws CompileError.
void writeBytes(const std::filesystem::path &path, const std::string &bytes);

} // namespace gaze

#endif // GAZE_COMPILER_FILES_H
