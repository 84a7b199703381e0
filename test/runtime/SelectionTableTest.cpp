//===- SelectionTableTest.cpp - Zones of what is selected, against a plain search -===//
#include "runtime/SelectionTable.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace gaze::runtime;

namespace {

/// A zone, and the indices [begin, end) that it covers.
struct Zone {
  std::int64_t number, begin, end;
};

/// Points first, then zones of 16, 32, ... indices, up to all of them padded.
std::vector<Zone> zonesOf(std::int64_t size, std::int64_t padded) {
  std::vector<Zone> zones;
  for (std::int64_t index = 0; index < size; ++index)
    zones.push_back({index, index, index + 1});
  std::int64_t level = size;
  for (std::int64_t width = 16; width <= padded; level += padded / width, width *= 2)
    for (std::int64_t zone = 0; zone * width < size; ++zone)
      zones.push_back({level + zone, zone * width, std::min(size, (zone + 1) * width)});
  return zones;
}

TEST(SelectionTable, zonesTellAllAndSome) {
  std::mt19937 random(1);
  for (const std::int64_t groups : {1, 15, 16, 17, 300})
    for (const std::int64_t blocks : {1, 16, 33, 70}) {
      const SelectionTable table{SelectionAxis(groups), SelectionAxis(blocks)};
      std::vector<std::uint8_t> entries(table.entries());
      const auto isSelected = [&](std::int64_t group, std::int64_t block) {
        return table.row(entries.data(), group)[block] == (allSelected | someSelected);
      };
      for (std::int64_t group = 0; group < groups; ++group)
        for (std::int64_t block = 0; block < blocks; ++block)
          table.row(entries.data(), group)[block] =
              random() % 100 < (group / 16 % 2 ? 1U : 99U) ? allSelected | someSelected : 0;
      table.fillZones(entries.data());
      for (const Zone &rows : zonesOf(groups, table.groups.padded))
        for (const Zone &columns : zonesOf(blocks, table.blocks.padded)) {
          bool all = true, some = false;
          for (std::int64_t group = rows.begin; group < rows.end; ++group)
            for (std::int64_t block = columns.begin; block < columns.end; ++block) {
              all &= isSelected(group, block);
              some |= isSelected(group, block);
            }
          EXPECT_EQ((all ? allSelected : 0) | (some ? someSelected : 0),
                    table.row(entries.data(), rows.number)[columns.number])
              << groups << " x " << blocks << ", zone " << rows.number << ", " << columns.number;
        }
    }
}

} // namespace
