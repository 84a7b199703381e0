//===- Selection.h - Selecting blocks by content -------------------------------===//
//
// A plan with top_blocks lists no tiles before Q and K are known. A run finds the candidates,
// scores them for each group of queries, writes what is selected into the tables that
// the kernel reads, and then plans as ever. The tables of short shares are large: so the
// queries go in slices, whole groups each, and every slice is a problem of its own.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_SELECTION_H
#define GAZE_RUNTIME_SELECTION_H

#include "runtime/Memory.h"
#include "runtime/Plan.h"
#include "runtime/Summaries.h"

#include <cstdint>
#include <memory>

namespace gaze::runtime {

/// Asks the kernel for the sizes of each top_blocks, and makes room in the uniforms.
void addSelections(gaze_plan &plan);

/// Rows of Q.
struct Slice {
  std::int64_t first, count;
};

/// How the queries of a plan are cut: whole groups, of about so many bytes of tables.
Vector<Slice> slicesOf(const gaze_plan &plan);

/// Rows of Q or of the output from `row` on.
gaze_tensor rowsFrom(const gaze_tensor &tensor, std::int64_t row);

/// The plan of a slice, with the tables of what its queries (`q`: all rows) select among the
/// keys of `summaries`; without parts.
Owned<gaze_plan> selectBlocks(const gaze_plan &plan, const Slice &slice, const gaze_tensor &q,
                              const gaze_summaries &summaries, const Threads &threads);

/// The plan of all queries, for who looks for tiles himself (Search.h); without parts.
Owned<gaze_plan> selectBlocks(const gaze_plan &plan, const gaze_tensor &q, const gaze_tensor &k,
                              const Threads &threads);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_SELECTION_H
