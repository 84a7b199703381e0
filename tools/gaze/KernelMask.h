//===- KernelMask.h - The masks of a compiled pattern ------------------------===//
#ifndef GAZE_TOOLS_KERNELMASK_H
#define GAZE_TOOLS_KERNELMASK_H

#include "dsl/Interpreter.h"
#include "runtime/gaze.hpp"
#include "tools/gaze/MaskSource.h"

namespace gaze::cli {

class KernelMask : public MaskSource {
public:
  /// All of these outlive the KernelMask.
  KernelMask(const gaze_kernel &kernel, const gaze_shape &shape, const Plan &plan,
             const dsl::Interpreter &interpreter);

  std::int64_t list(Plane plane, std::int64_t begin, std::int64_t end,
                    std::vector<std::vector<TileRun>> &rows) const override;
  void keep(Plane plane, std::int64_t query, std::int64_t queries, std::int64_t key,
            std::int64_t keys, std::uint8_t *keep) const override;

private:
  const gaze_kernel &kernel;
  const gaze_shape &shape;
  const dsl::Interpreter &interpreter;
  const Plan &plan;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_KERNELMASK_H
