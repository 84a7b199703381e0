//===- Schedule.cpp - Any text as a schedule file -------------------------------------===//
#include "compiler/ScheduleFile.h"
#include "test/fuzz/Target.h"

using namespace gaze;
using test::broken;

namespace {

/// As what a kernel is compiled with: usable, or refused; and as what `gaze tune` fits after a
/// change. Only products of knobs, which fitting does not look at, may be refused then.
void checkUse(const Schedule &read, const ScheduleBasis &basis) {
  Schedule schedule = read;
  completeSchedule(schedule, basis);
  Schedule fitted = schedule;
  fitSchedule(fitted, basis);
  if (invalidReason(schedule, basis).empty() && fitted != schedule)
    broken("a schedule that can be used fits as it is");
  for (const Knob &knob : knobsOf(basis)) {
    const int value = fitted.*knob.value;
    const auto number = [&](const KnobLimit &limit, int otherwise) {
      return limit.number ? limit.number(basis, fitted) : otherwise;
    };
    if (value < knob.least || value > knob.most || value % number(knob.multipleOf, 1) != 0 ||
        number(knob.divides, value) % value != 0)
      broken(std::string("a knob that was fitted keeps to its limits: ") + knob.name);
  }
}

/// For CPUs with few and with many registers, and for a GPU.
void checkUse(const Schedule &read) {
  for (const int lanes : {4, 16, 0}) {
    ScheduleBasis basis;
    basis.gpu = lanes == 0;
    basis.lanes = lanes;
    basis.registers = 2 * lanes;
    basis.headDim = basis.valueDim = 64;
    checkUse(read, basis);
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
