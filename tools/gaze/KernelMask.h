//===- KernelMask.h - The masks of a compiled pattern ------------------------===//
#ifndef GAZE_TOOLS_KERNELMASK_H
#define GAZE_TOOLS_KERNELMASK_H

#include "gaze/gaze.h"
#include "tools/gaze/MaskSource.h"

namespace gaze::cli {

/// Asks the kernel's own functions: `classify` for tiles, `mask` for pairs.
class KernelMask : public MaskSource {
public:
  /// The plan, which needs no parts, outlives the mask.
  explicit KernelMask(const gaze_plan &plan);

  std::int64_t list(Plane plane, std::int64_t begin, std::int64_t end,
                    std::vector<std::vector<TileRun>> &rows) const override;
  void keep(Plane plane, std::int64_t query, std::int64_t queries, std::int64_t key,
            std::int64_t keys, std::uint8_t *keep) const override;

private:
  const gaze_plan &plan;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_KERNELMASK_H
