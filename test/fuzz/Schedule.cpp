//===- Schedule.cpp - Any text as a schedule file -------------------------------------===//
#include "compiler/ScheduleFile.h"
#include "test/fuzz/Target.h"

using namespace gaze;
using test::broken;

namespace {

/// As what a kernel is compiled with, for a CPU with few and with many registers.
void checkUse(const Schedule &read) {
  for (const int lanes : {4, 16}) {
    ScheduleBasis basis;
    basis.lanes = lanes;
    basis.registers = 2 * lanes;
    basis.headDim = basis.valueDim = 64;
    Schedule schedule = read;
    completeSchedule(schedule, basis);
    if (!invalidReason(schedule, basis).empty())
      fitSchedule(schedule, basis);
    if (const std::string reason = invalidReason(schedule, basis); !reason.empty())
      broken("a schedule that was fitted can be used: " + reason);
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  ScheduleFile file;
  if (!fromJson(test::textOf(bytes, size), file).empty())
    return 0;
  const std::string written = toJson(file);
  ScheduleFile again;
  if (const std::string wrong = fromJson(written, again); !wrong.empty())
    broken("what is written can be read: " + wrong + "\n" + written);
  if (toJson(again) != written)
    broken("what is written means the same:\n" + written);
  checkUse(file.schedule);
  return 0;
}
