//===- ObjectCacheTest.cpp - What is stored is found, or nothing is -----------===//
#include "compiler/jit/ObjectCache.h"
#include "TemporaryFolder.h"
#include "compiler/jit/Digest.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <vector>

using namespace gaze;
namespace fs = std::filesystem;

namespace {

class ObjectCacheTest : public testing::Test {
protected:
  std::vector<fs::path> entries() const {
    std::vector<fs::path> found;
    for (const auto &entry : fs::recursive_directory_iterator(folder.path))
      if (entry.is_regular_file())
        found.push_back(entry.path());
    return found;
  }

  const test::TemporaryFolder folder;
  const std::string a = digest("a"), b = digest("b"), c = digest("c");
};

TEST(Digest, isBlake3) { // the test vector of its authors for no bytes
  EXPECT_EQ(digest(""), "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
}

TEST_F(ObjectCacheTest, findsWhatWasStored) {
  const ObjectCache cache(folder.path);
  EXPECT_FALSE(cache.find(a));
  const std::string object("\0\1 any bytes\n\xff", 14);
  cache.store(a, object);
  EXPECT_EQ(cache.find(a), object);
  EXPECT_FALSE(cache.find(b));
  EXPECT_EQ(ObjectCache(folder.path).find(a), object);
}

TEST_F(ObjectCacheTest, whatIsDamagedGoes) {
  const ObjectCache cache(folder.path);
  cache.store(a, "the object");
  const fs::path entry = entries().at(0);
  const auto damage = [&](auto change) {
    cache.store(a, "the object");
    change();
    EXPECT_FALSE(cache.find(a));
    EXPECT_FALSE(fs::exists(entry));
  };
  damage([&] { fs::resize_file(entry, fs::file_size(entry) - 1); });
  damage([&] { fs::resize_file(entry, fs::file_size(entry) + 1); });
  damage([&] { fs::resize_file(entry, 0); });
  damage([&] { std::fstream(entry, std::ios::in | std::ios::out).seekp(70).put('x'); });
  damage([&] { fs::resize_file(entry, std::uintmax_t(1) << 40); });
  damage([&] { // never ends
    fs::remove(entry);
    ASSERT_EQ(::mkfifo(entry.c_str(), 0600), 0);
  });
  damage([&] { // an entry of another key
    cache.store(b, "another");
    fs::rename(entry.parent_path() / b, entry);
  });
}

TEST_F(ObjectCacheTest, theLeastRecentlyUsedGoes) {
  const std::string object(1000, 'x');
  const ObjectCache cache(folder.path, 2500);
  const auto age = [&](const std::string &key, int minutes) {
    for (const fs::path &entry : entries())
      if (entry.filename() == key)
        fs::last_write_time(entry,
                            fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  };
  cache.store(a, object);
  cache.store(b, object);
  age(a, 20);
  age(b, 10);
  EXPECT_TRUE(cache.find(a)); // used now
  cache.store(c, object);
  EXPECT_TRUE(cache.find(a));
  EXPECT_FALSE(cache.find(b));
  EXPECT_TRUE(cache.find(c));
}

TEST_F(ObjectCacheTest, whatAKilledProcessLeftGoes) {
  const ObjectCache cache(folder.path);
  cache.store(a, "object");
  const fs::path left = entries().at(0).parent_path() / "new-abcdef";
  std::ofstream(left) << "half";
  cache.store(b, "object");
  EXPECT_TRUE(fs::exists(left)); // perhaps being written
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(2));
  cache.store(c, "object");
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(ObjectCacheTest, withoutAFolderThereIsNoCache) {
  std::ofstream(folder.path / "file") << "in the way";
  for (const fs::path &path : {fs::path(), folder.path / "file", fs::path("/proc/gaze")}) {
    const ObjectCache cache(path);
    cache.store(a, "object");
    EXPECT_FALSE(cache.find(a)) << path;
  }
}

TEST_F(ObjectCacheTest, aFolderThatOthersWriteIntoIsNotUsed) {
  ObjectCache(folder.path).store(a, "object");
  const fs::path inner = entries().at(0).parent_path();
  fs::permissions(inner, fs::perms::all);
  const ObjectCache cache(folder.path);
  EXPECT_FALSE(cache.find(a));
  cache.store(b, "object");
  EXPECT_EQ(entries().size(), 1U);
}

TEST_F(ObjectCacheTest, manyAtOnce) {
  const std::string object(100000, 'o');
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const ObjectCache cache(folder.path, 250000);
      for (int round = 0; round < 20; ++round)
        for (const std::string &key : {a, b, c}) {
          cache.store(key, object + key);
          const std::optional<std::string> found = cache.find(key); // or another has removed it
          EXPECT_TRUE(!found || *found == object + key);
        }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_LE(entries().size(), 2U);
}

} // namespace
