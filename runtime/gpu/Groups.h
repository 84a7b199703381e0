//===- Groups.h - The planes whose states are in memory together ------------------===//
//
// Every piece of a row has a state of its own until the row is merged. A bound on their memory
// decides how many planes, each a head of a batch entry, are computed at a time: some heads of one
// batch entry, or some whole batch entries.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_RUNTIME_GPU_GROUPS_H
#define GAZE_RUNTIME_GPU_GROUPS_H

#include "gaze/gaze.h"

#include <cstdint>

namespace gaze::runtime {

/// Of the states in memory together, at least those of one plane; a variable for tests.
inline std::int64_t bytesOfStates = std::int64_t{256} << 20;

/// So many heads and batch entries at a time; one of both is all, or the other one 1.
struct Groups {
  std::int64_t heads, batches;
};

/// Groups of at most `planes`. Of what is written, a group's part begins where the device can have
/// one begin, at a multiple of `alignment` bytes: where that asks for it, groups are larger. lse
/// may be null.
Groups groupsOf(const gaze_shape &shape, std::int64_t planes, std::int64_t alignment,
                const gaze_tensor &out, const gaze_tensor *lse);

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_GPU_GROUPS_H
