//===- ThreadsTest.cpp - Work items over threads -------------------------------===//
#include "runtime/Threads.h"
#include "runtime/Error.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace gaze::runtime {
namespace {

TEST(ForEachWorker, HandsOutEveryItemOnce) {
  for (const int threads : {0, 1, 2, 7, 64})
    for (const int items : {0, 1, 5, 1000}) {
      std::vector<std::atomic<int>> seen(items);
      forEachWorker(items, threads, [&](const auto &next) {
        for (std::int64_t item = next(); item >= 0; item = next())
          ++seen[item];
      });
      for (const auto &count : seen)
        EXPECT_EQ(1, count);
    }
}

TEST(ForEachWorker, StopsAndRethrows) {
  std::atomic<int> done{0};
  EXPECT_THROW(forEachWorker(1000000, 2,
                             [&](const auto &next) {
                               for (std::int64_t item = next(); item >= 0; item = next()) {
                                 if (item == 10)
                                   throw std::bad_alloc();
                                 ++done;
                               }
                             }),
               std::bad_alloc);
  EXPECT_LT(done, 1000000 - 1);
}

TEST(ForEachWorker, RefusesSillyNumbersOfThreads) {
  for (const int threads : {-1, 1000000})
    EXPECT_THROW(forEachWorker(1, threads, [](const auto &) {}), Failure);
}

} // namespace
} // namespace gaze::runtime
