//===- Files.cpp - Temporary folders, whole files -----------------------------------===//
#include "compiler/Files.h"

#include "compiler/Compiler.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

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

} // namespace

TemporaryFolder::TemporaryFolder() : TemporaryFolder(systemFolder()) {}

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
