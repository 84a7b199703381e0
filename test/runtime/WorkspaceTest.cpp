//===- WorkspaceTest.cpp - Memory, pools and workspaces of the caller ----------===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"
#include "runtime/RunMemory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gaze::test {
namespace {

/// Counts what is out, and gives nothing after `left` more times.
class CountedMemory {
public:
  void *allocate(std::size_t bytes, std::size_t alignment) {
    const std::lock_guard<std::mutex> lock(mutex);
    ++taken;
    if (left-- <= 0)
      throw std::bad_alloc();
    const std::size_t aligned = std::max(alignment, sizeof(void *));
    void *const memory = std::aligned_alloc(aligned, (bytes / aligned + 1) * aligned);
    out[memory] = {bytes, alignment};
    return memory;
  }
  void deallocate(void *memory, std::size_t bytes, std::size_t alignment) {
    const std::lock_guard<std::mutex> lock(mutex);
    EXPECT_EQ(out[memory], std::pair(bytes, alignment));
    out.erase(memory);
    std::free(memory);
  }

  std::int64_t left = 1000000, taken = 0;
  std::map<void *, std::pair<std::size_t, std::size_t>> out;

private:
  std::mutex mutex;
};

std::atomic<bool> isSlow{false};
std::atomic<int> inKernel{0};

/// 20 heads of 33 queries and 50 keys.
class Workspaces : public testing::Test {
protected:
  gaze_kernel kernel = fakeKernel(16, 16);
  const gaze_shape shape = {1, 20, 20, 33, 50, 0};
  std::vector<float> q = std::vector<float>(20 * 33 * 8), k = std::vector<float>(20 * 50 * 8),
                     out = q;
  CountedMemory memory;

  void SetUp() override {
    keep = [](auto, auto, auto, auto) { return true; };
    isSlow = false;
    kernel.accumulate = [](auto *, auto *, auto *, auto *, auto *, auto *, auto *, auto *,
                           std::int32_t, std::int32_t, std::int64_t, std::int64_t, std::int64_t,
                           auto *, auto *) {
      ++inKernel;
      while (isSlow)
        std::this_thread::yield();
      --inKernel;
      return 0;
    };
    kernel.finish = [](auto *, auto *to, auto *) {
      for (int row = 0; row < to->dim[1].extent; ++row)
        reinterpret_cast<float *>(to->host)[std::int64_t{row} * to->dim[1].stride] += 1;
      return 0;
    };
  }

  Plan plan(const Options &options = {}) const { return Plan(kernel, shape, {}, {}, options); }

  Status run(const Plan &of, const Options &options) {
    return of.tryRun(view(q.data(), {1, 20, 33, 8}), view(k.data(), {1, 20, 50, 8}),
                     view(k.data(), {1, 20, 50, 8}), view(out.data(), {1, 20, 33, 8}), options);
  }
  /// Every row was written so often.
  void expectRuns(float count) const {
    for (std::size_t row = 0; row < out.size(); row += 8)
      ASSERT_EQ(count, out[row]) << row / 8;
  }
};

TEST_F(Workspaces, runsTakeNothing) {
  const Plan made = plan();
  Workspace workspace(made, Options(3).memory(memory));
  EXPECT_EQ(2, memory.taken); // itself and its block
  EXPECT_TRUE(run(made, Options(3).memory(memory).workspace(workspace)).ok());
  EXPECT_TRUE(run(made, Options(2).memory(memory).workspace(workspace)).ok());
  EXPECT_EQ(2, memory.taken);
  workspace = Workspace();
  EXPECT_TRUE(memory.out.empty());
  expectRuns(2);
}

TEST_F(Workspaces, withoutOneARunTakesOneBlock) {
  const Plan made = plan();
  EXPECT_TRUE(run(made, Options(3).memory(memory)).ok());
  EXPECT_EQ(1, memory.taken);
  EXPECT_TRUE(memory.out.empty());
}

TEST_F(Workspaces, serveOtherPlansWhereTheyAreLargeEnough) {
  const Plan made = plan(), small(kernel, {1, 1, 1, 1, 5, 0});
  Workspace workspace(small, 1);
  const Status status = run(made, Options(2).workspace(workspace));
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, status.code());
  EXPECT_EQ("options.workspace has " +
                std::to_string(runtime::RunMemory::bytesFor(*small.get(), 1)) +
                " bytes, and this run takes " +
                std::to_string(runtime::RunMemory::bytesFor(*made.get(), 2)) +
                "; make one with its plan and its number of threads",
            std::string(status.message()));
  Workspace large(made, 4);
  EXPECT_TRUE(run(made, Options(2).workspace(large)).ok());
  expectRuns(1);
}

TEST_F(Workspaces, serveOneRunAtATime) {
  const Plan made = plan();
  Workspace workspace(made, 1);
  isSlow = true;
  std::thread other([&] { EXPECT_TRUE(run(made, Options(1).workspace(workspace)).ok()); });
  while (inKernel == 0)
    std::this_thread::yield();
  EXPECT_STREQ("options.workspace serves another run already; it serves one at a time",
               run(made, Options(1).workspace(workspace)).message());
  isSlow = false;
  other.join();
  EXPECT_TRUE(run(made, Options(1).workspace(workspace)).ok());
  expectRuns(2);
}

