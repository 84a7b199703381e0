//===- CacheTest.cpp - Decoding with the summaries of a KV cache ---------------===//
//
// A cache that grows, its summaries with it, gives at every step the bits that a run gives
// which reads all of K.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <algorithm>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr int headDim = 16;

const char *const pattern = R"(
pattern selecting(block: int = 8, count: int = 3) {
  keep k <= q and (q - k < 5 or top_blocks(count, block, by = mean, share = 1)
                   or top_blocks(1, 2 * block, by = minmax) or top_blocks(2, block, by = first));
})";

class Cache : public testing::Test {
protected:
  const CompiledPattern compiled{pattern, headDim};
  const gaze_shape whole{2, 4, 2, 4, 100, 96};
  const Tensors data = compiled.tensors(whole);

  /// The first ones of a cache that has room for all.
  gaze_tensor keys(const std::vector<float> &of, std::int64_t count) const {
    const std::int64_t head = whole.seq_k * headDim;
    return view(of.data(), {whole.batch, whole.kv_heads, count, headDim},
                {whole.kv_heads * head, head, headDim, 1});
  }

  /// The last four queries of a cache of so many keys.
  std::vector<float> step(std::int64_t keyCount, const Summaries *summaries,
                          int threads = 2) const {
    gaze_shape shape = whole;
    shape.seq_k = keyCount;
    shape.q_start = keyCount - shape.seq_q;
    const Plan plan(compiled.table(), shape);
    std::vector<float> out(data.out.size(), 0.0F);
    const gaze_tensor q = view(data.q.data(), {whole.batch, shape.heads, shape.seq_q, headDim});
    const gaze_tensor into = view(out.data(), {whole.batch, shape.heads, shape.seq_q, headDim});
    if (summaries)
      plan.run(q, keys(data.k, keyCount), keys(data.v, keyCount), into,
               Options(threads).summaries(*summaries));
    else
      plan.run(q, keys(data.k, keyCount), keys(data.v, keyCount), into, threads);
    return out;
  }

  Plan planOf(std::int64_t keyCount) const {
    gaze_shape shape = whole;
    shape.seq_k = keyCount;
    shape.q_start = keyCount - shape.seq_q;
    return Plan(compiled.table(), shape);
  }
};

TEST_F(Cache, growsWithTheBitsOfAWholeRun) {
  Summaries summaries(compiled.table(), whole.batch, whole.kv_heads);
  for (const std::int64_t keyCount : {5, 6, 15, 16, 17, 40, 99, 100}) {
    summaries.update(planOf(keyCount), keys(data.k, keyCount));
    EXPECT_EQ(step(keyCount, nullptr), step(keyCount, &summaries)) << keyCount;
  }
}

TEST_F(Cache, isCutBack) {
  Summaries summaries(compiled.table(), whole.batch, whole.kv_heads);
  summaries.update(planOf(100), keys(data.k, 100));
  summaries.truncate(21);
  summaries.update(planOf(37), keys(data.k, 37));
  EXPECT_EQ(step(37, nullptr), step(37, &summaries));
}

/// The last block held keys that are cut off.
TEST_F(Cache, isCutBackWithinABlock) {
  Summaries summaries(compiled.table(), whole.batch, whole.kv_heads);
  for (std::int64_t left : {99, 61, 21, 3}) {
    summaries.update(planOf(100), keys(data.k, 100));
    summaries.truncate(left);
    EXPECT_THROW(step(left, &summaries), Error);
    summaries.update(planOf(left), keys(data.k, left));
    EXPECT_EQ(step(left, nullptr), step(left, &summaries)) << left;
  }
}

TEST_F(Cache, selectingNeedsQueries) {
  const Plan plan = planOf(40);
  const gaze_tensor k = keys(data.k, 40);
  gaze_plan *selected = nullptr;
  gaze_error error;
  EXPECT_EQ(GAZE_INVALID_ARGUMENT,
            gaze_plan_select(plan.get(), nullptr, &k, nullptr, &selected, &error));
  EXPECT_STREQ("q is null", error.message);
}

TEST_F(Cache, whatWasReadIsNotReadAgain) {
  Summaries summaries(compiled.table(), whole.batch, whole.kv_heads);
  summaries.update(planOf(64), keys(data.k, 64));
  const std::vector<float> expected = step(64, &summaries);
  std::vector<float> changed = data.k;
  for (std::int64_t head = 0; head < whole.batch * whole.kv_heads; ++head)
    std::fill_n(changed.begin() + head * whole.seq_k * headDim, 64 * headDim, 7.0F);
  summaries.update(planOf(70), keys(changed, 70));
  summaries.truncate(64);
  summaries.update(planOf(64), keys(changed, 64));
  EXPECT_EQ(expected, step(64, &summaries));
}

TEST_F(Cache, refusesSummariesOfOtherKeys) {
  Summaries summaries(compiled.table(), whole.batch, whole.kv_heads);
  summaries.update(planOf(40), keys(data.k, 40));
  try {
    step(41, &summaries);
    FAIL();
  } catch (const Error &error) {
    EXPECT_STREQ("the summaries hold 40 keys, the plan has 41; gaze_summaries_update brings them "
                 "up to it",
                 error.what());
  }
}

TEST_F(Cache, threadsDoNotMatter) {
  const std::vector<float> expected = step(100, nullptr, 1);
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(expected, step(100, nullptr, threads)) << threads;
}

TEST_F(Cache, aSelectedPlanTellsItsTilesAndRuns) {
  const Plan plan = planOf(100);
  EXPECT_EQ(0, plan.info().items);
  const gaze_tensor q = view(data.q.data(), {whole.batch, whole.heads, whole.seq_q, headDim});
  const Plan selected = plan.select(q, keys(data.k, 100));
  EXPECT_EQ(whole.batch * whole.heads, selected.info().items);
  EXPECT_LT(0, selected.info().cost);
  std::vector<float> out(data.out.size(), 0.0F);
  selected.run(q, keys(data.k, 100), keys(data.v, 100),
               view(out.data(), {whole.batch, whole.heads, whole.seq_q, headDim}));
  EXPECT_EQ(step(100, nullptr), out);
}

} // namespace
