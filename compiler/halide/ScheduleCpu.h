//===- ScheduleCpu.h - How a kernel is computed on a CPU ----------------------===//
#ifndef GAZE_COMPILER_HALIDE_SCHEDULECPU_H
#define GAZE_COMPILER_HALIDE_SCHEDULECPU_H

#include "compiler/Schedule.h"
#include "compiler/halide/Algorithm.h"
#include "compiler/halide/FewRows.h"
#include "compiler/halide/Parts.h"

namespace gaze {

/// Applies the CPU schedule: the head of ScheduleCpu.cpp explains it. `lanes` is the
/// number of floats of a vector; the schedule is valid (invalidReason).
void scheduleForCpu(Accumulate &accumulate, const Schedule &schedule, int lanes);
void scheduleForCpu(Finish &finish, int lanes);
/// The head of ScheduleFewRows.cpp explains these.
void scheduleForCpu(AccumulateRows &accumulate, const Schedule &schedule, int lanes);
void scheduleForCpu(FinishRows &finish, int lanes);
void scheduleForCpu(Classify &classify, int lanes);
void scheduleForCpu(Mask &mask, int lanes);
void scheduleForCpu(SaveRows &save, int lanes);
void scheduleForCpu(MergeRows &merge, int lanes);
void scheduleForCpu(Faults &faults);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_SCHEDULECPU_H
