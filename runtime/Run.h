//===- Run.h - Executes a plan -------------------------------------------------===//
#ifndef GAZE_RUNTIME_RUN_H
#define GAZE_RUNTIME_RUN_H

#include "runtime/Options.h"
#include "runtime/Plan.h"
#include "runtime/Tensors.h"

namespace gaze::runtime {

/// What a run took for other things than attention.
struct RunCosts {
  double selectionMs = 0; ///< summaries, scores, tables and the tiles that follow from them
  std::int64_t parts = 0; ///< in which it was computed, the most of any slice
};

/// gaze_run. Throws a Failure.
RunCosts run(const gaze_plan &plan, const Tensors &tensors, const Options &options);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_RUN_H
