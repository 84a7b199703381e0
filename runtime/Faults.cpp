//===- Faults.cpp - Indices outside of inputs, found before a kernel runs ------===//
#include "runtime/Faults.h"

#include "runtime/Error.h"
#include "runtime/Search.h"

#include <algorithm>
#include <functional>
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
      : plan(owner), kernel(*owner.kernel), head(head), batch(batch), arguments(owner),
        found(std::size_t{2} * kernel.tile_q * kernel.tile_k) {}

  MaybeFault first(std::int32_t queryTile, std::int32_t keyTile) {
    const gaze_shape &shape = plan.shape;
    const std::int64_t row = std::int64_t{queryTile} * kernel.tile_q;
    const std::int64_t key = std::int64_t{keyTile} * kernel.tile_k;
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
  Vector<std::int64_t> found; ///< [2, keys, rows]
};

/// The strip lists the tiles whose indices the bounds do not show to be inside.
MaybeFault firstOfStrip(const gaze_plan &plan, const Strip &strip, const Planes &planes) {
  TileTrial trial(plan, planes.firstHead, planes.firstBatch);
  MaybeFault first;
  for (const Row &row : strip.rows) {
    for (std::int64_t run = row.firstRun; run < row.endRun; ++run)
      for (std::int32_t tile = strip.runs[run].begin; tile < strip.runs[run].end; ++tile) {
        const MaybeFault fault = trial.first(row.queryTile, tile);
        if (fault && (!first || *fault < *first))
          first = fault;
      }
    if (first)
      break;
  }
  return first;
}

[[noreturn]] void report(const gaze_plan &plan, const Fault &fault) {
  const gaze_site &site = plan.kernel->sites[fault.site];
  std::string sizes;
  for (const std::int64_t size : plan.inputs->sizes[site.input])
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

void checkIndices(const gaze_plan &plan, const Threads &threads) {
  const gaze_kernel &kernel = *plan.kernel;
  if (kernel.site_count == 0 || (verdictOfAll(plan) & allIndicesInside))
    return;
  const Vector<Planes> planes =
      planesOf(plan.shape, kernel.faults_read_head != 0, kernel.faults_read_batch != 0);
  const Order order = tileOrder(plan.shape, kernel.tile_q);
  const std::int64_t strips = stripsOf(order);
  Vector<MaybeFault> faults(planes.size() * strips);
  const auto take = [&](std::size_t plane, std::int64_t number, const Strip &strip) {
    faults[plane * strips + number] = firstOfStrip(plan, strip, planes[plane]);
  };
  searchStrips({plan, kernel.classify, tileUnits(plan), answersForFaults},
               Vector<const Order *>(planes.size(), &order), planes, threads, std::cref(take));
  for (const MaybeFault &fault : faults)
    if (fault)
      report(plan, *fault);
}

} // namespace gaze::runtime
