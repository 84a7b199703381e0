//===- ScheduleGpu.h - How a kernel is computed on a GPU ------------------------===//
#ifndef GAZE_COMPILER_HALIDE_SCHEDULEGPU_H
#define GAZE_COMPILER_HALIDE_SCHEDULEGPU_H

#include "compiler/halide/Attend.h"

namespace gaze {

void scheduleForGpu(Attend &attend);
void scheduleForGpu(FinishPieces &finish);
void scheduleForGpu(LogSumExpOfPieces &lse);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_SCHEDULEGPU_H
