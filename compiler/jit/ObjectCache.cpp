//===- ObjectCache.cpp - Compiled kernels, kept for the next run --------------===//
#include "compiler/jit/ObjectCache.h"

#include "compiler/jit/Digest.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace gaze {
namespace {

/// In the folder's name: another format of entries is another folder.
constexpr const char *format = "objects-1";

constexpr std::size_t digestSize = 64;

std::string environment(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

fs::path userFolder() {
  const std::string chosen = environment("GAZE_CACHE");
  if (!chosen.empty())
    return chosen == "off" ? fs::path() : fs::path(chosen);
  const fs::path caches = environment("XDG_CACHE_HOME"), home = environment("HOME");
  if (caches.is_absolute()) // any other is to be ignored, says the specification
    return caches / "gaze";
  return home.is_absolute() ? home / ".cache" / "gaze" : fs::path();
}

/// A folder of this user's that nobody else can write into.
bool isOurs(const fs::path &folder) {
  struct stat status;
  return ::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool makeFolder(const fs::path &folder) {
  std::error_code error;
  if (fs::create_directories(folder, error) && !error)
    fs::permissions(folder, fs::perms::owner_all, error);
  return isOurs(folder);
}

/// What stands before the object in its file; the key makes an entry under another's name
/// a damaged one.
std::string checksum(const std::string &key, const std::string &object) {
  return digest(key + object);
}

} // namespace

ObjectCache ObjectCache::ofUser() { return ObjectCache(userFolder()); }

ObjectCache::ObjectCache(const fs::path &given, std::uintmax_t limit)
    : folder(given.empty() ? given : given / format), limit(limit) {
  if (!folder.empty() && !(makeFolder(given) && makeFolder(folder)))
    folder.clear();
}

std::optional<std::string> ObjectCache::find(const std::string &key) const {
  if (folder.empty())
    return std::nullopt;
  const fs::path path = folder / key;
  std::error_code ignored;
  std::ostringstream bytes;
  constexpr std::uintmax_t largest = std::uintmax_t(64)
                                     << 20; // a kernel is far smaller; others may never end
  if (fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) <= largest) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
      return std::nullopt;
    bytes << file.rdbuf();
  }
  const std::string entry = bytes.str();
  if (entry.size() > digestSize) {
    std::string object = entry.substr(digestSize);
    if (entry.compare(0, digestSize, checksum(key, object)) == 0) {
      fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
      return object;
    }
  }
  fs::remove(path, ignored);
  return std::nullopt;
}

void ObjectCache::store(const std::string &key, const std::string &object) const {
  if (folder.empty())
    return;
  std::string temporary = (folder / "new-XXXXXX").string();
  const int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0)
    return;
  ::close(descriptor);
  std::ofstream file(temporary, std::ios::binary);
  file << checksum(key, object) << object;
  file.close();
  std::error_code error;
  if (file)
    fs::rename(temporary, folder / key, error);
  if (!file || error)
    fs::remove(temporary, error);
  shrink();
}

void ObjectCache::shrink() const {
  struct Entry {
    fs::file_time_type used;
    std::uintmax_t size;
    fs::path path;
  };
  const auto hourAgo = fs::file_time_type::clock::now() - std::chrono::hours(1);
  std::vector<Entry> entries;
  std::uintmax_t total = 0;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    std::error_code gone; // by another process
    Entry entry = {file->last_write_time(gone), file->file_size(gone), file->path()};
    if (gone)
      continue;
    const bool isNew = entry.path.filename().string().rfind("new-", 0) == 0;
    if (isNew && entry.used < hourAgo) { // its process was killed
      fs::remove(entry.path, gone);
    } else if (!isNew) {
      total += entry.size;
      entries.push_back(std::move(entry));
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry &a, const Entry &b) { return a.used < b.used; });
  for (const Entry &entry : entries) {
    if (total <= limit)
      break;
    fs::remove(entry.path, error);
    total -= entry.size;
  }
}

} // namespace gaze
