//===- OrderTest.cpp - Which queries and keys come together -------------------===//
#include "runtime/Order.h"

#include <gtest/gtest.h>

#include <set>

using namespace gaze::runtime;

namespace {

gaze_shape shapeOf(std::int64_t seqQ, std::int64_t seqK, std::int64_t qStart) {
  return {1, 1, 1, seqQ, seqK, qStart};
}

/// Every query stands in one class, and meets the keys that it should meet, ascending.
TEST(Order, residues) {
  for (std::int64_t modulus : {1, 2, 7, 40, 1000})
    for (std::int64_t difference : {0, 3, -5, 2001})
      for (std::int64_t qStart : {-13, 0, 29}) {
        const Order order = congruentOrder(shapeOf(33, 50, qStart), 4, 3, modulus, difference);
        std::set<std::int64_t> queries;
        for (const Class &each : order.classes)
          for (std::int64_t i = 0; i < each.queries; ++i) {
            const std::int64_t query = each.firstQuery + i * each.queryStep;
            EXPECT_TRUE(queries.insert(query).second);
            std::vector<std::int64_t> expected, found;
            for (std::int64_t key = 0; key < 50; ++key)
              if ((qStart + query - key - difference) % modulus == 0)
                expected.push_back(key);
            for (std::int64_t key = 0; key < each.keys; ++key)
              found.push_back(order.keyAt(each.firstUnit * 3 + key));
            EXPECT_EQ(expected, found);
          }
        EXPECT_EQ(33u, queries.size());
      }
}

TEST(Order, unitsAndTilesStandOneBehindTheOther) {
  // Queries 0 2 4 | 1 3 in tiles of two; keys 0 2 4 6 | 1 3 5 in units of two.
  const Order order = congruentOrder(shapeOf(5, 7, 0), 2, 2, 2, 0);
  ASSERT_EQ(2u, order.classes.size());
  EXPECT_EQ(3, order.queryTiles);
  EXPECT_EQ(2, order.classes[1].firstTile);
  EXPECT_EQ(2, order.classes[1].firstUnit);
  EXPECT_EQ((Vector<std::int32_t>{0, 2, 4, 6, 1, 3, 5, -1}), order.keys);
  EXPECT_EQ(&order.classes[0], &order.classOf(1));
  EXPECT_EQ(&order.classes[1], &order.classOf(2));
}

TEST(Order, columns) {
  const Order order = columnOrder(shapeOf(5, 6, 0), 4, 4, {0, 1, 1, 0, 0, 1});
  ASSERT_EQ(1u, order.classes.size());
  EXPECT_EQ(3, order.classes[0].keys);
  EXPECT_EQ(5, order.classes[0].queries);
  EXPECT_EQ((Vector<std::int32_t>{1, 2, 5, -1}), order.keys);
  EXPECT_TRUE(columnOrder(shapeOf(5, 2, 0), 4, 4, {0, 0}).keys.empty());
}

} // namespace
