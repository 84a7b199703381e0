//===- TablesTest.cpp - A plan as blocks of threads read it ------------------------===//
#include "FakeGpu.h"

#include "gaze/gaze.hpp"
#include "runtime/gpu/Groups.h"
#include "runtime/gpu/Tables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

namespace gaze::test {
namespace {

using runtime::Groups;
using runtime::groupsOf;
using runtime::Tables;
using runtime::tablesOf;

struct Piece {
  std::int32_t queryTile, head, batch, firstTile, full, masked;
};

Piece pieceOf(const Tables &tables, std::int64_t i) {
  const std::int32_t *const fields = tables.pieces.data() + runtime::intsOfPiece * i;
  return {fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]};
}

/// A tile of a head and batch entry, and whether it is full.
using Tile = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, bool>;

std::vector<Tile> tilesOfPlan(const Plan &plan, const gaze_shape &shape) {
  struct Visit {
    std::int64_t head, batch;
    std::vector<Tile> tiles;
  } visit = {};
  for (visit.batch = 0; visit.batch < shape.batch; ++visit.batch)
    for (visit.head = 0; visit.head < shape.heads; ++visit.head)
      gaze_plan_visit(
          plan.get(), visit.head, visit.batch,
          [](void *context, auto qBegin, auto, auto kBegin, auto kEnd, auto full) {
            auto &[head, batch, tiles] = *static_cast<Visit *>(context);
            for (std::int64_t key = kBegin; key < kEnd; key += fakeTileK)
              tiles.emplace_back(batch, head, qBegin / fakeTileQ, key / fakeTileK, full != 0);
            return 0;
          },
          &visit, nullptr);
  std::sort(visit.tiles.begin(), visit.tiles.end());
  return visit.tiles;
}

std::vector<Tile> tilesOfTables(const Tables &tables) {
  std::vector<Tile> tiles;
  for (std::int64_t i = 0; i < tables.pieceEnds.back(); ++i) {
    const Piece piece = pieceOf(tables, i);
    EXPECT_LE(piece.full, tables.mostFull);
    EXPECT_LE(piece.masked, tables.mostMasked);
    for (std::int32_t j = 0; j < piece.full + piece.masked; ++j)
      tiles.emplace_back(piece.batch, piece.head, piece.queryTile,
                         tables.tiles[piece.firstTile + j], j < piece.full);
  }
  std::sort(tiles.begin(), tiles.end());
  return tiles;
}

/// Rows without a key, rows with few and one with all, which differ by head and batch entry.
bool kept(std::int64_t q, std::int64_t k, std::int64_t head, std::int64_t batch) {
  if (q / 4 == 2 + head)
    return true;
  return q / 4 != 5 && k <= q && q - k < 8 + 4 * batch;
}

TEST(Tables, HoldTheTilesOfThePlan) {
  keep = kept;
  for (const bool readsHead : {true, false})
    for (const bool readsBatch : {true, false}) {
      if (!readsHead || !readsBatch)
        keep = [=](auto q, auto k, auto head, auto batch) {
          return kept(q, k, readsHead ? head : 0, readsBatch ? batch : 0);
        };
      gaze_kernel kernel = fakeGpuKernel();
      kernel.reads_head = readsHead;
      kernel.reads_batch = readsBatch;
      const gaze_shape shape = {2, 3, 3, 50, 70, 0};
      const Plan plan(kernel, shape);
      const Tables tables = tablesOf(*plan.get());
      const std::vector<Tile> tiles = tilesOfTables(tables);
      EXPECT_GT(tiles.size(), 100u);
      EXPECT_EQ(tiles, tilesOfPlan(plan, shape));
    }
}

TEST(Tables, PlanesShareTheTilesOfAGrid) {
  keep = [](auto q, auto k, auto, auto) { return kept(q, k, 0, 0); };
  gaze_kernel kernel = fakeGpuKernel();
  const Plan one(kernel, {1, 1, 1, 50, 70, 0}), six(kernel, {2, 3, 3, 50, 70, 0});
  EXPECT_EQ(tablesOf(*one.get()).tiles, tablesOf(*six.get()).tiles);
}

TEST(Tables, RowsFindTheirPiecesPlaneByPlane) {
  keep = [](auto q, auto k, auto, auto) { return q / 4 != 5 && (q / 4 == 3 || k < 8); };
  const gaze_shape shape = {2, 2, 1, 30, 640, 0};
  const gaze_kernel kernel = fakeGpuKernel(); // chunks of 4 tiles
  const Plan plan(kernel, shape);
  const Tables tables = tablesOf(*plan.get());
  constexpr std::int64_t queryTiles = 8;
  // Row 3 has 80 tiles, in 20 pieces; row 5 has none.
  EXPECT_EQ(tables.pieceEnds, (runtime::Vector<std::int32_t>{26, 52, 78, 104}));
  for (std::int64_t plane = 0; plane < 4; ++plane)
    for (std::int64_t tile = 0; tile < queryTiles; ++tile) {
      const std::int32_t *const row = tables.rows.data() + 2 * (plane * queryTiles + tile);
      EXPECT_EQ(row[1], tile == 3 ? 20 : tile == 5 ? 0 : 1);
      for (std::int32_t i = 0; i < row[1]; ++i) {
        const Piece piece = pieceOf(tables, row[0] + i);
        EXPECT_EQ(piece.queryTile, tile);
        EXPECT_EQ(piece.batch * 2 + piece.head, plane);
        EXPECT_EQ(piece.full + piece.masked, tile == 3 ? 4 : 1);
      }
    }
  EXPECT_EQ(pieceOf(tables, 0).queryTile, 3); // the longest comes first
}

TEST(Tables, PiecesHaveAtLeastAChunk) {
  keep = [](auto, auto, auto, auto) { return true; };
  const gaze_kernel kernel = fakeGpuKernel();
  for (const std::int64_t tiles : {1, 7, 8, 11, 12, 100}) {
    const Plan plan(kernel, {1, 1, 1, 4, tiles * fakeTileK, 0});
    EXPECT_EQ(tablesOf(*plan.get()).pieceEnds.back(), std::max<std::int64_t>(1, tiles / 4));
  }
  // A few long rows of a GPU's many blocks are cut where a CPU's few threads would not need it.
  const Plan plan(kernel, {1, 100, 100, 8, 640, 0});
  EXPECT_EQ(tablesOf(*plan.get()).pieceEnds.back(), 200 * 20);
}

TEST(Tables, MoreTilesThanBlocksCanCount) {
  gaze_kernel kernel = fakeGpuKernel();
  kernel.classify = [](auto *, auto *, auto *, auto *, auto *, auto *rectangles, auto *verdicts) {
    std::fill_n(verdicts->host, rectangles->dim[1].extent, std::uint8_t{7});
    return 0;
  };
  const Plan plan(kernel, {1 << 20, 1 << 10, 1, 8, 8, 0});
  try {
    tablesOf(*plan.get());
    FAIL();
  } catch (const runtime::Failure &failure) {
    EXPECT_STREQ(failure.what(),
                 "the plan has 2147483648 rows of tiles, more than the 2^31 - 1 that are supported "
                 "on a GPU: plan fewer batch entries or heads at a time, or compile with larger "
                 "tiles");
  }
}

gaze_tensor written(std::int64_t batchStride, std::int64_t headStride) {
  gaze_tensor tensor = {};
  tensor.element = GAZE_ELEMENT_FLOAT32;
  tensor.strides[0] = batchStride;
  tensor.strides[1] = headStride;
  return tensor;
}

void expectGroups(const Groups &groups, std::int64_t heads, std::int64_t batches) {
  EXPECT_EQ(groups.heads, heads);
  EXPECT_EQ(groups.batches, batches);
}

TEST(Groups, SomeHeadsOrSomeBatchEntries) {
  const gaze_shape shape = {6, 8, 8, 1, 1, 0};
  const gaze_tensor out = written(800, 100);
  expectGroups(groupsOf(shape, 0, 1, out, nullptr), 1, 1);
  expectGroups(groupsOf(shape, 7, 1, out, nullptr), 7, 1);
  expectGroups(groupsOf(shape, 8, 1, out, nullptr), 8, 1);
  expectGroups(groupsOf(shape, 31, 1, out, nullptr), 8, 3);
  expectGroups(groupsOf(shape, 1000, 1, out, nullptr), 8, 6);
}

TEST(Groups, BeginWhereTheDeviceAllowsIt) {
  const gaze_shape shape = {6, 8, 8, 1, 1, 0};
  // 100 floats are 400 bytes: every 8th head begins at a multiple of 128.
  expectGroups(groupsOf(shape, 3, 16, written(800, 100), nullptr), 3, 1);
  expectGroups(groupsOf(shape, 5, 32, written(800, 100), nullptr), 4, 1);
  expectGroups(groupsOf(shape, 3, 128, written(800, 100), nullptr), 8, 1);
  // Batch entries that do not begin so go together with all their heads.
  expectGroups(groupsOf(shape, 3, 128, written(808, 101), nullptr), 8, 4);
  expectGroups(groupsOf(shape, 3, 128, written(807, 101), nullptr), 8, 6);
  // And both tensors count.
  const gaze_tensor lse = written(8, 1);
  expectGroups(groupsOf(shape, 2, 16, written(800, 100), &lse), 4, 1);
}

} // namespace
} // namespace gaze::test
