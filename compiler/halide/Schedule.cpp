//===- Schedule.cpp - The table of knobs, the default rule, checks -------------===//
#include "compiler/Schedule.h"

#include <algorithm>
#include <iterator>

namespace gaze {
namespace {

constexpr std::int64_t largestStrip = std::int64_t{1} << 26; // 256 MiB of floats
/// What every GPU gives a block without being asked, and Halide 21 does not ask for more.
constexpr int largestShared = 48 * 1024;
constexpr int mostThreads = 1024;
/// Of the 255 registers that a thread can have in CUDA; the others hold operands and addresses.
constexpr int mostAccumulators = 96;
/// What a thread takes beside its accumulators, and what all threads of a block have in CUDA.
constexpr int otherRegisters = 64, mostRegisters = 65536;

KnobLimit lanes() {
  return {"the vector lanes",
          [](const ScheduleBasis &basis, const Schedule &) { return basis.gpu ? 1 : basis.lanes; }};
}

KnobLimit tileQ() {
  return {"tile_q", [](const ScheduleBasis &, const Schedule &schedule) { return schedule.tileQ; }};
}

KnobLimit tileK() {
  return {"tile_k", [](const ScheduleBasis &, const Schedule &schedule) { return schedule.tileK; }};
}

KnobLimit edgeK() {
  return {"edge_k (on a GPU tile_k)", [](const ScheduleBasis &basis, const Schedule &schedule) {
            return basis.gpu ? schedule.tileK : schedule.edgeK;
          }};
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

int largestDim(const ScheduleBasis &basis) { return std::max(basis.headDim, basis.valueDim); }

int gpuColumns(const ScheduleBasis &basis) { return largestDim(basis) <= 128 ? 8 : 16; }

int roundedUp(int value, int unit) { return (value + unit - 1) / unit * unit; }

std::string invalidOnGpu(const Schedule &schedule, const ScheduleBasis &basis) {
  const GpuBlock block = gpuBlock(schedule, basis.valueDim);
  const std::string threads = std::to_string(block.columns) + " * " + std::to_string(block.lines);
  if (block.threads() > mostThreads)
    return "tile_k / keys * tile_q / rows makes " + threads +
           " threads of a block, and a GPU has " + std::to_string(mostThreads) + " at most";
  const int accumulators = block.rows * std::max(block.channels, block.keys);
  if (accumulators > mostAccumulators)
    return "rows times keys (or times the " + std::to_string(block.channels) +
           " channels of a thread, head_dim / (tile_k / keys)) makes " +
           std::to_string(accumulators) + " accumulators of a thread; more than " +
           std::to_string(mostAccumulators) + " do not fit in its registers";
  const int registers = block.threads() * (accumulators + otherRegisters);
  if (registers > mostRegisters)
    return threads + " threads of a block with " + std::to_string(accumulators) +
           " accumulators each take about " + std::to_string(registers) +
           " registers, and a GPU has " + std::to_string(mostRegisters) +
           ": make tile_q smaller, or keys larger";
  const auto bytesOf = [&](const Schedule &tried) {
    return sharedBytes(tried, basis.headDim, basis.valueDim);
  };
  if (bytesOf(schedule) <= largestShared)
    return {};
  Schedule smaller = schedule;
  while (smaller.tileQ > 0 && bytesOf(smaller) > largestShared)
    smaller.tileQ -= schedule.rows;
  return "tile_q " + std::to_string(schedule.tileQ) + " takes " +
         std::to_string(bytesOf(schedule)) + " bytes of shared memory with tile_k " +
         std::to_string(schedule.tileK) + ", keys " + std::to_string(schedule.keys) +
         " and head_dim " + std::to_string(largestDim(basis)) + ", and a block has " +
         std::to_string(largestShared) + ": " +
         (smaller.tileQ > 0 ? "tile_q can be " + std::to_string(smaller.tileQ) + " at most"
                            : "make tile_k smaller");
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
       KnobOf::Both,
       &Schedule::tileQ,
       1,
       256,
       lanes(),
       {},
       "Queries of a tile, all of them in vector lanes; on a GPU a block of threads has one.",
       "2 vectors; on a GPU 64, and less where head_dim is larger than 64",
       [](const ScheduleBasis &basis, const Schedule &) {
         if (!basis.gpu)
           return 2 * basis.lanes;
         return largestDim(basis) <= 64 ? 64 : largestDim(basis) <= 128 ? 24 : 16;
       }},
      {"tile_k",
       KnobOf::Both,
       &Schedule::tileK,
       2,
       512,
       {},
       {},
       "Keys of a full tile, all of which are kept: K and V come through L1, or a GPU's shared "
       "memory, by so many rows. On a GPU masked tiles have as many.",
       "64 with AVX-512, else 32; on a GPU 32, and 16 where head_dim is larger than 128",
       [](const ScheduleBasis &basis, const Schedule &) {
         if (basis.gpu)
           return largestDim(basis) <= 128 ? 32 : 16;
         return basis.registers >= 32 ? 64 : 32;
       }},
      {"edge_k",
       KnobOf::Cpu,
       &Schedule::edgeK,
       2,
       512,
       {},
       tileK(),
       "Keys of a partial tile, which a plan keeps or skips and whose pairs are masked one by one.",
       "the least from 16 that divides `tile_k` and that `keys` divides",
       narrowEdge},
      {"keys",
       KnobOf::Both,
       &Schedule::keys,
       1,
       128,
       {},
       edgeK(),
       "Keys whose scores grow in registers together; on a GPU, in those of one thread.",
       "a quarter of the vector registers: 8 with AVX-512, else 4; on a GPU so many that 8 threads "
       "have a tile, or 16 where head_dim is larger than 128",
       [](const ScheduleBasis &basis, const Schedule &schedule) {
         return basis.gpu ? std::max(1, schedule.tileK / gpuColumns(basis))
                          : accumulatorsPerVector(basis, schedule);
       }},
      {"channels",
       KnobOf::Cpu,
       &Schedule::channels,
       1,
       128,
       {},
       valueDim(),
       "Channels of the output that grow in registers together.",
       "a quarter of the vector registers: 8 with AVX-512, else 4",
       accumulatorsPerVector},
      {"rows",
       KnobOf::Gpu,
       &Schedule::rows,
       1,
       16,
       {},
       tileQ(),
       "Queries of a thread of a GPU, for which it computes `keys` scores and a share of the "
       "channels.",
       "4, and 2 where head_dim is larger than 64",
       [](const ScheduleBasis &basis, const Schedule &) {
         return largestDim(basis) <= 64 ? 4 : 2;
       }},
      {"chunk_tiles",
       KnobOf::Both,
       &Schedule::chunkTiles,
       1,
       4096,
       {},
       {},
       "Key tiles whose scores are kept at once, before they meet V, which bounds a thread's "
       "memory. On a GPU the least that a long row is cut into.",
       "512 keys: their scores, K and V stay in L2 while neighbouring tiles go through them",
       [](const ScheduleBasis &, const Schedule &schedule) {
         return std::max(1, 512 / schedule.tileK);
       }},
      {"max_rows",
       KnobOf::Cpu,
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
       KnobOf::Cpu,
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

std::vector<Knob> knobsOf(const ScheduleBasis &basis) {
  std::vector<Knob> own;
  std::copy_if(knobs().begin(), knobs().end(), std::back_inserter(own),
               [&](const Knob &knob) { return knob.isOf(basis); });
  return own;
}

std::string knobTable() {
  static const char *const of[] = {"", "CPU: ", "GPU: "};
  std::string text = "| knob | range | what it does | default |\n|---|---|---|---|\n";
  for (const Knob &knob : knobs()) {
    text += "| `" + std::string(knob.name) + "` | " + std::to_string(knob.least) + " to " +
            std::to_string(knob.most);
    if (knob.multipleOf.name)
      text += std::string(", a multiple of ") + knob.multipleOf.name;
    if (knob.divides.name)
      text += std::string(", divides ") + knob.divides.name;
    text += std::string(" | ") + of[static_cast<int>(knob.of)] + knob.meaning + " | " + knob.rule +
            " |\n";
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
    if (schedule.*knob.value == 0 && knob.isOf(basis))
      schedule.*knob.value = fitted(knob, knob.standard(basis, schedule), basis, schedule);
}

void fitSchedule(Schedule &schedule, const ScheduleBasis &basis) {
  for (const Knob &knob : knobs())
    if (knob.isOf(basis))
      schedule.*knob.value = fitted(knob, schedule.*knob.value, basis, schedule);
}

std::string invalidReason(const Schedule &schedule, const ScheduleBasis &basis) {
  for (const Knob &knob : knobs()) {
    const int value = schedule.*knob.value;
    const std::string name = knob.name;
    if (!knob.isOf(basis)) {
      if (value != 0)
        return name + std::string(basis.gpu ? " is for CPUs, and the target is a GPU"
                                            : " is for GPUs, and the target is a CPU");
      continue;
    }
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
  if (basis.gpu)
    return invalidOnGpu(schedule, basis);
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

GpuBlock gpuBlock(const Schedule &schedule, int valueDim) {
  const int columns = schedule.tileK / schedule.keys;
  return {schedule.rows, schedule.keys, roundedUp(valueDim, 4 * columns) / columns, columns,
          schedule.tileQ / schedule.rows};
}

namespace {

/// Floats of what a block keeps of a tile.
struct TileFloats {
  TileFloats(const Schedule &schedule, int headDim, int valueDim)
      : keys(schedule.tileK * paddedKeyRow(headDim)),
        values(schedule.tileK * gpuBlock(schedule, valueDim).paddedValueDim()),
        scores(schedule.tileK * schedule.tileQ) {}

  int keys, values, scores;

  /// What is allocated outside of the loops over full and over masked tiles is so for both.
  int alone() const { return std::max(keys, values) + 4 * scores; }
  int inTurn() const { return 2 * std::max({keys, values, scores}); }
};

} // namespace

bool scoresStandAlone(const Schedule &schedule, int headDim, int valueDim) {
  const TileFloats tile(schedule, headDim, valueDim);
  return tile.alone() < tile.inTurn();
}

int sharedBytes(const Schedule &schedule, int headDim, int valueDim) {
  const GpuBlock block = gpuBlock(schedule, valueDim);
  const TileFloats tile(schedule, headDim, valueDim);
  const int ofRows = 4 * schedule.tileQ; // the highest scores, the sums of weights
  return (block.threads() * block.stateFloats() + std::min(tile.alone(), tile.inTurn()) + ofRows) *
         static_cast<int>(sizeof(float));
}

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
