//===- Run.cpp - Executes a plan -----------------------------------------------===//
#include "runtime/Error.h"
#include "runtime/Plan.h"
#include "runtime/Tensors.h"
#include "runtime/Threads.h"
#include "runtime/Worker.h"

#include <algorithm>

using namespace gaze::runtime;

gaze_status gaze_run(const gaze_plan *plan, const gaze_tensor *q, const gaze_tensor *k,
                     const gaze_tensor *v, const gaze_tensor *out, float *lse, int32_t threads,
                     gaze_error *error) {
  return guarded(error, [&] {
    if (!plan)
      invalid("plan is null");
    if (!plan->kernel->accumulate || !plan->kernel->finish)
      invalid("the kernel was compiled for its mask alone");
    const Tensors tensors{q, k, v, out, lse};
    checkTensors(*plan, tensors);
    const Items items(*plan);
    PieceStates pieces(items.pieceCount(), largestState(*plan));
    // Enough groups of items that all threads end together.
    const std::int64_t count = items.count();
    const std::int64_t group =
        std::clamp<std::int64_t>(count / (16 * threadCount(threads)), 1, Worker::mostTogether);
    forEachWorker((count + group - 1) / group, threads, [&](const auto &next) {
      Worker worker(*plan, tensors, pieces);
      for (std::int64_t i = next(); i >= 0; i = next())
        worker.run(items, i * group, std::min((i + 1) * group, count));
    });
  });
}
