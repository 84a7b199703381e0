//===- Run.cpp - Executes a plan -----------------------------------------------===//
//
// Items go head by head, because the rows of a head share K and V in the cache, and
// within a head the longest first, so that the threads end together.
//
//===----------------------------------------------------------------------===//
#include "runtime/Error.h"
#include "runtime/Plan.h"
#include "runtime/Tensors.h"
#include "runtime/Threads.h"
#include "runtime/Worker.h"

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
    const std::int64_t items = plan->shape.batch * plan->shape.heads * plan->queryTiles;
    forEachWorker(items, threads, [&](const auto &next) {
      Worker worker(*plan, tensors);
      for (std::int64_t item = next(); item >= 0; item = next())
        worker.run(item);
    });
  });
}
