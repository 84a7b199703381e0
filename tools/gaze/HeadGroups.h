//===- HeadGroups.h - Heads with the same mask -------------------------------===//
#ifndef GAZE_TOOLS_HEADGROUPS_H
#define GAZE_TOOLS_HEADGROUPS_H

#include "gaze/gaze.h"
#include "tools/gaze/Grid.h"
#include "tools/gaze/MaskSource.h"
#include "tools/gaze/Survey.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gaze::cli {

/// Heads and batch entries whose masks are equal.
struct HeadGroup {
  std::vector<Plane> planes;
  Census census;            ///< of one of them
  std::optional<Grid> grid; ///< of one of them, where it is drawn
};

/// Whose grids are kept: those of the first groups, or that of one head's.
struct Drawn {
  Axes axes;                 ///< of every grid
  std::size_t most = 0;      ///< groups
  std::optional<Plane> only; ///< instead of the first groups
};

/// Surveys the masks of so many heads and batch entries (1 where masks do not differ by
/// them) and puts equal ones together, in the order of their first member. Sampled masks
/// are put together where the samples are equal. Where there are too many planes, some
/// stand for all of them, and the others are in no group.
std::vector<HeadGroup> surveyGroups(const MaskSource &source, std::int64_t heads,
                                    std::int64_t batches, const Drawn &drawn, int threads);

/// What all heads and batch entries keep together, exactly, however long that takes.
std::int64_t keptPairs(const MaskSource &source, const gaze_kernel &kernel, const gaze_shape &shape,
                       int threads);

/// "heads 0-1, 4", "batch entry 2", "head 0 of batch entries 0-3"; empty for a mask
/// that all share.
std::string labelOf(const HeadGroup &group, std::int64_t heads, std::int64_t batches);

} // namespace gaze::cli

#endif // GAZE_TOOLS_HEADGROUPS_H
