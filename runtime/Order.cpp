//===- Order.cpp - Which queries and keys come together ------------------------===//
#include "runtime/Order.h"

#include <algorithm>

namespace gaze::runtime {
namespace {

std::int64_t floorModulo(std::int64_t value, std::int64_t by) {
  const std::int64_t rest = value % by;
  return rest < 0 ? rest + by : rest;
}

/// Numbers the tiles and units of classes as they come.
class Classes {
public:
  Classes(Order &order, std::int32_t tileQ, std::int32_t unitKeys)
      : order(order), tileQ(tileQ), unitKeys(unitKeys) {}

  /// Its keys stand at the end of the list.
  void add(std::int64_t firstQuery, std::int64_t queryStep, std::int64_t queries,
           std::int64_t keys) {
    order.classes.push_back({firstQuery, queryStep, queries, keys, order.queryTiles, units});
    order.queryTiles += static_cast<std::int32_t>(ceilDivide(queries, tileQ));
    units += static_cast<std::int32_t>(ceilDivide(keys, unitKeys));
    order.keys.resize(static_cast<std::size_t>(units) * unitKeys, -1);
  }

private:
  Order &order;
  const std::int32_t tileQ, unitKeys;
  std::int32_t units = 0;
};

} // namespace

const Class &Order::classOf(std::int32_t queryTile) const {
  const auto behind =
      std::upper_bound(classes.begin(), classes.end(), queryTile,
                       [](std::int32_t tile, const Class &each) { return tile < each.firstTile; });
  return behind[-1];
}

std::int64_t Order::bytes() const {
  return static_cast<std::int64_t>(classes.capacity() * sizeof(Class) +
                                   keys.capacity() * sizeof(std::int32_t));
}

Order tileOrder(const gaze_shape &shape, std::int32_t tileQ) {
  Order order;
  order.queryTiles = static_cast<std::int32_t>(ceilDivide(shape.seq_q, tileQ));
  order.classes.push_back({0, 1, shape.seq_q, shape.seq_k, 0, 0});
  return order;
}

Order congruentOrder(const gaze_shape &shape, std::int32_t tileQ, std::int32_t unitKeys,
                     std::int64_t modulus, std::int64_t difference) {
  Order order;
  Classes classes(order, tileQ, unitKeys);
  const std::int64_t shift =
      floorModulo(floorModulo(shape.q_start, modulus) - floorModulo(difference, modulus), modulus);
  for (std::int64_t first = 0; first < std::min(modulus, shape.seq_q); ++first) {
    std::int64_t keys = 0;
    for (std::int64_t key = (shift + first) % modulus; key < shape.seq_k; key += modulus, ++keys)
      order.keys.push_back(static_cast<std::int32_t>(key));
    const std::int64_t queries = ceilDivide(shape.seq_q - first, modulus);
    classes.add(first, modulus < shape.seq_q ? modulus : 1, queries, keys);
  }
  return order;
}

Order columnOrder(const gaze_shape &shape, std::int32_t tileQ, std::int32_t unitKeys,
                  const Vector<std::uint8_t> &selected) {
  Order order;
  for (std::int64_t key = 0; key < shape.seq_k; ++key)
    if (selected[key])
      order.keys.push_back(static_cast<std::int32_t>(key));
  Classes(order, tileQ, unitKeys)
      .add(0, 1, shape.seq_q, static_cast<std::int64_t>(order.keys.size()));
  return order;
}

} // namespace gaze::runtime
