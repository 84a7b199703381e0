//===- RowExpressions.cpp - What a pattern says of a kernel's rows ------------===//
#include "compiler/halide/RowExpressions.h"

#include <cmath>
#include <utility>

using namespace Halide;

namespace gaze {
namespace {

constexpr double log2OfE = 1.4426950408889634;

/// `function` for one of its nodes.
Function upTo(Function function, int node) {
  function.results = {node};
  return function;
}

} // namespace

RowExpressions::RowExpressions(const Kernel &kernel, int headDim, Environment environment,
                               const Var &row, std::function<RowPosition(Expr)> positionOf)
    : kernel(kernel), headDim(headDim), common(std::move(environment)),
      positionOf(std::move(positionOf)), keepLoads(loadsOf(kernel.keep, row)),
      scoreLoads(loadsOf(kernel.score, row)) {}

RowExpressions::RowExpressions(const Kernel &kernel, int headDim, Environment environment,
                               std::function<RowPosition(Expr)> positionOf)
    : kernel(kernel), headDim(headDim), common(std::move(environment)),
      positionOf(std::move(positionOf)) {}

Environment RowExpressions::at(const Expr &row) const {
  Environment environment = common;
  const RowPosition position = positionOf(row);
  environment.coordinates[static_cast<int>(Coordinate::Q)] = position.query;
  environment.coordinates[static_cast<int>(Coordinate::Head)] = position.head;
  return environment;
}

Environment RowExpressions::at(const Expr &row, const Expr &key, const Loads &loads) const {
  Environment environment = at(row);
  environment.coordinates[static_cast<int>(Coordinate::K)] = cast<std::int64_t>(key);
  for (const auto &[node, value] : loads) {
    const Expr loaded = value(row);
    environment.known[node] = loaded.type() == Halide::UInt(8) ? loaded != 0 : loaded;
  }
  return environment;
}

/// Bools go as bytes, for Halide fails on some conditions that are stored.
RowExpressions::Loads RowExpressions::loadsOf(const Function &function, const Var &row) const {
  Loads loads;
  for (const int node : loadsOfQuery(function)) {
    Func value("row_value");
    const Expr loaded = translate(upTo(function, node), at(row))[0];
    value(row) = loaded.type().is_bool() ? cast<std::uint8_t>(loaded) : loaded;
    loads.emplace(node, value);
  }
  return loads;
}

std::vector<Func> RowExpressions::loads() const {
  std::vector<Func> all;
  for (const Loads *loads : {&keepLoads, &scoreLoads})
    for (const auto &[node, value] : *loads)
      all.push_back(value);
  return all;
}

Expr RowExpressions::dotFactor(const Expr &row) const {
  const auto inKernel = [&](const Expr &scale) {
    return cast<float>(kernel.score.results.empty() ? strict_float(scale * Expr(log2OfE)) : scale);
  };
  if (kernel.scale.results.empty())
    return inKernel(Expr(1.0 / std::sqrt(static_cast<double>(headDim))));
  // A scale that float32 does not hold is NaN, as the language says.
  const Expr bits = reinterpret<std::uint32_t>(inKernel(translate(kernel.scale, at(row))[0]));
  const Expr exponent = Expr(0x7f800000u);
  return reinterpret<float>(select((bits & exponent) == exponent, Expr(0x7fc00000u), bits));
}

Expr RowExpressions::score(const Expr &dot, const Expr &row, const Expr &key) const {
  if (kernel.score.results.empty())
    return dot;
  Environment environment = at(row, key, scoreLoads);
  environment.score = dot;
  return strict_float(translate(kernel.score, environment)[0] * static_cast<float>(log2OfE));
}

Expr RowExpressions::keeps(const Expr &row, const Expr &key) const {
  return translate(kernel.keep, at(row, key, keepLoads))[0];
}

} // namespace gaze
