//===- ObjectCache.h - Compiled kernels, kept for the next run ----------------===//
//
// One file an object, named by the digest of everything that decides it. Any number of
// processes may use one folder at once: an entry is written under another name and then
// renamed, a reader holds it to its checksum, and what is damaged is thrown away. Where
// there is no folder to write, there is no cache, and nobody is told.
//
// Tests: test/jit/ObjectCacheTest.cpp, test/tools/cache.test
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_JIT_OBJECTCACHE_H
#define GAZE_COMPILER_JIT_OBJECTCACHE_H

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace gaze {

class ObjectCache {
public:
  /// The user's: the folder GAZE_CACHE, or gaze under XDG_CACHE_HOME, or .cache/gaze
  /// under HOME. Without any of them, or with GAZE_CACHE=off, it keeps nothing.
  static ObjectCache ofUser();

  /// An empty path: keeps nothing. The folder, made where it is missing, is used only
  /// where nobody but this user can write into it: what is in it is run.
  explicit ObjectCache(const std::filesystem::path &folder,
                       std::uintmax_t limit = std::uintmax_t{256} << 20);

  /// The object that was stored under `key`, a digest, and marks it as used now.
  std::optional<std::string> find(const std::string &key) const;

  /// Stores an object, then removes those used longest ago until all together take at
  /// most `limit` bytes.
  void store(const std::string &key, const std::string &object) const;

private:
  void shrink() const;

  std::filesystem::path folder;
  std::uintmax_t limit;
};

} // namespace gaze

#endif // GAZE_COMPILER_JIT_OBJECTCACHE_H
