//===- TuningFile.h - What gaze tune writes, and goes on from -----------------===//
#ifndef GAZE_TOOLS_TUNINGFILE_H
#define GAZE_TOOLS_TUNINGFILE_H

#include "compiler/ScheduleFile.h"

#include <string>

namespace gaze::cli {

/// A schedule file whose "tuning" answers one question: `made` (which pattern, shape, CPU
/// and so on). It is replaced as a whole after every trial, so that whoever ends the
/// process, a whole file stays, without the last trial at most.
class TuningFile {
public:
  /// Reads the file where there is one. Throws a Failure where it cannot be written, where
  /// it is no schedule of `gaze tune` for this basis, or where it answers another question.
  TuningFile(const std::string &path, const MadeFor &made, const ScheduleBasis &basis);

  /// What is known. Times that another build of the compiler took are not; its best
  /// schedule is then only a proposal.
  std::vector<Trial> known;
  std::optional<Schedule> proposal;

  void write(const Schedule &best, const Tuning &tuning) const;

private:
  void read(const ScheduleBasis &basis);

  std::string path;
  MadeFor made;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_TUNINGFILE_H
