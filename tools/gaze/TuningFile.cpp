//===- TuningFile.cpp - What gaze tune writes, and goes on from ---------------===//
#include "tools/gaze/TuningFile.h"
#include "dsl/Text.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/OutputFile.h"

#include <algorithm>
#include <filesystem>

using namespace gaze;
using namespace gaze::cli;

/// A search begins with the default rule, and tries only what can be compiled.
static bool areTrials(const std::vector<Trial> &trials, const ScheduleBasis &basis) {
  const bool beginWell = !trials.empty() && trials[0].schedule == defaultSchedule(basis) &&
                         trials[0].verdict == Trial::Verdict::Timed && trials[0].relative == 1;
  return beginWell && std::all_of(trials.begin(), trials.end(), [&](const Trial &trial) {
           return invalidReason(trial.schedule, basis).empty();
         });
}

TuningFile::TuningFile(const std::string &path, const MadeFor &made, const ScheduleBasis &basis)
    : path(path), made(made) {
  const OutputFile writable(path);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored))
    read(basis);
}

void TuningFile::read(const ScheduleBasis &basis) {
  const std::string advice = "; it is left as it is: remove it, or give another -o";
  std::string text;
  if (const std::string wrong = dsl::readFile(path, text); !wrong.empty())
    throw Failure("cannot read '" + path + "': " + wrong);
  ScheduleFile file;
  if (const std::string wrong = fromJson(text, file); !wrong.empty())
    throw Failure("'" + path + "' is no schedule file: " + wrong + advice);
  if (!file.madeFor || !file.tuning)
    throw Failure("'" + path + "' was not written by gaze tune" + advice);
  MadeFor there = *file.madeFor;
  there.build = made.build;
  if (const std::string different = differences(made, there); !different.empty())
    throw Failure("'" + path + "' was tuned for something else: now " + different + advice);
  if (file.madeFor->build != made.build) {
    proposal = file.schedule;
    return;
  }
  if (!areTrials(file.tuning->trials, basis))
    throw Failure("'" + path + "' has trials that gaze tune did not make" + advice);
  known = file.tuning->trials;
}

void TuningFile::write(const Schedule &best, const Tuning &tuning) const {
  ScheduleFile file;
  file.schedule = best;
  file.madeFor = made;
  file.tuning = tuning;
  const std::string text = toJson(file);
  OutputFile out(path);
  out.write(text.data(), text.size());
  out.commit();
}
