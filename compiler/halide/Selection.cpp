//===- Selection.cpp - How blocks of keys are scored, as Halide Funcs ----------===//
#include "compiler/halide/Selection.h"

#include "compiler/halide/Uniforms.h"

using namespace Halide;

namespace gaze {
namespace {

/// `value` where it is more than `bound` (less: `bound` more than it), and where it is NaN.
Expr extended(const Expr &bound, const Expr &value, bool upwards) {
  const Expr isBeyond = upwards ? strict_float(bound < value) : strict_float(value < bound);
  return select(isBeyond || isNotANumber(value), value, bound);
}

} // namespace

BlockRows::BlockRows(int headDim, const ElementUse &element)
    : headDim(headDim), element(element), rows(element.halideType(), 2, "rows"), r(0, keys, "r") {}

Expr BlockRows::value() const { return element.widened(rows(di, bi * block + r)); }

BlockMeans::BlockMeans(int headDim, const ElementUse &element) : BlockRows(headDim, element) {
  sums(di, bi) = 0.0f;
  sums(di, bi) += value();
  means(bi, di) = strict_float(sums(di, bi) / cast<float>(keys));
}

BlockExtremes::BlockExtremes(int headDim, const ElementUse &element) : BlockRows(headDim, element) {
  greatest(di, bi) = minusInfinity();
  greatest(di, bi) = extended(greatest(di, bi), value(), true);
  least(di, bi) = -minusInfinity();
  least(di, bi) = extended(least(di, bi), value(), false);
  extremes(bi, ci) = select(ci < headDim, greatest(clamp(ci, 0, headDim - 1), bi),
                            least(clamp(ci - headDim, 0, headDim - 1), bi));
}

BlockScores::BlockScores(int headDim, bool byExtremes) : channel(0, headDim, "channel") {
  const Expr query = queries(gi, channel);
  const Expr isNegative = reinterpret<std::int32_t>(query) < 0;
  const Expr row = byExtremes ? channel + select(isNegative, headDim, 0) : Expr(channel);
  dot(bi, gi) = 0.0f;
  dot(bi, gi) += query * summaries(bi, row);
  scores(bi, gi) = dot(bi, gi);
}

SelectionSizes::SelectionSizes(const Kernel &kernel) {
  std::vector<Expr> all;
  for (const Selection &selection : kernel.selections)
    for (const Expr &size : translate(selection.sizes, shapeEnvironment(kernel, uniforms)))
      all.push_back(size);
  sizes(i) = mux(i, all);
}

} // namespace gaze
