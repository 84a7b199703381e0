//===- TuningFile.cpp - What gaze tune writes, and goes on from ---------------===//
#include "tools/gaze/TuningFile.h"
#include "dsl/Text.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/OutputFile.h"

#include <filesystem>

using namespace gaze;
using namespace gaze::cli;

TuningFile::TuningFile(const std::string &path, const MadeFor &made) : path(path), made(made) {
  const OutputFile writable(path);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored))
    read();
}

void TuningFile::read() {
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
  if (file.madeFor->build == made.build)
    known = file.tuning->trials;
  else
    proposal = file.schedule;
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
