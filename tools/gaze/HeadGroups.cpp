//===- HeadGroups.cpp - Heads with the same mask -----------------------------===//
#include "tools/gaze/HeadGroups.h"
#include "tools/gaze/Tally.h"
#include "tools/gaze/Ticks.h"

#include <algorithm>
#include <limits>
#include <set>

using namespace gaze::cli;

static bool equal(const Census &one, const Census &other) {
  return one.fingerprint == other.fingerprint && one.keptPairs == other.keptPairs &&
         one.fullTiles == other.fullTiles && one.partialTiles == other.partialTiles;
}

/// How many of so many planes there is work for: a few share it where they are dear, and
/// two where a single row is.
static std::int64_t planesToLookAt(const MaskSource &source, std::int64_t heads,
                                   std::int64_t batches, int threads) {
  constexpr std::int64_t fewest = 2, few = 8, coarser = 16;
  const std::int64_t planes = heads * batches;
  if (planes <= fewest)
    return planes;
  Work dearest = 1;
  for (const std::int64_t i : {std::int64_t(0), planes / 2, planes - 1})
    if (dearest < coarser * surveyWork)
      dearest = std::max(dearest, workOfFairSurvey(source, {i % heads, i / heads}, threads));
  const std::int64_t least = std::clamp(coarser * surveyWork / dearest, fewest, few);
  return std::min(planes, std::max(least, surveyWork / dearest));
}

/// So many of the planes, in their order: all, or one of each stratum, chosen by a hash,
/// with the one that is asked for among them.
static std::vector<Plane> chosenPlanes(std::int64_t heads, std::int64_t batches, std::int64_t count,
                                       const std::optional<Plane> &only) {
  const std::int64_t planes = heads * batches;
  const std::int64_t asked = only ? only->batch * heads + only->head : 0;
  std::vector<Plane> chosen;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t begin = planes / count * i + planes % count * i / count;
    const std::int64_t end = planes / count * (i + 1) + planes % count * (i + 1) / count;
    const auto offset =
        mixed(static_cast<std::uint64_t>(i)) % static_cast<std::uint64_t>(end - begin);
    const std::int64_t plane =
        begin <= asked && asked < end ? asked : begin + static_cast<std::int64_t>(offset);
    chosen.push_back({plane % heads, plane / heads});
  }
  return chosen;
}

std::vector<HeadGroup> gaze::cli::surveyGroups(const MaskSource &source, std::int64_t heads,
                                               std::int64_t batches, const Drawn &drawn,
                                               int threads) {
  const std::int64_t count = planesToLookAt(source, heads, batches, threads);
  std::vector<HeadGroup> groups;
  for (const Plane &plane : chosenPlanes(heads, batches, count, drawn.only)) {
    std::optional<Grid> grid;
    if (drawn.only ? plane == *drawn.only : groups.size() < drawn.most)
      grid.emplace(drawn.axes);
    const Census census =
        survey(source, plane, grid ? &*grid : nullptr, surveyWork / count, threads);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const HeadGroup &other) { return equal(other.census, census); });
    if (group == groups.end())
      group = groups.insert(group, {{}, census, {}});
    group->planes.push_back(plane);
    if (grid && !group->grid)
      group->grid = std::move(grid);
  }
  return groups;
}

std::int64_t gaze::cli::keptPairs(const MaskSource &source, const gaze_kernel &kernel,
                                  const gaze_shape &shape, int threads) {
  const std::int64_t heads = kernel.reads_head ? shape.heads : 1;
  const std::int64_t batches = kernel.reads_batch ? shape.batch : 1;
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < heads * batches; ++i)
    kept +=
        survey(source, {i % heads, i / heads}, nullptr, std::numeric_limits<Work>::max(), threads)
            .keptPairs;
  return kept * (shape.heads / heads) * (shape.batch / batches);
}

/// "0-1, 4", "0-3, 8-11, 16 and 40 more"
static std::string ranges(const std::set<std::int64_t> &numbers) {
  constexpr int mostRanges = 3;
  std::string text;
  std::size_t named = 0;
  auto next = numbers.begin();
  for (int range = 0; next != numbers.end() && range < mostRanges; ++range) {
    const std::int64_t first = *next;
    std::int64_t last = first;
    for (; next != numbers.end() && *next <= last + 1; ++next, ++named)
      last = *next;
    text += (range ? ", " : "") + std::to_string(first);
    text += last == first ? "" : "-" + std::to_string(last);
  }
  const std::size_t left = numbers.size() - named;
  return text + (left ? " and " + withCommas(static_cast<std::int64_t>(left)) + " more" : "");
}

std::string gaze::cli::labelOf(const HeadGroup &group, std::int64_t heads, std::int64_t batches) {
  std::set<std::int64_t> headNumbers, batchNumbers;
  for (const Plane &plane : group.planes) {
    headNumbers.insert(plane.head);
    batchNumbers.insert(plane.batch);
  }
  const std::string headText = (headNumbers.size() == 1 ? "head " : "heads ") + ranges(headNumbers);
  std::string batchText =
      (batchNumbers.size() == 1 ? "batch entry " : "batch entries ") + ranges(batchNumbers);
  if (batches == 1)
    return heads == 1 ? "" : headText;
  if (heads == 1)
    return batchText;
  if (group.planes.size() == headNumbers.size() * batchNumbers.size())
    return headText + " of " + batchText;
  const Plane &first = group.planes.front();
  return "head " + std::to_string(first.head) + " of batch entry " + std::to_string(first.batch) +
         " and " + withCommas(static_cast<std::int64_t>(group.planes.size()) - 1) + " more";
}
