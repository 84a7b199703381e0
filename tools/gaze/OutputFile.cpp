//===- OutputFile.cpp - A file that is complete or not there -----------------===//
#include "tools/gaze/OutputFile.h"
#include "tools/gaze/Failure.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

using namespace gaze::cli;

bool gaze::cli::isSameFile(const std::string &one, const std::string &other) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (one.empty() || other.empty())
    return false;
  if (fs::equivalent(one, other, error) && !error)
    return true; // hard links, too
  const auto place = [&](const std::string &path) {
    return fs::weakly_canonical(fs::absolute(path, error), error);
  };
  const fs::path ofOne = place(one); // empty where it cannot be followed
  return !ofOne.empty() && ofOne == place(other);
}

OutputFile::OutputFile(const std::string &path) : path(path), target(path) {
  if (path.empty())
    throw Failure("the name of an output file is empty");
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode))
      fail(EISDIR);
    if (::access(path.c_str(), W_OK) != 0)
      fail(errno);
    inPlace = !S_ISREG(status.st_mode);
    std::error_code ignored;
    const auto real = std::filesystem::canonical(path, ignored);
    if (!real.empty())
      target = real.string();
  }
  if (inPlace)
    return;
  // Whether a file can be made there, only making one tells.
  open();
  close();
  ::unlink(temporary.c_str());
  temporary.clear();
}

OutputFile::~OutputFile() {
  close();
  if (!temporary.empty())
    ::unlink(temporary.c_str());
}

void OutputFile::fail(int error) const {
  throw Failure("cannot write '" + path + "': " + std::strerror(error));
}

void OutputFile::open() {
  if (inPlace) {
    descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
      fail(errno);
    return;
  }
  std::string name = target + ".XXXXXX";
  descriptor = ::mkstemp(name.data());
  if (descriptor < 0)
    fail(errno);
  temporary = name;
}

bool OutputFile::close() {
  const int open = std::exchange(descriptor, -1);
  return open < 0 || ::close(open) == 0;
}

void OutputFile::write(const void *bytes, std::size_t size) {
  if (descriptor < 0)
    open();
  const auto *next = static_cast<const char *>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(descriptor, next, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      fail(errno);
    next += written;
    size -= static_cast<std::size_t>(written);
  }
}

/// The permissions of the file that is replaced, or those that a new file gets.
static mode_t permissions(const std::string &target) {
  struct stat status;
  if (::stat(target.c_str(), &status) == 0)
    return status.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

void OutputFile::commit() {
  if (!inPlace && ::fchmod(descriptor, permissions(target)) != 0)
    fail(errno);
  if (!close())
    fail(errno);
  if (inPlace)
    return;
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    fail(errno);
  temporary.clear();
}
