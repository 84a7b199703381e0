//===- Algorithm.cpp - What a kernel computes, as Halide Funcs ----------------===//
//
// Attention of one tile of queries, online (Milakov and Gimelshein 2018, "Online
// normalizer calculation for softmax", arXiv:1805.02867; FlashAttention, Dao et al.
// 2022, arXiv:2205.14135). The keys come in steps: each step takes a list of key
// tiles, makes all their scores, then
//
//   m' = max(m, max of the scores)
//   o' = o 2^(m - m') + (sum over keys of 2^(score - m_step) v) 2^(m_step - m')
//
// and the weight l alike. (o, m, l) is the state that goes in and comes out; two
// states over disjoint keys merge by the same formula, so long rows, several
// threads and several parts of a pattern all meet here. Scores are in units of
// log 2, so that 2^x serves as the exponential; the factor log2(e) is folded into
// the scale. A dot product is scaled, not Q before it: one multiplication a score more, but
// each element of Q and K comes in as it is, and what is exact in the textbook's order is here.
//
// Q, K and V of 16 bits are widened to float32 as they are read. Where the target
// multiplies pairs of bfloat16, Q and K are multiplied as they are; the weights of full tiles
// are rounded to bfloat16 before they are summed, so that o and l have the same weights.
//
// Full tiles come first in the list and have no mask code. In partial tiles a pair
// that is not kept has the score -inf, never a finite sentinel, and the weight -0:
// the sign says "not kept" where 0 says "kept, and negligible". So NaN and infinity
// in a row of V reach exactly the queries that keep that row (0 times infinity is
// NaN), and l is not disturbed.
//
// Halide's float arithmetic assumes that there is neither NaN nor infinity. Where it
// matters the tests look at bits (Expressions.h), and tests hold it to that.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/Algorithm.h"

#include "compiler/halide/Expressions.h"
#include "compiler/halide/RowExpressions.h"
#include "compiler/halide/Uniforms.h"

using namespace Halide;

