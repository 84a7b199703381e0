//===- Parts.cpp - What kernels in parts have beside accumulate ---------------===//
#include "compiler/halide/Parts.h"

#include "compiler/halide/Uniforms.h"

using namespace Halide;

namespace gaze {

SaveRows::SaveRows(const KernelSizes &sizes) : sizes(sizes) {
  elements(qi, di) = state(qi, min(di, sizes.valueDim + 1));
  rows(di, qi) = elements(qi, di);
}

MergeRows::MergeRows(const KernelSizes &sizes) : sizes(sizes) {
  const int highestSlot = sizes.valueDim;
  rowElements(di, qi) = rows(di, min(qi, rows.dim(1).extent() - 1));
  elements(qi, di) = rowElements(di, qi);
  const Expr our = stateIn(qi, highestSlot), their = elements(qi, highestSlot);
  highest(qi) = strict_float(max(our, their));
  ours(qi) = rescale(our, highest(qi));
  theirs(qi) = rescale(their, highest(qi));
  const Expr sum = stateIn(qi, di) * ours(qi) + elements(qi, di) * theirs(qi);
  stateOut(qi, di) = select(di == highestSlot, highest(qi), sum);
}

Selects::Selects(const Kernel &kernel, const Part &part) {
  Environment environment = uniformEnvironment(kernel, uniforms, 0);
  environment.buffers = inputs;
  environment.coordinates[static_cast<int>(Coordinate::K)] = cast<std::int64_t>(i);
  environment.coordinates[static_cast<int>(Coordinate::Head)] = head;
  environment.coordinates[static_cast<int>(Coordinate::Batch)] = batch;
  const std::vector<Expr> results = translate(part.selects, environment);
  selected(i) = part.order == Order::Columns ? cast<std::uint8_t>(results[0])
                                             : select(i == 0, results[0], results[1]);
}

std::vector<Argument> Selects::arguments() const {
  return {uniforms, inputs.ints, inputs.floats, inputs.bools, head, batch};
}

} // namespace gaze
