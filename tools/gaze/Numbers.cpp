//===- Numbers.cpp - What `gaze show` says about a mask ----------------------===//
#include "tools/gaze/Numbers.h"
#include "runtime/Plan.h"
#include "tools/gaze/Ticks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

using namespace gaze::cli;

double Numbers::saved() const {
  const auto computed = static_cast<double>(fullTiles + partialTiles);
  const auto empty = static_cast<double>(emptyTiles);
  return empty / (computed + empty);
}

namespace {

/// Sums over the masks that were looked at.
struct Seen {
  std::int64_t masks = 0, distinct = 0;
  std::int64_t kept = 0, fullTiles = 0, partialTiles = 0, runs = 0, rows = 0;
  double keysRead = 0;
  double squares = 0;  ///< of what each mask keeps
  double variance = 0; ///< twice the standard error within the masks, squared
  bool exact = true;
};

} // namespace

static Seen seenOf(const std::vector<HeadGroup> &groups) {
  Seen seen;
  for (const HeadGroup &group : groups) {
    const Census &census = group.census;
    const auto members = static_cast<std::int64_t>(group.planes.size());
    const auto kept = static_cast<double>(census.keptPairs);
    const double error = census.error * kept * static_cast<double>(members);
    seen.masks += members;
    ++seen.distinct;
    seen.kept += census.keptPairs * members;
    seen.fullTiles += census.fullTiles * members;
    seen.partialTiles += census.partialTiles * members;
    seen.runs += census.runs * members;
    seen.rows += census.rowsSeen;
    seen.keysRead += static_cast<double>(census.keysRead) * static_cast<double>(members);
    seen.squares += kept * kept * static_cast<double>(members);
    seen.variance += error * error;
    seen.exact = seen.exact && census.exact;
  }
  return seen;
}

/// Two standard errors as a share: of the samples of the masks, and of the sample of
/// masks where not all were looked at.
static double errorOf(const Seen &seen, std::int64_t masks) {
  const auto kept = static_cast<double>(seen.kept), count = static_cast<double>(seen.masks);
  if (kept == 0)
    return 0;
  const double spread =
      std::max(0.0, seen.squares - kept * kept / count) / std::max(1.0, count - 1);
  const double left = 1 - count / static_cast<double>(masks);
  return std::sqrt(seen.variance + 4 * spread * count * left) / kept;
}

