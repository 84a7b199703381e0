//===- Schedule.h - Every speed decision, by name ----------------------------===//
//
// A schedule says how a kernel is computed and never what: the results differ in
// rounding at most. `*.schedule.json` files hold one; `gaze compile` writes the
// one that it used beside the object.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_SCHEDULE_H
#define GAZE_COMPILER_SCHEDULE_H

#include <cstdint>
#include <string>

namespace gaze {

struct Schedule {
  int tileQ = 0;      ///< queries of a tile; a multiple of the target's vector lanes
  int tileK = 0;      ///< keys of a full tile
  int edgeK = 0;      ///< keys of a partial tile, which a plan keeps or skips; divides tileK
  int keys = 0;       ///< keys whose scores are accumulated in registers together; divides tileK
  int channels = 0;   ///< output channels accumulated in registers together; divides value_dim
  int chunkTiles = 0; ///< key tiles whose scores are kept at once, before P V
  int maxRows = 0;    ///< rows that the kernel for few rows takes at most
};

/// The default rule. `lanes` is the number of floats of a vector of the target. Knobs
/// that follow from others are 0 until completeSchedule.
Schedule defaultSchedule(int lanes);

/// Sets the knobs that nobody has set, by those that somebody may have.
void completeSchedule(Schedule &schedule);

/// Why the schedule cannot be used for these sizes, or an empty string.
std::string invalidReason(const Schedule &schedule, int lanes, int valueDim);

/// The memory that one call of a kernel's function takes at most.
std::int64_t scratchBytes(const Schedule &schedule, int headDim, int valueDim);

/// As a JSON object, one knob a line.
std::string toJson(const Schedule &schedule);

/// Reads a JSON object over `schedule`: knobs that it does not name stay. Returns
/// what is wrong with the text, or an empty string.
std::string fromJson(const std::string &text, Schedule &schedule);

} // namespace gaze

#endif // GAZE_COMPILER_SCHEDULE_H
