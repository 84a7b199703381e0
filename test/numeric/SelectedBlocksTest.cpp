//===- SelectedBlocksTest.cpp - Blocks with the queries that selected them ----------===//
//
// At shapes where a plan takes selected blocks one by one, which each test makes sure of,
// beside the reference, which knows nothing of it.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

using namespace gaze;
using namespace gaze::test;

namespace {

dsl::Value integer(std::int64_t value) { return {dsl::Type::Int, value, 0}; }

const std::string moba = "pattern moba(block: int = 32, count: int = 2, share: int = 1) { "
                         "keep k <= q and (q / block == k / block or "
                         "top_blocks(count, block, share = share)); ";

gaze_tensor whole(const std::vector<float> &tensor, std::int64_t heads, std::int64_t seq,
                  std::int64_t dim, std::int64_t batch) {
  return view(tensor.data(), {batch, heads, seq, dim});
}

/// What the plan of these tensors becomes. Kernels of 16 bits would need other tensors.
Plan selected(const CompiledPattern &pattern, const Tensors &tensors,
              const std::vector<dsl::Value> &values = {}) {
  const gaze_shape &shape = tensors.shape;
  return pattern.plan(shape, values)
      .select(whole(tensors.q, shape.heads, shape.seq_q, tensors.headDim, shape.batch),
              whole(tensors.k, shape.kv_heads, shape.seq_k, tensors.headDim, shape.batch));
}

std::int64_t partsOf(const CompiledPattern &pattern, const gaze_shape &shape,
                     const std::vector<dsl::Value> &values = {}) {
  return selected(pattern, pattern.tensors(shape), values).info().parts;
}

TEST(SelectedBlocks, asTheReference) {
  const CompiledPattern pattern(moba + "}", 16, 24);
  for (const gaze_shape &each : {shape(1, 1, 1, 1500, 1500), shape(2, 4, 2, 1037, 1301),
                                 gaze_shape{1, 2, 1, 1100, 900, 40}, shape(1, 2, 1, 1024, 3000)}) {
    EXPECT_EQ(2, partsOf(pattern, each)) << each.seq_q << " x " << each.seq_k;
    pattern.check(each);
  }
  const gaze_shape uneven = shape(1, 2, 1, 1300, 1300);
  for (const auto &[block, count, share] :
       {std::tuple{48, 3, 1}, {16, 6, 2}, {32, 1, 3}, {64, 4, 1}}) {
    const std::vector<dsl::Value> values = {integer(block), integer(count), integer(share)};
    EXPECT_EQ(2, partsOf(pattern, uneven, values)) << block;
    pattern.check(uneven, values);
  }
}

/// Blocks that are no whole units, groups as large as tiles, and few queries stay in tiles.
TEST(SelectedBlocks, whereTheyDoNotFit) {
  const CompiledPattern pattern(moba + "}", 16);
  const gaze_shape each = shape(1, 2, 1, 1100, 1100);
  for (const auto &[block, share] : {std::pair{33, 1}, {32, 64}}) {
    const std::vector<dsl::Value> values = {integer(block), integer(2), integer(share)};
    EXPECT_EQ(1, partsOf(pattern, each, values));
    pattern.check(each, values);
  }
  EXPECT_EQ(1, partsOf(pattern, shape(1, 2, 1, 1, 1100)));
}

/// What is kept outside of selected blocks may overlap them, and masks may read the head.
TEST(SelectedBlocks, besideOtherTerms) {
  for (const char *keep :
       {"k <= q and (q - k < 100 or k < 20 or top_blocks(2, 32, share = 1))",
        "top_blocks(3, 32, share = 1, by = first)",
        "k <= q and (if head == 1 then q - k < 50 else top_blocks(2, 48, share = 1, by = minmax))",
        "q - k >= 64 and top_blocks(4, 16, share = 1) or q == k"}) {
    const CompiledPattern pattern("pattern p() { keep " + std::string(keep) + "; }", 16);
    const gaze_shape each = shape(1, 2, 2, 1300, 1300);
    EXPECT_EQ(2, partsOf(pattern, each)) << keep;
    pattern.check(each);
  }
}

/// A score that knows the key, or the head, is the same for gathered queries; one that knows the
/// query keeps the pattern whole.
TEST(SelectedBlocks, scores) {
  for (const auto &[score, parts] : {std::pair{"5.0 * tanh(score / 5.0)", 2},
                                     {"score + 0.001 * k - head", 2},
                                     {"score - 0.001 * abs(q - k)", 0}}) {
    const CompiledPattern pattern(moba + "score = " + score + "; }", 16);
    EXPECT_EQ(parts, pattern.table().part_count) << score;
    pattern.check(shape(1, 2, 1, 1200, 1200));
  }
}

TEST(SelectedBlocks, sixteenBits) {
  for (const gaze_element element : {GAZE_ELEMENT_FLOAT16, GAZE_ELEMENT_BFLOAT16})
    CompiledPattern(moba + "}", 16, 0, "host", element).check(shape(1, 2, 1, 1200, 1200));
}

TEST(SelectedBlocks, theSameBitsForAnyNumberOfThreads) {
  const CompiledPattern pattern(moba + "}", 16);
  Tensors tensors = pattern.tensors(shape(1, 2, 1, 2100, 2100));
  pattern.run(tensors, {}, 1);
  const std::vector<float> out = tensors.out, lse = tensors.lse;
  for (const int threads : {2, 3, 7}) {
    pattern.run(tensors, {}, threads);
    EXPECT_EQ(out, tensors.out);
    EXPECT_EQ(lse, tensors.lse);
  }
}

/// What is NaN at a key reaches the queries that see it, and no other.
TEST(SelectedBlocks, nan) {
  const CompiledPattern pattern(moba + "}", 16);
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 1200, 1200));
  tensors.fillKey(tensors.v, 500, std::numeric_limits<float>::quiet_NaN());
  const reference::Result result = pattern.check(tensors);
  const auto isNan = [](double lse) { return std::isnan(lse); };
  EXPECT_EQ(0, std::count_if(result.lse.begin(), result.lse.end(), isNan));
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < result.out.size(); i += 16)
    rows += isNan(result.out[i]) ? 1 : 0;
  EXPECT_GT(rows, 12); // more than those of its own block
  EXPECT_LT(rows, 600);
}

/// The plan of one input runs in a workspace as any other.
TEST(SelectedBlocks, workspace) {
  const CompiledPattern pattern(moba + "}", 16);
  Tensors tensors = pattern.tensors(shape(1, 2, 1, 1500, 1500));
  pattern.run(tensors);
  const Plan plan = selected(pattern, tensors);
  const gaze_plan_info info = plan.info();
  EXPECT_EQ(2, info.parts);
  EXPECT_GT(info.cost, 0);
  EXPECT_LT(info.cost, 0.25 * 2 * 1500 * 1500);
  Workspace workspace(plan);
  std::vector<float> out(tensors.out.size());
  plan.run(whole(tensors.q, 2, 1500, 16, 1), whole(tensors.k, 1, 1500, 16, 1),
           whole(tensors.v, 1, 1500, 16, 1), view(out.data(), {1, 2, 1500, 16}),
           Options().workspace(workspace));
  EXPECT_EQ(tensors.out, out);
}

} // namespace
