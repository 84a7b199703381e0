//===- Schedule.cpp - The table of knobs, the default rule, checks -------------===//
#include "compiler/Schedule.h"

#include <algorithm>

namespace gaze {
namespace {

constexpr std::int64_t largestStrip = std::int64_t{1} << 26; // 256 MiB of floats

KnobLimit lanes() {
  return {"the vector lanes",
          [](const ScheduleBasis &basis, const Schedule &) { return basis.lanes; }};
}

KnobLimit tileK() {
  return {"tile_k", [](const ScheduleBasis &, const Schedule &schedule) { return schedule.tileK; }};
}

KnobLimit edgeK() {
  return {"edge_k", [](const ScheduleBasis &, const Schedule &schedule) { return schedule.edgeK; }};
}

KnobLimit valueDim() {
  return {"the head dimension of V",
          [](const ScheduleBasis &basis, const Schedule &) { return basis.valueDim; }};
}

/// Two vectors of queries times so many keys (or channels) of accumulators leave
/// registers for the operands.
int accumulatorsPerVector(const ScheduleBasis &basis, const Schedule & /*schedule*/) {
  return basis.registers / 4;
}

/// The narrowest partial tile that is not all overhead: what it computes beyond the border
/// of a pattern is wasted. It is a multiple of `keys`, where somebody has set that.
int narrowEdge(const ScheduleBasis & /*basis*/, const Schedule &schedule) {
  constexpr int narrowest = 16;
  const int step = std::max(schedule.keys, 1);
  for (int width = step; width < schedule.tileK; width += step)
    if (width >= narrowest && schedule.tileK % width == 0)
      return width;
  return schedule.tileK;
}

/// How `value` keeps to the range and the limits of the knob: the largest that does, up
/// to itself, and the least there is where none does.
int fitted(const Knob &knob, int value, const ScheduleBasis &basis, const Schedule &schedule) {
  const int unit = knob.multipleOf.number ? knob.multipleOf.number(basis, schedule) : 1;
  value = std::clamp(value, knob.least, knob.most);
  value = std::max(unit, value / unit * unit);
  if (knob.divides.number)
    while (value > unit && knob.divides.number(basis, schedule) % value != 0)
      value -= unit;
  return value;
}

} // namespace

const std::vector<Knob> &knobs() {
  static const std::vector<Knob> table = {
      {"tile_q",
       &Schedule::tileQ,
       1,
       256,
       lanes(),
       {},
       "Queries of a tile, all of them in vector lanes.",
       "2 vectors",
       [](const ScheduleBasis &basis, const Schedule &) { return 2 * basis.lanes; }},
      {"tile_k",
       &Schedule::tileK,
       2,
       512,
       {},
       {},
       "Keys of a full tile, all of which are kept: K and V come through L1 by so many rows.",
       "64 with AVX-512, else 32",
       [](const ScheduleBasis &basis, const Schedule &) {
         return basis.registers >= 32 ? 64 : 32;
       }},
      {"edge_k",
       &Schedule::edgeK,
       2,
       512,
       {},
       tileK(),
       "Keys of a partial tile, which a plan keeps or skips and whose pairs are masked one by one.",
       "the least from 16 that divides `tile_k` and that `keys` divides",
       narrowEdge},
      {"keys",
       &Schedule::keys,
       1,
       128,
       {},
       edgeK(),
       "Keys whose scores grow in registers together.",
       "a quarter of the vector registers: 8 with AVX-512, else 4",
       accumulatorsPerVector},
      {"channels",
       &Schedule::channels,
       1,
       128,
       {},
       valueDim(),
       "Channels of the output that grow in registers together.",
       "a quarter of the vector registers: 8 with AVX-512, else 4",
       accumulatorsPerVector},
      {"chunk_tiles",
       &Schedule::chunkTiles,
       1,
       4096,
       {},
       {},
       "Key tiles whose scores are kept at once, before they meet V, which bounds a thread's "
       "memory.",
       "512 keys: their scores, K and V stay in L2 while neighbouring tiles go through them",
       [](const ScheduleBasis &, const Schedule &schedule) {
         return std::max(1, 512 / schedule.tileK);
       }},
      {"max_rows",
       &Schedule::maxRows,
       1,
       64,
       {},
       {},
       "Rows that the kernel for few rows takes at most: queries times the heads that share K and "
       "V.",
       "32",
       [](const ScheduleBasis &, const Schedule &) { return 32; }},
      {"orders",
       &Schedule::orders,
       1,
       2,
       {},
       {},
       "1 computes a pattern in tiles alone, 2 also by residues, by columns of keys and by "
       "selected "
       "blocks, where it has such parts and a plan finds that they pay.",
       "2",
       [](const ScheduleBasis &, const Schedule &) { return 2; }},
  };
  return table;
}

std::string knobTable() {
  std::string text = "| knob | range | what it does | default |\n|---|---|---|---|\n";
  for (const Knob &knob : knobs()) {
    text += "| `" + std::string(knob.name) + "` | " + std::to_string(knob.least) + " to " +
            std::to_string(knob.most);
    if (knob.multipleOf.name)
      text += std::string(", a multiple of ") + knob.multipleOf.name;
    if (knob.divides.name)
      text += std::string(", divides ") + knob.divides.name;
    text += std::string(" | ") + knob.meaning + " | " + knob.rule + " |\n";
  }
  return text;
}

Schedule defaultSchedule(const ScheduleBasis &basis) {
  Schedule schedule;
  completeSchedule(schedule, basis);
  return schedule;
}

void completeSchedule(Schedule &schedule, const ScheduleBasis &basis) {
  for (const Knob &knob : knobs())
    if (schedule.*knob.value == 0)
      schedule.*knob.value = fitted(knob, knob.standard(basis, schedule), basis, schedule);
}

void fitSchedule(Schedule &schedule, const ScheduleBasis &basis) {
  for (const Knob &knob : knobs())
    schedule.*knob.value = fitted(knob, schedule.*knob.value, basis, schedule);
}

std::string invalidReason(const Schedule &schedule, const ScheduleBasis &basis) {
  for (const Knob &knob : knobs()) {
    const int value = schedule.*knob.value;
    const std::string name = knob.name;
    if (value < knob.least || value > knob.most)
      return name + " must be from " + std::to_string(knob.least) + " to " +
             std::to_string(knob.most) + ", not " + std::to_string(value);
    const auto number = [&](const KnobLimit &limit) {
      return limit.number ? limit.number(basis, schedule) : value;
    };
    if (value % number(knob.multipleOf) != 0)
      return name + " must be a multiple of " + knob.multipleOf.name + ", " +
             std::to_string(number(knob.multipleOf)) + ", and " + std::to_string(value) +
             " is none";
    if (number(knob.divides) % value != 0)
      return name + " must divide " + knob.divides.name + ", " +
             std::to_string(number(knob.divides)) + ", and " + std::to_string(value) + " does not";
  }
  const std::int64_t rows = std::max(schedule.tileQ, schedule.maxRows);
  const std::int64_t strip = rows * schedule.tileK * schedule.chunkTiles;
  if (strip > largestStrip)
    return "tile_q (or max_rows) * tile_k * chunk_tiles, the scores that a thread keeps, must be "
           "at most " +
           std::to_string(largestStrip) + ", not " + std::to_string(strip);
  const int accumulators =
      schedule.tileQ / basis.lanes * std::max(schedule.keys, schedule.channels);
  if (accumulators > 256)
    return "tile_q times keys (or channels) makes " + std::to_string(accumulators) +
           " vectors of accumulators; more than 256 only waste time";
  return {};
}

bool operator==(const Schedule &a, const Schedule &b) {
  return std::all_of(knobs().begin(), knobs().end(),
                     [&](const Knob &knob) { return a.*knob.value == b.*knob.value; });
}

bool operator!=(const Schedule &a, const Schedule &b) { return !(a == b); }

std::int64_t scratchBytes(const Schedule &schedule, int headDim, int valueDim) {
  // Strips of scores and of weights, of full and of partial tiles; the transposed
  // queries, the values, the weights in pairs; a tile of K and of V; and what Halide adds to each
  // for alignment.
  const std::int64_t strip = std::int64_t{schedule.tileK} * schedule.chunkTiles;
  const std::int64_t perQuery = 4 * strip + headDim + valueDim + schedule.tileK;
  const std::int64_t preparedRows = std::int64_t{schedule.tileK} * (headDim + valueDim);
  constexpr std::int64_t slack = 1 << 16;
  const int rows = std::max(schedule.tileQ, schedule.maxRows);
  return (rows * perQuery + preparedRows) * static_cast<std::int64_t>(sizeof(float)) + slack;
}

} // namespace gaze