namespace gaze {

Tiles::Tiles(const std::string &name, int width, Expr first, const Expr &count)
    : StepTiles(name, width, std::move(first)), sumCount(width % 4 == 0 ? 4 : 1),
      all(0, count, name + "_tiles"), pairs(0, width, 0, count, name + "_pairs"),
      slices(0, sumCount, 0, width / sumCount, 0, count, name + "_slices"),
      keys(0, width, name + "_keys"), keyRows(name + "_key_rows"), valueRows(name + "_value_rows"),
      sums(name + "_sums") {}

Accumulate::Accumulate(const Kernel &kernel, const KernelSizes &sizes, KeyOrder order)
    : Step(sizes, 2, order), dimension(0, sizes.headDim, "dimension"),
      dimensionPairs(0, 2, 0, sizes.headDim / 2, "dimension_pairs"),
      keyPairs(0, 2, 0, sizes.tileK / 2, "key_pairs"), channel(0, sizes.valueDim, "channel"),
      fullTiles("full", sizes.tileK, 0, full),
      partialTiles("partial", sizes.edgeK, full, count - full) {
  const RowExpressions rows(kernel, sizes.headDim, environment(kernel), qi,
                            [&](const Expr &row) { return RowPosition{queryAt(row), head}; });
  rowValues = rows.loads();
  defineQueries(rows.dotFactor(qi));

  // Scores.
  const auto scaledDot = [&](const Tiles &of) {
    return strict_float(of.dot(qi, ki, ti) * factor(qi));
  };
  for (Tiles *of : {&fullTiles, &partialTiles}) {
    defineDots(*of, rowAt(*of, ki));
    of->valueRows(di, ki, ti) = sizes.element.widened(v(di, rowAt(*of, ki)));
  }
  fullTiles.scores(qi, ki, ti) = rows.score(scaledDot(fullTiles), qi, keyAt(fullTiles, ki));
  const Expr key = keyAt(partialTiles, ki);
  Expr keep = exists(key);
  if (!kernel.keepsEverything)
    keep = keep && rows.keeps(qi, key);
  const Expr maybeScore = rows.score(scaledDot(partialTiles), qi, key);
  partialTiles.scores(qi, ki, ti) = choose(keep, maybeScore, minusInfinity());

  // Softmax within this step.
  highest(qi) = minusInfinity();
  for (const Tiles *of : {&fullTiles, &partialTiles})
    highest(qi) = strict_float(max(highest(qi), of->scores(qi, of->pairs.x, of->pairs.y)));
  reference(qi) = referenceOf(highest(qi));
  const Expr fullWeight = exp2OfNonPositive(fullTiles.scores(qi, ki, ti) - reference(qi));
  fullTiles.weights(qi, ki, ti) = sizes.inPairs() ? roundedWeight(fullWeight) : fullWeight;
  partialTiles.weights(qi, ki, ti) = partialWeight(partialTiles.scores(qi, ki, ti), reference(qi));
  Expr total = 0.0f;
  for (Tiles *of : {&fullTiles, &partialTiles}) {
    of->sums(qi, ri) = 0.0f;
    of->sums(qi, of->slices.x) +=
        of->weights(qi, of->slices.y * of->sumCount + of->slices.x, of->slices.z);
    for (int i = 0; i < of->sumCount; ++i)
      total = strict_float(total + of->sums(qi, i));
  }
  sum(qi) = total;

  const auto weightAt = [&](const Tiles &of) { return of.weights(qi, of.keys, ti); };
  const auto valueAt = [&](const Tiles &of) { return of.valueRows(di, of.keys, ti); };
  weightPairs(side, qi, ki, ti) = narrowedWeight(fullTiles.weights(qi, 2 * ki + side, ti));
  valuePairs(side, di, ki, ti) = v(di, rowAt(fullTiles, 2 * ki + side));
  fullTiles.product(qi, di, ti) = 0.0f;
  fullTiles.product(qi, di, ti) += sizes.inPairs()
                                       ? cast<float>(weightPairs(keyPairs.x, qi, keyPairs.y, ti)) *
                                             cast<float>(valuePairs(keyPairs.x, di, keyPairs.y, ti))
                                       : weightAt(fullTiles) * valueAt(fullTiles);
  const Expr weight = weightAt(partialTiles);
  partialTiles.product(qi, di, ti) = 0.0f;
  partialTiles.product(qi, di, ti) += weight * valueWhereKept(weight, valueAt(partialTiles));
  values(qi, di) = 0.0f;
  for (const Tiles *of : {&fullTiles, &partialTiles})
    values(qi, di) += of->product(qi, di, of->all);

  // Into the state.
  const int highestSlot = sizes.valueDim, sumSlot = sizes.valueDim + 1;
  newHighest(qi) = strict_float(max(stateIn(qi, highestSlot), highest(qi)));
  oldFactor(qi) = rescale(stateIn(qi, highestSlot), newHighest(qi));
  newFactor(qi) = rescale(highest(qi), newHighest(qi));
  stateOut(qi, di) = undef<float>();
  stateOut(qi, channel) =
      stateIn(qi, channel) * oldFactor(qi) + values(qi, channel) * newFactor(qi);
  stateOut(qi, highestSlot) = newHighest(qi);
  stateOut(qi, sumSlot) = stateIn(qi, sumSlot) * oldFactor(qi) + sum(qi) * newFactor(qi);
}

/// Q of this tile, transposed; its rows past the last one are the last one.
void Accumulate::defineQueries(const Expr &scale) {
  const Expr row = min(qi, q.dim(1).extent() - 1);
  factor(qi) = scale;
  queryRows(di, qi) = sizes.element.widened(q(di, row));
  queries(qi, di) = queryRows(di, qi);
  queryPairs(side, qi, di) = q(2 * di + side, row);
}

/// The dot products of all queries with `row` of K.
void Accumulate::defineDots(Tiles &of, const Expr &row) {
  of.keyRows(di, ki, ti) = sizes.element.widened(k(di, row));
  of.dot(qi, ki, ti) = 0.0f;
  const RDom &pair = dimensionPairs;
  of.dot(qi, ki, ti) += sizes.inPairs() ? cast<float>(queryPairs(pair.x, qi, pair.y)) *
                                              cast<float>(k(2 * pair.y + pair.x, row))
                                        : queries(qi, dimension) * of.keyRows(dimension, ki, ti);
}

Finish::Finish(const KernelSizes &sizes) : sizes(sizes) {
  const Expr highest = state(qi, sizes.valueDim);
  const Expr sum = state(qi, sizes.valueDim + 1);
  reciprocal(qi) = reciprocalOf(sum);
  scaled(qi, di) = state(qi, di) * reciprocal(qi);
  out(di, qi) = sizes.element.rounded(scaled(qi, di));
  lse(qi) = logSumExp(highest, sum);
}

std::vector<Argument> Finish::arguments() const { return {state}; }

Classify::Classify(const Kernel &kernel, const Function &of) {
  Environment environment = uniformEnvironment(kernel, uniforms, 0);
  environment.buffers = inputs;
  for (int axis = 0; axis < 4; ++axis) {
    environment.low[axis] = rectangles(2 * axis, i);
    environment.high[axis] = rectangles(2 * axis + 1, i);
  }
  const std::vector<Expr> bounds = translate(of, environment);
  const Expr inside = bounds.size() > 2 ? bounds[2] : Internal::const_true();
  verdicts(i) = cast<std::uint8_t>(bounds[0]) | (cast<std::uint8_t>(bounds[1]) << 1) |
                (cast<std::uint8_t>(inside) << 2);
}

std::vector<Argument> Classify::arguments() const {
  return {uniforms, inputs.ints, inputs.floats, inputs.bools, inputs.zones, rectangles};
}

std::vector<Argument> Pairs::arguments() const {
  return {uniforms, inputs.ints, inputs.floats, inputs.bools, qFirst, kFirst, head, batch};
}

Environment Pairs::environment(const Kernel &kernel) const {
  Environment environment = uniformEnvironment(kernel, uniforms, 0);
  environment.buffers = inputs;
  environment.coordinates[static_cast<int>(Coordinate::Q)] = qFirst + cast<std::int64_t>(qi);
  environment.coordinates[static_cast<int>(Coordinate::K)] = kFirst + cast<std::int64_t>(ki);
  environment.coordinates[static_cast<int>(Coordinate::Head)] = head;
  environment.coordinates[static_cast<int>(Coordinate::Batch)] = batch;
  return environment;
}

Mask::Mask(const Kernel &kernel, const Function &keep) {
  kept(ki, qi) = cast<std::uint8_t>(translate(keep, environment(kernel))[0]);
}

Faults::Faults(const Kernel &kernel) {
  const std::vector<Expr> fault = translate(kernel.faults, environment(kernel));
  faults(slot, ki, qi) = select(slot == 0, fault[0], fault[1]);
}

Sizes::Sizes(const Kernel &kernel) {
  std::vector<Expr> all;
  for (const KernelInput &input : kernel.inputs)
    for (const Expr &size : translate(input.sizes, shapeEnvironment(kernel, uniforms)))
      all.push_back(size);
  sizes(i) = all.size() == 1 ? all[0] : mux(i, all);
}

std::vector<Argument> Sizes::arguments() const { return {uniforms}; }

Require::Require(const Kernel &kernel) {
  Environment environment = uniformEnvironment(kernel, uniforms, 0);
  std::vector<Expr> conditions;
  for (const Requirement &requirement : kernel.requirements)
    conditions.push_back(cast<std::uint8_t>(translate(requirement.condition, environment)[0]));
  holds(i) = conditions.size() == 1 ? conditions[0] : mux(i, conditions);
}

std::vector<Argument> Require::arguments() const { return {uniforms}; }

} // namespace gaze
