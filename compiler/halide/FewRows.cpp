//===- FewRows.cpp - Attention of few rows over many keys, as Halide Funcs ----===//
//
// A decode step has one query, or a handful, of each head, over all keys of a cache.
// Algorithm.cpp's kernel would leave most of its lanes empty, and read K and V once
// for each query head though the heads of a group share them: memory is what such a
// step waits for. So here channels are in the lanes, not queries, and the rows of a
// call are the queries of all heads that share K and V: row r is query r % queries of
// the head head + r / queries. One pass over K and V serves them all.
//
// The mathematics, the treatment of pairs that are not kept and the steps are those
// of Algorithm.cpp. A dot product is `lanes` sums, added up at its end; so
// are the sums of weights, and the maximum of scores. Each row's state lies behind
// the other's: float [value_dim + 2, rows].
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/FewRows.h"

#include <numeric>
#include <utility>

using namespace Halide;

namespace gaze {
namespace {

/// Keys whose rows of V are weighted together, of a tile of so many.
int keyBlock(int width) { return std::gcd(width, 16); }

} // namespace

RowTiles::RowTiles(const std::string &name, int width, Expr first, const Expr &count, int lanes)
    : StepTiles(name, width, std::move(first)),
      vectors(0, width / lanes, 0, count, name + "_vectors"),
      blocks(0, width / keyBlock(width), 0, count, name + "_blocks"),
      blockKeys(0, keyBlock(width), name + "_block_keys"), keyVectors(name + "_key_vectors"),
      laneSums(name + "_lane_sums"), valueVectors(name + "_value_vectors") {}

AccumulateRows::AccumulateRows(const Kernel &kernel, const KernelSizes &sizes, int lanes,
                               int rowBlock)
    : Step(sizes, 3), lanes(lanes), rowBlock(rowBlock), step(0, sizes.headDim / lanes, "step"),
      lane(0, lanes, "lane"), channel(0, sizes.valueDim, "channel"),
      fullTiles("full", sizes.tileK, 0, full, lanes),
      partialTiles("partial", sizes.edgeK, full, count - full, lanes) {
  const Expr queryCount = q.dim(1).extent(), headCount = q.dim(2).extent();
  const Expr lastRow = queryCount * headCount - 1;
  queryOf(ri) = min(ri, lastRow) % queryCount;
  headOf(ri) = min(ri, lastRow) / queryCount;
  const RowExpressions rows(kernel, sizes.headDim, environment(kernel), ri, [&](const Expr &row) {
    return RowPosition{qFirst + cast<std::int64_t>(queryOf(row)),
                       head + cast<std::int64_t>(headOf(row))};
  });
  rowValues = rows.loads();
  const Expr element = q(di, unsafe_promise_clamped(queryOf(ri), 0, queryCount - 1),
                         unsafe_promise_clamped(headOf(ri), 0, headCount - 1));
  queries(di, ri) = sizes.element.widened(element);
  factor(ri) = rows.dotFactor(ri);
  const auto scaledDot = [&](const RowTiles &of) {
    return strict_float(of.dot(ki, ri, ti) * factor(ri));
  };

  // Scores.
  for (RowTiles *of : {&fullTiles, &partialTiles}) {
    of->keyVectors(li, vi, ki, ti) = sizes.element.widened(k(vi * lanes + li, rowAt(*of, ki)));
    of->laneSums(li, ki, ri, ti) = 0.0f;
    of->laneSums(li, ki, ri, ti) +=
        queries(step * lanes + li, ri) * of->keyVectors(li, step, ki, ti);
    of->dot(ki, ri, ti) = 0.0f;
    of->dot(ki, ri, ti) += of->laneSums(lane, ki, ri, ti);
  }
  fullTiles.scores(ki, ri, ti) = rows.score(scaledDot(fullTiles), ri, keyAt(fullTiles, ki));
  const Expr key = keyAt(partialTiles, ki);
  Expr keep = exists(key);
  if (!kernel.keepsEverything)
    keep = keep && rows.keeps(ri, key);
  const Expr maybeScore = rows.score(scaledDot(partialTiles), ri, key);
  partialTiles.scores(ki, ri, ti) = choose(keep, maybeScore, minusInfinity());

  // Softmax within this step.
  laneHighest(li, ri) = minusInfinity();
  for (const RowTiles *of : {&fullTiles, &partialTiles})
    laneHighest(li, ri) = strict_float(
        max(laneHighest(li, ri), of->scores(of->vectors.x * lanes + li, ri, of->vectors.y)));
  highest(ri) = minusInfinity();
  highest(ri) = strict_float(max(highest(ri), laneHighest(lane, ri)));
  reference(ri) = referenceOf(highest(ri));
  fullTiles.weights(ki, ri, ti) = exp2OfNonPositive(fullTiles.scores(ki, ri, ti) - reference(ri));
  partialTiles.weights(ki, ri, ti) = partialWeight(partialTiles.scores(ki, ri, ti), reference(ri));
  laneSum(li, ri) = 0.0f;
  for (const RowTiles *of : {&fullTiles, &partialTiles})
    laneSum(li, ri) += of->weights(of->vectors.x * lanes + li, ri, of->vectors.y);
  sum(ri) = 0.0f;
  sum(ri) += laneSum(lane, ri);

  // Rows that fill the last block repeat the last one.
  const Expr rowOfBlock = min(rb * rowBlock + rj, lastRow);
  for (RowTiles *of : {&fullTiles, &partialTiles}) {
    of->valueVectors(li, vi, ki, ti) = sizes.element.widened(v(vi * lanes + li, rowAt(*of, ki)));
    const Expr keyOfTile = bi * keyBlock(of->width) + of->blockKeys;
    const Expr weighing = of->weights(keyOfTile, rowOfBlock, ti);
    const Expr value = of->valueVectors(di % lanes, di / lanes, keyOfTile, ti);
    of->product(di, rj, rb, bi, ti) = 0.0f;
    of->product(di, rj, rb, bi, ti) +=
        weighing * (of->arePartial() ? valueWhereKept(weighing, value) : value);
  }
  values(di, rj, rb) = 0.0f;
  for (const RowTiles *of : {&fullTiles, &partialTiles})
    values(di, rj, rb) += of->product(di, rj, rb, of->blocks.x, of->blocks.y);

  // Into the state.
  const int highestSlot = sizes.valueDim, sumSlot = sizes.valueDim + 1;
  newHighest(ri) = strict_float(max(stateIn(highestSlot, ri), highest(ri)));
  oldFactor(ri) = rescale(stateIn(highestSlot, ri), newHighest(ri));
  newFactor(ri) = rescale(highest(ri), newHighest(ri));
  stateOut(di, ri) = undef<float>();
  stateOut(channel, ri) = stateIn(channel, ri) * oldFactor(ri) +
                          values(channel, ri % rowBlock, ri / rowBlock) * newFactor(ri);
  stateOut(highestSlot, ri) = newHighest(ri);
  stateOut(sumSlot, ri) = stateIn(sumSlot, ri) * oldFactor(ri) + sum(ri) * newFactor(ri);
}

FinishRows::FinishRows(const KernelSizes &sizes) : sizes(sizes) {
  const Expr highest = state(sizes.valueDim, ri);
  const Expr sum = state(sizes.valueDim + 1, ri);
  out(di, ri) = sizes.element.rounded(state(di, ri) * reciprocalOf(sum));
  lse(ri) = logSumExp(highest, sum);
}

std::vector<Argument> FinishRows::arguments() const { return {state}; }

} // namespace gaze
