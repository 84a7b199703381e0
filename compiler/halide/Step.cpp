//===- Step.cpp - What every kernel does with a list of key tiles -------------===//
#include "compiler/halide/Step.h"

#include "compiler/halide/Uniforms.h"

#include <utility>

using namespace Halide;

namespace gaze {
namespace {

constexpr double logOf2 = 0.6931471805599453;

/// Neither a weight nor -0.
Expr isEmpty(const Expr &sum) {
  return (reinterpret<std::uint32_t>(sum) & Expr(0x7fffffffu)) == Expr(0u);
}

} // namespace

StepTiles::StepTiles(const std::string &name, int width, Expr first)
    : width(width), first(std::move(first)), dot(name + "_dot"), scores(name + "_scores"),
      weights(name + "_weights"), product(name + "_product") {}

Step::Step(const KernelSizes &sizes, int queryDimensions, KeyOrder order)
    : sizes(sizes), order(order), q(sizes.element.halideType(), queryDimensions, "q"),
      k(sizes.element.halideType(), 2, "k"), v(sizes.element.halideType(), 2, "v") {}

std::vector<Argument> Step::arguments() const {
  std::vector<Argument> all = {uniforms, inputs.ints, inputs.floats, inputs.bools, q,
                               k,        v,           tiles,         full,         count,
                               qFirst,   head,        batch,         stateIn};
  if (order == KeyOrder::Listed)
    all.insert(all.end(), {keyList, qStep});
  return all;
}

Environment Step::environment(const Kernel &kernel) const {
  Environment environment = uniformEnvironment(kernel, uniforms, sizes.headDim);
  environment.buffers = inputs;
  environment.coordinates[static_cast<int>(Coordinate::Batch)] = batch;
  return environment;
}

Expr Step::keyAt(const StepTiles &of, const Expr &key) const {
  // The runtime has made the list of tiles: every one begins within K, or the list of keys, and a
  // full one ends there.
  const Expr all = order == KeyOrder::Listed ? keyList.dim(0).extent() : k.dim(1).extent();
  const Expr last = (all - (of.arePartial() ? 1 : of.width)) / sizes.edgeK;
  const Expr place = unsafe_promise_clamped(tiles(of.first + ti), 0, last) * sizes.edgeK + key;
  return order == KeyOrder::Listed ? keyList(place) : place;
}

Expr Step::exists(const Expr &key) const {
  return order == KeyOrder::Listed ? key >= 0 : key < k.dim(1).extent();
}

Expr Step::rowAt(const StepTiles &of, const Expr &key) const {
  const Expr row = keyAt(of, key), last = k.dim(1).extent() - 1;
  if (order == KeyOrder::Listed)
    return unsafe_promise_clamped(of.arePartial() ? max(row, 0) : row, 0, last);
  return of.arePartial() ? min(row, last) : row;
}

Expr Step::queryAt(const Expr &row) const {
  const Expr wide = cast<std::int64_t>(row);
  return order == KeyOrder::Listed ? qFirst + wide * qStep : qFirst + wide;
}

Expr partialWeight(const Expr &score, const Expr &reference) {
  const Expr weight = exp2OfNonPositive(score - reference);
  return reinterpret<float>(
      select(isMinusInfinity(score), Expr(0x80000000u), reinterpret<std::uint32_t>(weight)));
}

Expr referenceOf(const Expr &highest) { return select(isMinusInfinity(highest), 0.0f, highest); }

Expr valueWhereKept(const Expr &weight, const Expr &value) {
  const Expr dropped = reinterpret<std::int32_t>(weight) >> 31;
  return reinterpret<float>(reinterpret<std::int32_t>(value) & ~dropped);
}

Expr rescale(const Expr &part, const Expr &newHighest) {
  return select(isMinusInfinity(part), 0.0f, exp2OfNonPositive(part - newHighest));
}

Expr reciprocalOf(const Expr &sum) { return select(isEmpty(sum), 0.0f, 1.0f / sum); }

Expr logSumExp(const Expr &highest, const Expr &sum) {
  const Expr logarithm =
      select(isNotANumber(sum), sum, highest * static_cast<float>(logOf2) + log(sum));
  return select(isEmpty(sum), minusInfinity(), logarithm);
}

} // namespace gaze
