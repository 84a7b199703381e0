//===- ScheduleFile.h - *.schedule.json ---------------------------------------===//
//
// A schedule file is a JSON object of knobs. A person may write just {"tile_q": 32};
// what `gaze compile` and `gaze tune` write says under "made_for" what it was made for,
// and `gaze tune` keeps every trial under "tuning", so that it can go on later. Any other
// key is a mistake. docs/schedules.md describes the format to users.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_SCHEDULEFILE_H
#define GAZE_COMPILER_SCHEDULEFILE_H

#include "compiler/Schedule.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gaze {

/// What a schedule was made for. Texts that are empty and numbers that are 0 are not known
/// and not in the file.
struct MadeFor {
  std::string cpu; ///< compiler/Machine.h
  int cores = 0;
  std::string gpu;    ///< as its driver calls it
  std::string target; ///< with all its features
  std::string dtype;
  int headDim = 0;
  int valueDim = 0;
  std::string pattern; ///< with the values of its parameters, where they were known

  // What `gaze tune` measured on.
  std::string shape;  ///< "batch 1, heads 8, seq 8192, head_dim 64"
  std::string inputs; ///< a digest of the tensors that the pattern reads
  int threads = 0;
  std::string build; ///< of the compiler: compiler/jit/BuildIdentity.h
};

/// One schedule that `gaze tune` tried.
struct Trial {
  enum class Verdict {
    Timed,  ///< right, and `relative` is its time
    Refused ///< it cannot be used, for `why`
  };
  Schedule schedule;
  Verdict verdict = Verdict::Timed;
  double relative = 0; ///< its time beside the default's, below 1 where it is faster
  double noise = 0;    ///< by what share that may be wrong
  std::string why;
};

/// What `gaze tune` knows.
struct Tuning {
  double ms = 0;        ///< a run with the schedule of the file
  double defaultMs = 0; ///< and with the default, by turns
  std::vector<Trial> trials;
};

struct ScheduleFile {
  Schedule schedule; ///< 0: a knob that the file does not name
  std::optional<MadeFor> madeFor;
  std::optional<Tuning> tuning;
};

/// Reads the text of a file. Returns what is wrong with it, or an empty string.
std::string fromJson(const std::string &text, ScheduleFile &file);

/// One knob a line, one trial a line.
std::string toJson(const ScheduleFile &file);

/// The knobs alone.
std::string toJson(const Schedule &schedule);

/// What differs between two things that schedules were made for, where both say it:
/// "the CPU is A, not B; dtype is f32, not bf16". Empty where nothing does.
std::string differences(const MadeFor &here, const MadeFor &there);

} // namespace gaze

#endif // GAZE_COMPILER_SCHEDULEFILE_H
