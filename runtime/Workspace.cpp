//===- Workspace.cpp - The memory of runs, taken once --------------------------===//
#include "runtime/Workspace.h"

#include "runtime/Error.h"
#include "runtime/Options.h"
#include "runtime/RunMemory.h"

#include <algorithm>
#include <string>

using namespace gaze::runtime;

Lease::Lease(gaze_workspace *of, std::size_t needed) : workspace(of), bytes(needed) {
  if (!workspace) {
    begin = memory.take(bytes, vectorAlignment);
    return;
  }
  if (workspace->bytes < bytes)
    invalid("options.workspace has " + std::to_string(workspace->bytes) +
            " bytes, and this run takes " + std::to_string(bytes) +
            "; make one with its plan and its number of threads");
  if (workspace->isInUse.exchange(true))
    invalid("options.workspace serves another run already; it serves one at a time");
  begin = workspace->block;
}

Lease::~Lease() {
  if (workspace)
    workspace->isInUse = false;
  else
    memory.giveBack(begin, bytes, vectorAlignment);
}

gaze_status gaze_workspace_create(const gaze_plan *plan, const gaze_options *options,
                                  gaze_workspace **workspace, gaze_error *error) {
  if (workspace)
    *workspace = nullptr;
  return guarded(options, error, [&](const Options &read) {
    if (!plan || !workspace)
      invalid(plan ? "workspace is null" : "plan is null");
    if (plan->mustSelect())
      invalid("the plan has no tiles before Q and K are known, so its runs take no workspace; "
              "gaze_plan_select makes one that has");
    if (plan->kernel->gpu)
      invalid("the plan is of a GPU, which has its own memory: its runs take no workspace");
    *workspace =
        make<gaze_workspace>(RunMemory::bytesFor(*plan, threadCount(read.threads))).release();
  });
}

void gaze_workspace_destroy(gaze_workspace *workspace) { Owned<gaze_workspace>{workspace}; }
