//===- Workspace.h - The memory of runs, taken once ----------------------------===//
#ifndef GAZE_RUNTIME_WORKSPACE_H
#define GAZE_RUNTIME_WORKSPACE_H

#include "runtime/Memory.h"

#include <atomic>
#include <cstddef>

struct gaze_workspace {
  std::size_t bytes = 0;
  void *block = nullptr;
  std::atomic<bool> isInUse{false};
  gaze::runtime::Memory memory = {}; ///< that it was made in

  explicit gaze_workspace(std::size_t bytes)
      : bytes(bytes),
        block(gaze::runtime::Memory::current().take(bytes, gaze::runtime::vectorAlignment)) {}
  ~gaze_workspace() { memory.giveBack(block, bytes, gaze::runtime::vectorAlignment); }
  gaze_workspace(const gaze_workspace &) = delete;
  gaze_workspace &operator=(const gaze_workspace &) = delete;
};

namespace gaze::runtime {

/// The block that a run works in: that of a workspace, or one of its own where `workspace` is
/// null.
class Lease {
public:
  /// Throws a Failure where the workspace is too small or in use, or std::bad_alloc.
  Lease(gaze_workspace *workspace, std::size_t bytes);
  ~Lease();
  Lease(const Lease &) = delete;
  Lease &operator=(const Lease &) = delete;

  void *block() const { return begin; }

private:
  gaze_workspace *const workspace;
  const Memory memory = Memory::current();
  const std::size_t bytes;
  void *begin;
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_WORKSPACE_H
