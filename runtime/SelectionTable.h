//===- SelectionTable.h - Which blocks each group of queries has selected ------===//
//
// What `top_blocks` is to a kernel: a table of bools [batch, heads, groups, blocks] among
// its inputs of bools. Classify asks what holds for boxes of groups and blocks, so the table
// of a head holds zones as well, those of runtime/Inputs.h, with a point for every index
// however many there are: [zones of groups, zones of blocks], a byte each. The points of
// both axes come first, so an element is an entry like the others.
//
// In the uniforms a selection has, behind the inputs: the index of its first entry among
// the bools, the first group, and for groups and for blocks their number and its padded
// size. compiler/halide/Inputs.cpp reads them.
//
// Test: test/runtime/SelectionTableTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_SELECTIONTABLE_H
#define GAZE_RUNTIME_SELECTIONTABLE_H

#include <cstdint>

namespace gaze::runtime {

/// The bits of an entry; an element has both or none.
enum SelectionEntry : std::uint8_t { allSelected = 1, someSelected = 2 };

/// The zones of an axis of `size` indices, at least one.
struct SelectionAxis {
  explicit SelectionAxis(std::int64_t size) : size(size), padded(16) {
    while (padded < size)
      padded *= 2;
  }
  std::int64_t zones() const { return size + padded / 8 - 1; }

  std::int64_t size, padded;
};

/// The table of one head and batch entry.
struct SelectionTable {
  SelectionAxis groups, blocks;

  std::int64_t entries() const { return groups.zones() * blocks.zones(); }
  std::uint8_t *row(std::uint8_t *table, std::int64_t group) const {
    return table + group * blocks.zones();
  }
  /// Fills the zones in from the elements.
  void fillZones(std::uint8_t *table) const;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_SELECTIONTABLE_H
