//===- Order.h - Which queries and keys come together --------------------------===//
//
// In tiles, neighbours come together: queries and keys as they stand. In the order of a
// residue those are neighbours whose positions leave it, and in the order of columns the
// keys that a pattern selects. So an order is a list of classes, each a sequence of
// queries and one of keys; tiles are cut within a class.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_ORDER_H
#define GAZE_RUNTIME_ORDER_H

#include "gaze/gaze.h"
#include "runtime/Memory.h"

#include <cstdint>

namespace gaze::runtime {

constexpr std::int64_t ceilDivide(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}

/// Query i of a class is row firstQuery + i * queryStep.
struct Class {
  std::int64_t firstQuery, queryStep, queries;
  std::int64_t keys;
  std::int32_t firstTile; ///< of queries, behind those of the classes before it
  std::int32_t firstUnit; ///< of keys, likewise
};

struct Order {
  Vector<Class> classes;
  /// The keys of all classes, each ascending and filled up to whole units with -1; empty
  /// where keys are as they stand, or where there is none.
  Vector<std::int32_t> keys;
  std::int32_t queryTiles = 0; ///< of all classes

  const Class &classOf(std::int32_t queryTile) const;
  std::int64_t keyAt(std::int64_t place) const { return keys.empty() ? place : keys[place]; }
  std::int64_t bytes() const;
};

/// Everything as it stands.
Order tileOrder(const gaze_shape &shape, std::int32_t tileQ);

/// The residues of the queries modulo `modulus`, which is positive, each with the keys
/// k = q - difference modulo `modulus`.
Order congruentOrder(const gaze_shape &shape, std::int32_t tileQ, std::int32_t unitKeys,
                     std::int64_t modulus, std::int64_t difference);

/// All queries, with the keys for which `selected` is not 0.
Order columnOrder(const gaze_shape &shape, std::int32_t tileQ, std::int32_t unitKeys,
                  const Vector<std::uint8_t> &selected);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_ORDER_H
