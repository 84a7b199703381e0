//===- Files.cpp - Temporary folders, whole files -----------------------------------===//
#include "compiler/Files.h"

#include "compiler/Compiler.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace fs = std::filesystem;

namespace gaze {
namespace {

[[noreturn]] void fail(const std::string &message) {
  throw CompileError(CompileError::Kind::File, "gaze: error: " + message + "\n");
}

fs::path systemFolder() {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  if (error)
    fail("there is no folder for temporary files (TMPDIR, or /tmp): " + error.message());
  return folder;
}

/// LLVM writes object files and ends the process where that fails: whether there is room is
/// found out before.
void checkRoom(const fs::path &folder) {
  constexpr off_t room = off_t{32} << 20; // more than any kernel takes
  const std::string path = folder / "room";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const int error = file < 0 ? errno : ::posix_fallocate(file, 0, room);
  if (file >= 0)
    ::close(file);
  ::unlink(path.c_str());
  if (error != 0)
    fail("cannot write to " + folder.parent_path().string() +
         ", where temporary files go (TMPDIR): " + std::strerror(error));
}

} // namespace

TemporaryFolder::TemporaryFolder() : TemporaryFolder(systemFolder()) { checkRoom(folder); }

TemporaryFolder::TemporaryFolder(const fs::path &parent) {
  std::string name = (parent / ".gaze-XXXXXX").string();
  if (!mkdtemp(name.data()))
    fail("cannot write to " + parent.string() + ": " + std::strerror(errno));
  folder = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

std::string readBytes(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in)
    fail("cannot read " + path.string());
  return bytes.str();
}

void writeBytes(const fs::path &path, const std::string &bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.close();
  if (!out)
    fail("cannot write " + path.string() + ": " + std::strerror(errno));
}

} // namespace gaze
