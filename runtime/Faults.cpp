//===- Faults.cpp - Indices outside of inputs, found before a kernel runs ------===//
#include "runtime/Faults.h"

#include "runtime/Error.h"
#include "runtime/Search.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

namespace gaze::runtime {
namespace {

/// An index that is outside, and the pair that reads it.
struct Fault {
  std::int64_t batch, head, row, key;
  std::int64_t site, index;

  bool operator<(const Fault &other) const {
    return std::tie(row, key) < std::tie(other.row, other.key);
  }
};

using MaybeFault = std::optional<Fault>;

/// Tries the pairs of single tiles of one head and batch entry.
class TileTrial {
public:
  TileTrial(const gaze_plan &owner, std::int64_t head, std::int64_t batch)
      : plan(owner), kernel(*owner.kernel), head(head), batch(batch),
        arguments(owner.uniforms, owner.inputs),
        found(std::size_t{2} * kernel.tile_q * kernel.tile_k) {}

  MaybeFault first(const Rectangle &tile) {
    const gaze_shape &shape = plan.shape;
    const std::int64_t row = std::int64_t{tile.qBegin} * kernel.tile_q;
    const std::int64_t key = std::int64_t{tile.kBegin} * kernel.tile_k;
    const std::int64_t rows = std::min<std::int64_t>(kernel.tile_q, shape.seq_q - row);
    const std::int64_t keys = std::min<std::int64_t>(kernel.tile_k, shape.seq_k - key);
    Buffer out(found.data(), int64, 2, keys, 2, rows);
    if (const int code =
            kernel.faults(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                          arguments.bools.get(), shape.q_start + row, key, head, batch, out.get()))
      throw Failure(GAZE_INTERNAL_ERROR, "faults failed with code " + std::to_string(code));
    for (std::int64_t pair = 0; pair < rows * keys; ++pair)
      if (found[2 * pair] != 0)
        return Fault{batch,
                     head,
                     row + pair / keys,
                     key + pair % keys,
                     found[2 * pair] - 1,
                     found[2 * pair + 1]};
    return std::nullopt;
  }

private:
  const gaze_plan &plan;
  const gaze_kernel &kernel;
  const std::int64_t head, batch;
  Arguments arguments;
  std::vector<std::int64_t> found; ///< [2, keys, rows]
};

MaybeFault firstOfStrip(const gaze_plan &plan, std::int64_t head, std::int64_t batch,
                        std::int32_t qBegin, std::int32_t qEnd) {
  TileTrial trial(plan, head, batch);
  MaybeFault first;
  const Units units = tileUnits(plan);
  searchRectangles(plan, units, {head, head, batch, batch}, {qBegin, qEnd, 0, units.count},
                   [&](const Rectangle &rectangle, std::uint8_t verdict) {
                     const bool inside = verdict & allIndicesInside;
                     if (inside || !rectangle.isSmallest())
                       return !inside;
                     const MaybeFault fault = trial.first(rectangle);
                     if (fault && (!first || *fault < *first))
                       first = fault;
                     return false;
                   });
  return first;
}

bool provedForAll(const gaze_plan &plan) {
  bool proved = false;
  const Units units = tileUnits(plan);
  searchRectangles(plan, units, {0, plan.shape.heads - 1, 0, plan.shape.batch - 1},
                   {0, plan.queryTiles, 0, units.count},
                   [&](const Rectangle &, std::uint8_t verdict) {
                     proved = verdict & allIndicesInside;
                     return false;
                   });
  return proved;
}

[[noreturn]] void report(const gaze_plan &plan, const Fault &fault) {
  const gaze_site &site = plan.kernel->sites[fault.site];
  std::string sizes;
  for (const std::int64_t size : plan.inputs.sizes[site.input])
    sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
  throw Failure(GAZE_INDEX_OUT_OF_RANGE,
                std::string(site.place) + ": error: index " + std::to_string(fault.index) +
                    " of axis " + std::to_string(site.axis) + " is outside of the input '" +
                    plan.kernel->inputs[site.input].name + "' [" + sizes + "], at batch " +
                    std::to_string(fault.batch) + ", head " + std::to_string(fault.head) + ", q " +
                    std::to_string(plan.shape.q_start + fault.row) + ", k " +
                    std::to_string(fault.key));
}

} // namespace

void checkIndices(const gaze_plan &plan, int threads) {
  const gaze_kernel &kernel = *plan.kernel;
  if (kernel.site_count == 0 || provedForAll(plan))
    return;
  const std::int64_t heads = kernel.faults_read_head ? plan.shape.heads : 1;
  const std::int64_t planes = heads * (kernel.faults_read_batch ? plan.shape.batch : 1);
  std::vector<MaybeFault> faults(planes * stripsOf(plan));
  forEachStrip(plan, planes, threads,
               [&](std::int64_t i, std::int64_t plane, std::int32_t qBegin, std::int32_t qEnd) {
                 faults[i] = firstOfStrip(plan, plane % heads, plane / heads, qBegin, qEnd);
               });
  for (const MaybeFault &fault : faults)
    if (fault)
      report(plan, *fault);
}

} // namespace gaze::runtime
