//===- Schedule.h - Every speed decision, by name ----------------------------===//
//
// A schedule says how a kernel is computed and never what: the results differ in
// rounding at most. Its knobs stand in one table (compiler/halide/Schedule.cpp), from
// which schedule files, checks, defaults, the moves of `gaze tune` and the table in
// docs/schedules.md come: a new knob is a member here and an entry there.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_SCHEDULE_H
#define GAZE_COMPILER_SCHEDULE_H

#include <cstdint>
#include <string>
#include <vector>

namespace gaze {

/// A knob is at least 1; 0 stands for one that nobody has set, or that the target has no use for.
struct Schedule {
  int tileQ = 0;
  int tileK = 0;
  int edgeK = 0;
  int keys = 0;
  int channels = 0;
  int rows = 0;
  int chunkTiles = 0;
  int maxRows = 0;
  int orders = 0;
};

/// What the default of a knob may depend on.
struct ScheduleBasis {
  bool gpu = false;  ///< the target is a GPU
  int lanes = 0;     ///< floats of a vector of the target
  int registers = 0; ///< vectors that the target's registers hold
  std::string dtype = "f32";
  int headDim = 0;
  int valueDim = 0;
};

/// A number that a knob is held to.
struct KnobLimit {
  const char *name = nullptr; ///< "tile_k", "the vector lanes"; none: there is no such limit
  int (*number)(const ScheduleBasis &basis, const Schedule &schedule) = nullptr;
};

enum class KnobOf { Both, Cpu, Gpu };

struct Knob {
  const char *name; ///< in schedule files
  KnobOf of;        ///< the targets that have it
  int Schedule::*value;
  int least, most;
  KnobLimit multipleOf; ///< the knob is a multiple of it
  KnobLimit divides;    ///< the knob divides it; another knob stands earlier in the table
  const char *meaning;  ///< what it does, in one sentence
  const char *rule;     ///< its default, in words
  /// The default before it is fitted to the limits; knobs earlier in the table are set.
  int (*standard)(const ScheduleBasis &basis, const Schedule &schedule);

  bool isOf(const ScheduleBasis &basis) const {
    return of == KnobOf::Both || (of == KnobOf::Gpu) == basis.gpu;
  }
};

/// All knobs, in the order in which a schedule file lists them.
const std::vector<Knob> &knobs();

/// Those of the target.
std::vector<Knob> knobsOf(const ScheduleBasis &basis);

/// The table of knobs in Markdown, as docs/schedules.md has it.
std::string knobTable();

/// The default rule.
Schedule defaultSchedule(const ScheduleBasis &basis);

/// Sets the knobs that nobody has set, by those that somebody may have.
void completeSchedule(Schedule &schedule, const ScheduleBasis &basis);

/// Takes every knob to the largest value up to its own that keeps to the knob's range and
/// limits: what follows a change of a knob that others depend on.
void fitSchedule(Schedule &schedule, const ScheduleBasis &basis);

/// Why the schedule cannot be used, or an empty string.
std::string invalidReason(const Schedule &schedule, const ScheduleBasis &basis);

bool operator==(const Schedule &a, const Schedule &b);
bool operator!=(const Schedule &a, const Schedule &b);

/// The threads that compute a tile of queries on a GPU, and what each of them has.
struct GpuBlock {
  int rows, keys; ///< queries and keys whose scores a thread computes
  int channels;   ///< of the output, for those queries; a multiple of 4
  int columns,
      lines; ///< threads side by side: keys, or channels; one line below the other: queries

  int threads() const { return columns * lines; }
  /// Of a thread: by query and channel the output, by query the weight and the highest score.
  int stateFloats() const { return rows * (channels + 2); }
  int paddedValueDim() const { return columns * channels; }
};

GpuBlock gpuBlock(const Schedule &schedule, int valueDim);

/// K in shared memory has rows of so many floats, so that rows begin in different banks.
constexpr int paddedKeyRow(int headDim) { return headDim + 4; }

/// Scores and weights keep shared memory of their own, and V takes that of K, where K is large.
/// Otherwise weights take that of K, and V that of the scores.
bool scoresStandAlone(const Schedule &schedule, int headDim, int valueDim);

/// Memory that the threads of a block share.
int sharedBytes(const Schedule &schedule, int headDim, int valueDim);

/// The memory that one call of a kernel's function takes at most.
std::int64_t scratchBytes(const Schedule &schedule, int headDim, int valueDim);

} // namespace gaze

#endif // GAZE_COMPILER_SCHEDULE_H
