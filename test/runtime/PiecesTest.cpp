//===- PiecesTest.cpp - Which rows are cut, and that pieces make a whole ------===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"
#include "runtime/Plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace gaze::test {
namespace {

using Ends = runtime::Vector<std::int32_t>;

/// Query tiles of 4, key tiles of 8, chunks of 32 keys.
gaze_kernel kernelOfTiles() { return fakeKernel(4, 8); }

Ends pieceEnds(const gaze_kernel &kernel, const gaze_shape &shape) {
  const Plan plan(kernel, shape);
  return plan.get()->parts[0].grids[0].pieceEnds;
}

TEST(Pieces, OneRowIsCutIntoChunks) {
  keep = [](auto, auto, auto, auto) { return true; };
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 4, 320, 0}), Ends{10});
  // Two planes with half of the run each.
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 2, 1, 4, 320, 0}), Ends{10});
}

TEST(Pieces, OneRowHasSoManyPiecesAtMost) {
  keep = [](auto, auto, auto, auto) { return true; };
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 1, 32 * 128, 0}), Ends{128});
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 1, 32 * 500, 0}), Ends{128});
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {2, 2, 1, 1, 32 * 500, 0}), Ends{32});
}

TEST(Pieces, OneChunkIsNotCut) {
  keep = [](auto, auto, auto, auto) { return true; };
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 4, 32, 0}), Ends{});
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 4, 33, 0}), Ends{2});
}

TEST(Pieces, AmongManyEqualRowsNoneIsCut) {
  keep = [](auto, auto, auto, auto) { return true; };
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 4 * 200, 640, 0}), Ends{});
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 100, 1, 8, 640, 0}), Ends{});
}

/// Query tile 3 keeps all 640 keys, 80 tiles; each of the other 99 keeps one tile: 80 of
/// 179 are 57.2 of 128 shares, but there are 20 chunks.
TEST(Pieces, OneLongRowAmongMany) {
  keep = [](auto q, auto k, auto, auto) { return q / 4 == 3 || k < 8; };
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 400, 640, 0}), Ends{20});
  // With 4,000 rows it is 80 of 1,079, or 9.5 shares.
  EXPECT_EQ(pieceEnds(kernelOfTiles(), {1, 1, 1, 4000, 640, 0}), Ends{10});
}

/// From an element of a row of a state to the next.
std::int64_t elementStride;

/// Adds to a state, of its first row alone, the numbers of the keys and how many there
/// are; its highest score stays at 0.
int addKeys(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
            halide_buffer_t *, halide_buffer_t *k, halide_buffer_t *, halide_buffer_t *tiles,
            std::int32_t full, std::int32_t count, std::int64_t, std::int64_t, std::int64_t,
            halide_buffer_t *before, halide_buffer_t *after) {
  const auto *from = reinterpret_cast<const float *>(before->host);
  auto *to = reinterpret_cast<float *>(after->host);
  float keys = 0, sum = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t first = reinterpret_cast<const std::int32_t *>(tiles->host)[i] * 8;
    EXPECT_TRUE(i >= full || first + 8 <= k->dim[1].extent);
    for (std::int32_t key = first; key < std::min(first + 8, k->dim[1].extent); ++key, ++keys)
      sum += static_cast<float>(key);
  }
  const int elements = before->dim[elementStride == 1 ? 0 : 1].extent;
  const int rows = before->dim[elementStride == 1 ? 1 : 0].extent;
  std::fill_n(to, elements * rows, 0.0F);
  to[0] = from[0] + sum;
  to[9 * elementStride] = from[9 * elementStride] + keys;
  return 0;
}

int copySums(halide_buffer_t *state, halide_buffer_t *out, halide_buffer_t *lse) {
  const auto *from = reinterpret_cast<const float *>(state->host);
  reinterpret_cast<float *>(out->host)[0] = from[0];
  reinterpret_cast<float *>(lse->host)[0] = from[9 * elementStride];
  return 0;
}

/// Keys 0 to 639 of two heads, each row in ten pieces or more, on any number of threads.
TEST(Pieces, AllOfThemArrive) {
  keep = [](auto, auto k, auto, auto) { return k != 637; };
  for (const bool fewRows : {false, true}) {
    gaze_kernel kernel = kernelOfTiles();
    kernel.max_rows = fewRows ? 4 : 0;
    kernel.accumulate = kernel.accumulate_rows = addKeys;
    kernel.finish = kernel.finish_rows = copySums;
    elementStride = fewRows ? 1 : 4;
    const gaze_shape shape = {1, 2, 2, 1, 640, 0};
    EXPECT_EQ(pieceEnds(kernel, shape), Ends{20});
    std::vector<float> q(16), k(2 * 640 * 8), v(k.size()), out(16), lse(2);
    for (const int threads : {1, 2, 7}) {
      std::fill(out.begin(), out.end(), 0.0F);
      Plan(kernel, shape)
          .run(view(q.data(), {1, 2, 1, 8}), view(k.data(), {1, 2, 640, 8}),
               view(v.data(), {1, 2, 640, 8}), view(out.data(), {1, 2, 1, 8}),
               view(lse.data(), {1, 2, 1}), threads);
      EXPECT_EQ(out[0], 640 * 639 / 2);
      EXPECT_EQ(out[8], 640 * 639 / 2);
      EXPECT_EQ(lse, (std::vector<float>{640, 640}));
    }
  }
}

/// Heads of a group, for four rows and two queries at most (of four lanes): how many an
/// item has; 0 where accumulate is used.
TEST(FewRows, HeadsOfAGroup) {
  keep = [](auto, auto, auto, auto) { return true; };
  gaze_kernel kernel = kernelOfTiles();
  kernel.max_rows = 4;
  const auto headsOf = [&](const gaze_shape &shape) {
    const Plan plan(kernel, shape);
    return plan.get()->fewRows ? plan.get()->headsOfItem : 0;
  };
  EXPECT_EQ(headsOf({1, 4, 1, 1, 640, 0}), 4);
  EXPECT_EQ(headsOf({1, 7, 1, 1, 640, 0}), 4); // and three more
  EXPECT_EQ(headsOf({1, 4, 4, 1, 640, 0}), 1);
  EXPECT_EQ(headsOf({1, 6, 2, 2, 640, 0}), 2);
  EXPECT_EQ(headsOf({1, 6, 6, 2, 640, 0}), 1);
  EXPECT_EQ(headsOf({1, 6, 2, 3, 640, 0}), 0);
  kernel.reads_head = 1;
  EXPECT_EQ(headsOf({1, 4, 1, 1, 640, 0}), 1);
  kernel.max_rows = 0;
  EXPECT_EQ(headsOf({1, 4, 1, 1, 640, 0}), 0);
}

} // namespace
} // namespace gaze::test
