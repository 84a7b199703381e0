//===- ShapesTest.cpp - Sizes that no tile divides, and those that one does ---===//
#include "Harness.h"

#include <cmath>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr const char *window = "pattern p(window: int = 20, globals: int = 3) {"
                               "  keep 0 <= q - k <= window or k < globals or q < globals; }";

/// Lengths around the edges of the first `tiles` tiles.
std::vector<std::int64_t> lengths(std::int64_t tile, std::int64_t tiles) {
  std::vector<std::int64_t> result = {1};
  for (std::int64_t i = 1; i <= tiles; ++i)
    for (std::int64_t offset : {-1, 0, 1})
      result.push_back(i * tile + offset);
  return result;
}

TEST(Shapes, allLengthsAroundTiles) {
  const CompiledPattern pattern(window, 8);
  for (std::int64_t seqQ : lengths(pattern.table().tile_q, 3))
    for (std::int64_t seqK : lengths(pattern.table().tile_k, 3))
      pattern.check(shape(1, 1, 1, seqQ, seqK));
}

TEST(Shapes, allPositionsOfTheFirstQuery) {
  const CompiledPattern pattern(window, 8);
  const std::int64_t tile = pattern.table().tile_k;
  for (std::int64_t qStart = -2 * tile; qStart <= 3 * tile; qStart += 23) {
    gaze_shape given = shape(1, 1, 1, 50, 2 * tile + 1);
    given.q_start = qStart;
    pattern.check(given);
  }
}

TEST(Shapes, longerThanAChunk) {
  const CompiledPattern pattern("pattern p() {}", 8);
  const std::int64_t chunk = std::int64_t(pattern.table().tile_k) * pattern.table().chunk_tiles;
  for (std::int64_t seqK : {chunk - 1, chunk, chunk + 1, 2 * chunk + 7})
    pattern.check(shape(1, 1, 1, 40, seqK));
}

class HeadDims : public testing::TestWithParam<int> {};

TEST_P(HeadDims, asTheReference) {
  const CompiledPattern pattern(window, GetParam());
  for (std::int64_t seq : {1, 33, 333})
    pattern.check(shape(1, 2, 2, seq, seq));
  pattern.check(shape(3, 4, 2, 1, 130));
}

INSTANTIATE_TEST_SUITE_P(All, HeadDims, testing::Values(8, 16, 24, 40, 64, 80, 128, 200, 256));

TEST(Shapes, valuesNarrowerAndWiderThanKeys) {
  for (auto [headDim, valueDim] : {std::pair(64, 8), {24, 128}, {8, 256}})
    CompiledPattern(window, headDim, valueDim).check(shape(2, 2, 1, 65, 130));
}

TEST(Shapes, groupedQueryHeads) {
  const CompiledPattern pattern("pattern p() { keep k <= q and (head % 2 == 0 or q - k < 30); }");
  for (std::int64_t kvHeads : {1, 2, 3, 6})
    pattern.check(shape(3, 6, kvHeads, 65, 65));
}

TEST(Shapes, everyLengthOfDecoding) {
  const CompiledPattern pattern(window, 16);
  for (std::int64_t seqK = 1; seqK <= 200; ++seqK)
    pattern.check(shape(1, 2, 1, 1, seqK));
}

/// Tensors as projections leave them, [batch, seq, heads, dim], in memory that is
/// otherwise full of NaN: read or written with strides, and nothing beside them.
TEST(Shapes, sequenceMajorTensorsWithGaps) {
  const CompiledPattern pattern(window, 16, 24);
  Tensors tensors = pattern.tensors(shape(2, 3, 3, 45, 70));
  const reference::Result expected = pattern.check(tensors);
  const gaze_shape &shape = tensors.shape;
  const std::vector<float> denseOut = tensors.out;

  struct Strided {
    std::vector<float> memory;
    gaze_tensor tensor;
    Strided(const gaze_shape &shape, std::int64_t seq, int dim)
        : memory(shape.batch * (seq + 2) * 3 * (dim + 5), std::nanf("")),
          tensor(view(memory.data(), {shape.batch, 3, seq, dim},
                      {(seq + 2) * 3 * (dim + 5), dim + 5, 3 * (dim + 5), 1})) {}
    float &at(std::int64_t batch, std::int64_t head, std::int64_t row, std::int64_t channel) {
      return memory[batch * tensor.strides[0] + head * tensor.strides[1] + row * tensor.strides[2] +
                    channel];
    }
  };
  Strided q(shape, 45, 16), k(shape, 70, 16), v(shape, 70, 24), out(shape, 45, 24);
  const auto spread = [](const std::vector<float> &from, Strided &to, std::int64_t seq, int dim) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i) / dim;
      to.at(row / seq / 3, row / seq % 3, row % seq, static_cast<std::int64_t>(i) % dim) = from[i];
    }
  };
  spread(tensors.q, q, 45, 16);
  spread(tensors.k, k, 70, 16);
  spread(tensors.v, v, 70, 24);
  Plan(pattern.table(), shape).run(q.tensor, k.tensor, v.tensor, out.tensor);

  Strided wanted(shape, 45, 24);
  spread(denseOut, wanted, 45, 24);
  for (std::size_t i = 0; i < wanted.memory.size(); ++i) {
    if (std::isnan(wanted.memory[i]))
      ASSERT_TRUE(std::isnan(out.memory[i])) << "written beside the output at " << i;
    else
      ASSERT_EQ(out.memory[i], wanted.memory[i]) << i;
  }
}

} // namespace