Numbers gaze::cli::addUp(const std::vector<HeadGroup> &groups, const gaze_kernel &kernel,
                         const gaze_shape &shape) {
  const std::int64_t tileRows = (shape.seq_q + kernel.tile_q - 1) / kernel.tile_q;
  const std::int64_t tileColumns = (shape.seq_k + kernel.tile_k - 1) / kernel.tile_k;
  // Heads or batch entries that do not differ were surveyed once.
  const std::int64_t everyHead = kernel.reads_head ? 1 : shape.heads;
  const std::int64_t repeats = everyHead * (kernel.reads_batch ? 1 : shape.batch);
  const std::int64_t planes = shape.heads * shape.batch;
  const double elements = kernel.head_dim + kernel.value_dim;
  const double elementBytes = kernel.element == GAZE_ELEMENT_FLOAT32 ? 4 : 2;
  const Seen seen = seenOf(groups);
  const std::int64_t masks = planes / repeats;
  const double scale = static_cast<double>(masks) / static_cast<double>(seen.masks);
  const auto scaledUp = [&](std::int64_t ofSeen) {
    const std::int64_t exactly = ofSeen * repeats;
    return seen.masks == masks ? exactly : std::llround(static_cast<double>(exactly) * scale);
  };
  Numbers numbers;
  numbers.kept = scaledUp(seen.kept);
  numbers.fullTiles = scaledUp(seen.fullTiles);
  numbers.partialTiles = scaledUp(seen.partialTiles);
  numbers.bytes = seen.keysRead * static_cast<double>(repeats) * scale * elements * elementBytes;
  numbers.planBytes = static_cast<double>(masks) * static_cast<double>(tileRows) *
                          (sizeof(runtime::Row) + sizeof(std::int32_t)) +
                      static_cast<double>(seen.runs) * scale * sizeof(runtime::Run);
  numbers.exact = seen.exact && seen.masks == masks;
  numbers.rowsSeen = seen.rows;
  numbers.rows = seen.distinct * tileRows;
  numbers.masksSeen = seen.masks;
  numbers.masks = masks;
  numbers.error = errorOf(seen, masks);
  numbers.tileQ = kernel.tile_q;
  numbers.tileK = kernel.tile_k;
  numbers.emptyTiles = std::max<std::int64_t>(0, planes * tileRows * tileColumns -
                                                     numbers.fullTiles - numbers.partialTiles);
  numbers.pairs = planes * shape.seq_q * shape.seq_k;
  numbers.flops = static_cast<double>(numbers.kept) * 2 * elements;
  numbers.flopsDense = static_cast<double>(numbers.pairs) * 2 * elements;
  numbers.bytesDense = static_cast<double>(planes * tileRows) * static_cast<double>(shape.seq_k) *
                       elements * elementBytes;
  return numbers;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string formatted(const char *format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

/// Three digits and a unit, each `factor` times the one before.
static std::string scaled(double number, double factor, const std::vector<std::string> &units) {
  std::size_t unit = 0;
  while (number >= factor && unit + 1 < units.size()) {
    number /= factor;
    ++unit;
  }
  const bool whole = number >= 100 || number == std::floor(number);
  const std::string text = formatted(whole ? "%.0f" : number >= 10 ? "%.1f" : "%.2f", number);
  return units[unit].empty() ? text : text + " " + units[unit];
}

static std::string flopsText(double flops) {
  return scaled(flops, 1000, {"FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP"});
}

std::string gaze::cli::bytesText(double bytes) {
  return scaled(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB", "PiB"});
}

std::string gaze::cli::about(const Numbers &numbers) { return numbers.exact ? "" : "about "; }

std::string gaze::cli::sampleText(const Numbers &numbers) {
  std::string text = "an estimate, not a bound: ";
  if (numbers.rowsSeen < numbers.rows)
    text += "from a sample of " + withCommas(numbers.rowsSeen) + " of " + withCommas(numbers.rows) +
            " rows of tiles, ";
  if (numbers.masksSeen < numbers.masks)
    text += "from " + withCommas(numbers.masksSeen) + " of the " + withCommas(numbers.masks) +
            " masks of heads and batch entries, ";
  return text + "+- " + percent(numbers.error);
}

std::string gaze::cli::percent(double share) {
  const double number = 100 * share;
  if (share < 1 && number >= 99.95) // not "100.0 %" of what is not all
    return number < 99.995 ? formatted("%.2f", number) + " %" : "above 99.99 %";
  return formatted(number >= 1 || number == 0 ? "%.1f" : "%.2g", number) + " %";
}

std::string gaze::cli::tilesText(const Numbers &numbers) {
  return about(numbers) + withCommas(numbers.fullTiles) + " full, " +
         withCommas(numbers.partialTiles) + " partial, " + withCommas(numbers.emptyTiles) +
         " empty, of " + std::to_string(numbers.tileQ) + " queries x " +
         std::to_string(numbers.tileK) + " keys";
}

static std::string reachText(const Reach &reach) {
  std::string layers = withCommas(reach.layers) + (reach.layers == 1 ? " layer" : " layers");
  switch (reach.kind) {
  case Reach::Kind::NotComputed:
    return "not computed (for self-attention: as many queries as keys, the first at position 0)";
  case Reach::Kind::AtLeast:
    return "at least " + layers + " (from " + withCommas(reach.queries) + " queries tried)";
  case Reach::Kind::Exactly:
    return layers;
  case Reach::Kind::Never:
    return "never: query " + withCommas(reach.query) + " never hears of key " +
           withCommas(reach.key) + ", in any number of layers";
  }
  return "";
}

std::string gaze::cli::numbersText(const Numbers &numbers) {
  const std::string guess = about(numbers);
  std::string text = "kept pairs  " + guess + withCommas(numbers.kept) + " of " +
                     withCommas(numbers.pairs) + ", density " + percent(numbers.density()) + "\n";
  if (!numbers.exact)
    text += "            " + sampleText(numbers) + "\n";
  if (!numbers.selection.empty())
    text += "selection   " + numbers.selection + "\n";
  text += "tiles       " + tilesText(numbers) + "\n";
  if (numbers.parts > 1)
    text += "in parts    where it pays, up to " + std::to_string(numbers.parts) +
            " with orders of their own instead of these tiles; gaze bench tells\n";
  text += "work saved  " + guess + percent(numbers.saved()) + " of the tiles are skipped\n";
  text += "flops       " + guess + flopsText(numbers.flops) + ", dense attention " +
          flopsText(numbers.flopsDense) + "\n";
  text += "memory      " + guess + bytesText(numbers.bytes) +
          " of K and V are read, dense attention " + bytesText(numbers.bytesDense) + "; plan " +
          bytesText(numbers.planBytes) + "\n";
  return text + "reach       " + reachText(numbers.reach) + "\n";
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// An integer, where JSON readers have all of them.
static nlohmann::ordered_json counted(double number) {
  if (number < 0x1p53)
    return std::llround(number);
  return number;
}

std::string gaze::cli::numbersJson(const Numbers &numbers) {
  using Json = nlohmann::ordered_json;
  const Reach &reach = numbers.reach;
  const bool exactly = reach.kind == Reach::Kind::Exactly;
  Json object = {{"kept_pairs", numbers.kept},
                 {"density", numbers.density()},
                 {"tiles",
                  {{"full", numbers.fullTiles},
                   {"partial", numbers.partialTiles},
                   {"empty", numbers.emptyTiles}}},
                 {"tile", {{"q", numbers.tileQ}, {"k", numbers.tileK}}},
                 {"flops", counted(numbers.flops)},
                 {"flops_dense", counted(numbers.flopsDense)},
                 {"reach_layers", exactly ? Json(reach.layers) : Json(nullptr)},
                 {"exact", numbers.exact},
                 {"kept_pairs_error", numbers.error},
                 {"bytes", counted(numbers.bytes)},
                 {"bytes_dense", counted(numbers.bytesDense)},
                 {"plan_bytes", counted(numbers.planBytes)}};
  if (numbers.parts > 1)
    object["parts_at_most"] = numbers.parts;
  if (!numbers.selection.empty())
    object["selection"] = numbers.selection;
  if (exactly || reach.kind == Reach::Kind::AtLeast)
    object["reach_at_least"] = reach.layers;
  if (reach.kind == Reach::Kind::Never)
    object["reach_never"] = {{"query", reach.query}, {"key", reach.key}};
  return object.dump(2) + "\n";
}
