//===- OutOfMemoryTest.cpp - Memory that ends at the N-th allocation, for every N ------===//
//
// The caller's allocator gives nothing from its N-th call on. Each function then says so and
// leaves nothing behind, and what it was given works as before once there is memory again.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>

using namespace gaze;
using namespace gaze::test;

namespace {

struct EndingMemory {
  std::atomic<std::int64_t> left{0}, out{0};

  void *allocate(std::size_t bytes, std::size_t alignment) {
    if (left-- <= 0)
      return nullptr;
    void *memory = nullptr;
    if (::posix_memalign(&memory, std::max(alignment, sizeof(void *)), bytes + 1) != 0)
      return nullptr;
    ++out;
    return memory;
  }
  void deallocate(void *memory, std::size_t, std::size_t) {
    --out;
    std::free(memory);
  }
};

struct Given {
  const char *text;
  gaze_shape sizes;
  int parts; ///< of the plan; 0 before it has selected
  int threads;
};

class OutOfMemory : public testing::TestWithParam<Given> {
protected:
  const CompiledPattern pattern{GetParam().text, 16};
  const gaze_shape sizes = GetParam().sizes;
  Tensors data = pattern.tensors(sizes);
  EndingMemory memory;
  gaze_options options = {};

  void SetUp() override {
    options.struct_size = sizeof options;
    options.threads = GetParam().threads;
    options.allocate = [](void *context, std::size_t bytes, std::size_t alignment) {
      return static_cast<EndingMemory *>(context)->allocate(bytes, alignment);
    };
    options.deallocate = [](void *context, void *taken, std::size_t bytes, std::size_t alignment) {
      static_cast<EndingMemory *>(context)->deallocate(taken, bytes, alignment);
    };
    options.allocator_context = &memory;
  }

  gaze_tensor q() { return tensor(data.q, sizes.heads, sizes.seq_q); }
  gaze_tensor k() { return tensor(data.k, sizes.kv_heads, sizes.seq_k); }
  gaze_tensor v() { return tensor(data.v, sizes.kv_heads, sizes.seq_k); }
  gaze_tensor out() { return tensor(data.out, sizes.heads, sizes.seq_q); }

  /// The pattern has no input, or one of ints by the key.
  gaze_status make(gaze_plan **plan, gaze_error *error) {
    const std::vector<std::int64_t> docs(static_cast<std::size_t>(sizes.seq_k));
    const gaze_input_tensor doc = {docs.data(), GAZE_ELEMENT_INT64, 1, {sizes.seq_k}};
    const auto inputs = static_cast<std::int32_t>(pattern.inputCount());
    return gaze_plan_create(&pattern.table(), &sizes, nullptr, 0, &doc, inputs, &options, plan,
                            error);
  }

  /// With all the memory there is.
  gaze_plan *made() {
    memory.left = 1 << 20;
    gaze_plan *plan = nullptr;
    gaze_error error;
    EXPECT_EQ(GAZE_OK, make(&plan, &error)) << error.message;
    return plan;
  }

