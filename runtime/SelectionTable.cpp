//===- SelectionTable.cpp - Which blocks each group of queries has selected ----===//
#include "runtime/SelectionTable.h"

#include <algorithm>

namespace gaze::runtime {
namespace {

/// All of both, some of either.
std::uint8_t joined(std::uint8_t a, std::uint8_t b) {
  return static_cast<std::uint8_t>((a & b & allSelected) | ((a | b) & someSelected));
}

/// Fills the zones of one axis in: an entry of it is `width` bytes.
void fillAxis(std::uint8_t *entries, const SelectionAxis &axis, std::int64_t width) {
  const auto at = [&](std::int64_t zone) { return entries + zone * width; };
  const auto put = [&](std::int64_t zone, std::int64_t from, bool begins) {
    if (begins)
      std::copy_n(at(from), width, at(zone));
    else
      std::transform(at(zone), at(zone) + width, at(from), at(zone), joined);
  };
  std::int64_t level = axis.size, count = (axis.size + 15) / 16;
  for (std::int64_t index = 0; index < axis.size; ++index)
    put(level + index / 16, index, index % 16 == 0);
  for (std::int64_t zones = axis.padded / 16; zones > 1; zones /= 2, count = (count + 1) / 2) {
    for (std::int64_t zone = 0; zone < count; ++zone)
      put(level + zones + zone / 2, level + zone, zone % 2 == 0);
    level += zones;
  }
}

} // namespace

void SelectionTable::fillZones(std::uint8_t *table) const {
  for (std::int64_t group = 0; group < groups.size; ++group)
    fillAxis(row(table, group), blocks, 1);
  fillAxis(table, groups, blocks.zones());
}

} // namespace gaze::runtime