TEST_F(Workspaces, refusals) {
  gaze_workspace *workspace = nullptr;
  gaze_error error;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_workspace_create(nullptr, nullptr, &workspace, &error));
  EXPECT_STREQ("plan is null", error.message);
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, gaze_workspace_create(plan().get(), nullptr, nullptr, &error));
  EXPECT_STREQ("workspace is null", error.message);
  gaze_workspace_destroy(nullptr);
}

/// Wherever memory ends, nothing is left behind.
TEST_F(Workspaces, outOfMemory) {
  bool succeeds = false;
  int failures = 0;
  for (std::int64_t allowed = 0; !succeeds; ++allowed) {
    memory.left = allowed;
    {
      Plan made;
      const Status status = Plan::tryMake(made, kernel, shape, {}, {}, Options(2).memory(memory));
      succeeds = status.ok() && run(made, Options(2).memory(memory)).ok();
      EXPECT_EQ(status.ok() ? GAZE_OK : GAZE_OUT_OF_MEMORY, status.code()) << status.message();
      failures += succeeds ? 0 : 1;
    }
    EXPECT_TRUE(memory.out.empty()) << allowed;
  }
  EXPECT_GT(failures, 10);
  expectRuns(1);
}

TEST_F(Workspaces, aPlanTakesItsMemoryFromTheOptions) {
  {
    const Plan made = plan(Options(2).memory(memory));
    EXPECT_GT(memory.out.size(), 5U);
    EXPECT_TRUE(run(made, 2).ok());
  }
  EXPECT_TRUE(memory.out.empty());
}

TEST_F(Workspaces, memoryThatIsNotAligned) {
  struct Crooked {
    char place[4096 + 128];
    void *allocate(std::size_t, std::size_t) { return place + 1; }
    void deallocate(void *, std::size_t, std::size_t) { --out; }
    int out = 1;
  } crooked;
  Plan made;
  const Status status = Plan::tryMake(made, kernel, shape, {}, {}, Options(1).memory(crooked));
  EXPECT_EQ(GAZE_INVALID_ARGUMENT, status.code());
  EXPECT_STREQ(
      "options.allocate gave memory that is not aligned to the 8 bytes that were asked for",
      status.message());
  EXPECT_EQ(0, crooked.out);
}

TEST_F(Workspaces, poolsOfTheCaller) {
  const auto oneAfterTheOther = [](std::int64_t count, const auto &task) {
    for (std::int64_t i = count; i-- > 0;)
      task(i);
  };
  const auto threads = [](std::int64_t count, const auto &task) {
    std::vector<std::thread> all;
    for (std::int64_t i = 0; i < count; ++i)
      all.emplace_back([&task, i] { task(i); });
    for (std::thread &each : all)
      each.join();
  };
  EXPECT_TRUE(
      run(plan(Options(5).parallelFor(oneAfterTheOther)), Options(5).parallelFor(oneAfterTheOther))
          .ok());
  EXPECT_TRUE(run(plan(Options(5).parallelFor(threads)), Options(5).parallelFor(threads)).ok());
  expectRuns(2);
}

/// As in pools whose threads take other work while they wait.
TEST_F(Workspaces, runsWithinThePoolOfARun) {
  std::vector<float> inner(out.size());
  const Plan made = plan();
  const auto nested = [&](std::int64_t count, const auto &task) {
    for (std::int64_t i = 0; i < count; ++i) {
      std::swap(out, inner);
      EXPECT_TRUE(run(made, Options(1).memory(memory)).ok());
      std::swap(out, inner);
      task(i);
    }
  };
  EXPECT_TRUE(run(made, Options(3).parallelFor(nested)).ok());
  expectRuns(1);
  EXPECT_TRUE(memory.out.empty());
}

TEST_F(Workspaces, poolsThatAreWrong) {
  const auto forgetful = [](std::int64_t count, const auto &task) {
    for (std::int64_t i = 1; i < count; ++i)
      task(i);
  };
  EXPECT_STREQ("options.parallel_for must call its task once for each of 4 indices and return "
               "after all have returned: it has called it 3 times, and 3 have returned",
               run(plan(), Options(4).parallelFor(forgetful)).message());
  const auto eager = [](std::int64_t count, const auto &task) {
    for (std::int64_t i = 0; i < count; ++i) {
      task(i);
      task(1000000);
    }
  };
  EXPECT_STREQ("options.parallel_for must call its task once for each of 4 indices and return "
               "after all have returned: it has called it 8 times, and 4 have returned",
               run(plan(), Options(4).parallelFor(eager)).message());
  const auto broken = [](std::int64_t, const auto &) { throw std::runtime_error("no threads"); };
  EXPECT_STREQ("no threads", run(plan(), Options(4).parallelFor(broken)).message());
}

} // namespace
} // namespace gaze::test