  /// Lets `call` have 0, 1, 2, ... allocations until it succeeds; gives how often it failed.
  int failuresOf(
      const std::function<gaze_status(gaze_error *)> &call,
      const std::function<void()> &undo = [] {}) {
    const std::int64_t before = memory.out;
    for (int allowed = 0;; ++allowed) {
      memory.left = allowed;
      gaze_error error = {};
      const gaze_status status = call(&error);
      if (status == GAZE_OK) {
        undo();
        EXPECT_EQ(before, memory.out);
        return allowed;
      }
      EXPECT_EQ(GAZE_OUT_OF_MEMORY, status) << allowed << ": " << error.message;
      EXPECT_EQ(before, memory.out) << "left behind after allocation " << allowed;
      if (allowed > 10000 || testing::Test::HasFailure())
        return -1;
    }
  }

private:
  gaze_tensor tensor(std::vector<float> &of, std::int64_t heads, std::int64_t rows) const {
    return view(of.data(), {sizes.batch, heads, rows, 16});
  }
};

TEST_P(OutOfMemory, OfPlans) {
  gaze_plan *plan = nullptr;
  EXPECT_GT(
      failuresOf([&](auto *error) { return make(&plan, error); }, [&] { gaze_plan_destroy(plan); }),
      5);
}

TEST_P(OutOfMemory, OfRuns) {
  gaze_plan *const plan = made();
  gaze_plan_info about = {};
  about.struct_size = sizeof about;
  ASSERT_EQ(GAZE_OK, gaze_plan_get_info(plan, &about, nullptr));
  EXPECT_EQ(GetParam().parts, about.parts);
  const gaze_tensor inQ = q(), inK = k(), inV = v(), to = out();
  const auto run = [&](gaze_error *error) {
    return gaze_run(plan, &inQ, &inK, &inV, &to, nullptr, &options, error);
  };
  memory.left = 1 << 20;
  gaze_error error;
  ASSERT_EQ(GAZE_OK, run(&error)) << error.message;
  const std::vector<float> expected = data.out;
  std::fill(data.out.begin(), data.out.end(), 7.0F);
  EXPECT_GT(failuresOf(run), GetParam().parts == 0 ? 5 : 0); // one block, unless it selects
  EXPECT_TRUE(expected == data.out) << "other bits after failures";

  // A merge takes no memory at all.
  std::vector<float> lse(static_cast<std::size_t>(sizes.batch * sizes.heads * sizes.seq_q));
  const gaze_tensor of = view(lse.data(), {sizes.batch, sizes.heads, sizes.seq_q});
  EXPECT_EQ(0, failuresOf([&](auto *why) {
              return gaze_merge(&to, &of, &to, &of, &to, &of, &options, why);
            }));
  EXPECT_TRUE(expected == data.out) << "half of each";
  gaze_plan_destroy(plan);
  EXPECT_EQ(0, memory.out);
}

class OutOfMemoryToSelect : public OutOfMemory {};

TEST_P(OutOfMemoryToSelect, OfSelectionsAndWorkspaces) {
  gaze_plan *const plan = made();
  const gaze_tensor inQ = q(), inK = k(), inV = v(), to = out();
  gaze_plan *selected = nullptr;
  const auto select = [&](auto *error) {
    return gaze_plan_select(plan, &inQ, &inK, &options, &selected, error);
  };
  EXPECT_GT(failuresOf(select, [&] { gaze_plan_destroy(selected); }), 5);

  memory.left = 1 << 20;
  gaze_error error;
  ASSERT_EQ(GAZE_OK, gaze_run(plan, &inQ, &inK, &inV, &to, nullptr, &options, &error));
  const std::vector<float> expected = data.out;
  ASSERT_EQ(GAZE_OK, select(&error)) << error.message;
  std::fill(data.out.begin(), data.out.end(), 7.0F);
  EXPECT_GT(failuresOf([&](auto *why) {
              return gaze_run(selected, &inQ, &inK, &inV, &to, nullptr, &options, why);
            }),
            0);
  EXPECT_TRUE(expected == data.out) << "other bits after failures";

  gaze_workspace *workspace = nullptr;
  EXPECT_EQ(
      2, failuresOf(
             [&](auto *why) { return gaze_workspace_create(selected, &options, &workspace, why); },
             [&] { gaze_workspace_destroy(workspace); }));
  gaze_plan_destroy(selected);
  gaze_plan_destroy(plan);
  EXPECT_EQ(0, memory.out);
}

/// Summaries that could not grow are brought up to the keys by the next update.
TEST_P(OutOfMemoryToSelect, OfSummaries) {
  gaze_plan *const plan = made();
  const gaze_tensor inQ = q(), inK = k(), inV = v(), to = out();
  gaze_error error;
  ASSERT_EQ(GAZE_OK, gaze_run(plan, &inQ, &inK, &inV, &to, nullptr, &options, &error));
  const std::vector<float> expected = data.out;

  gaze_summaries *summaries = nullptr;
  const auto create = [&](auto *why) {
    return gaze_summaries_create(&pattern.table(), sizes.batch, sizes.kv_heads, &options,
                                 &summaries, why);
  };
  EXPECT_GT(failuresOf(create, [&] { gaze_summaries_destroy(summaries); }), 0);
  memory.left = 1 << 20;
  ASSERT_EQ(GAZE_OK, create(&error)) << error.message;
  int failures = 0;
  for (;; ++failures) {
    memory.left = failures;
    const gaze_status status = gaze_summaries_update(summaries, plan, &inK, &options, &error);
    if (status == GAZE_OK)
      break;
    ASSERT_EQ(GAZE_OUT_OF_MEMORY, status) << error.message;
  }
  EXPECT_GT(failures, 0);
  memory.left = 1 << 20;
  gaze_options with = options;
  with.summaries = summaries;
  std::fill(data.out.begin(), data.out.end(), 7.0F);
  EXPECT_EQ(GAZE_OK, gaze_run(plan, &inQ, &inK, &inV, &to, nullptr, &with, &error))
      << error.message;
  EXPECT_TRUE(expected == data.out);
  gaze_summaries_destroy(summaries);
  gaze_plan_destroy(plan);
  EXPECT_EQ(0, memory.out);
}

constexpr const char *selecting =
    "pattern p() { input doc: int[seq_k]; keep k <= q and (q - k < 4 or top_blocks(2, 8, share = "
    "8)) and doc[k] == 0; }";
constexpr const char *strided = "pattern p() { keep q - k < 100 and q > k or (q - k) % 3 == 0; }";
constexpr const char *columns =
    "pattern p() { input doc: int[seq_k]; keep k <= q and k % 13 == 12 and doc[k] == 0; }";
constexpr gaze_shape square = {2, 4, 2, 70, 150, 0}, longRows = {1, 2, 1, 60, 9000, 8940};

INSTANTIATE_TEST_SUITE_P(Selecting, OutOfMemory,
                         testing::Values(Given{selecting, square, 0, 1},
                                         Given{selecting, square, 0, 3}));
INSTANTIATE_TEST_SUITE_P(Selecting, OutOfMemoryToSelect,
                         testing::Values(Given{selecting, square, 0, 1},
                                         Given{selecting, square, 0, 3}));
// Two parts of a plan, whose long rows are cut and merged; a list of keys.
INSTANTIATE_TEST_SUITE_P(InParts, OutOfMemory,
                         testing::Values(Given{strided, longRows, 2, 1},
                                         Given{strided, longRows, 2, 3},
                                         Given{columns, longRows, 1, 3}));

} // namespace
