//===- MaskCost.cpp - How far a sparse output is from the dense one -----------===//
#include "compiler/reference/MaskCost.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace gaze::reference;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Adds rows up to a Cost.
class Sums {
public:
  void add(const Result &sparse, const Result &dense, std::int64_t row, int valueDim) {
    keptPairs += sparse.keys[row];
    densePairs += dense.keys[row];
    for (std::int64_t i = row * valueDim; i < (row + 1) * valueDim; ++i) {
      const double difference = sparse.out[i] - dense.out[i];
      differenceSquared += difference * difference;
      denseSquared += dense.out[i] * dense.out[i];
    }
    if (dense.keys[row] == 0)
      return;
    const double mass = std::exp(sparse.lse[row] - dense.lse[row]);
    masses.push_back(mass > 1 ? 1 : mass); // by a rounding
  }

  Cost cost() {
    Cost result;
    result.pairs =
        densePairs == 0 ? nan : static_cast<double>(keptPairs) / static_cast<double>(densePairs);
    result.massMean = meanOfLeast(masses.size());
    result.massWorst = meanOfLeast((masses.size() + 99) / 100);
    result.relativeError = differenceSquared == 0 ? 0 : std::sqrt(differenceSquared / denseSquared);
    return result;
  }

private:
  /// The mean of the `count` rows that keep least.
  double meanOfLeast(std::size_t count) {
    const auto isNan = [](double mass) { return std::isnan(mass); };
    if (count == 0 || std::any_of(masses.begin(), masses.end(), isNan))
      return nan;
    std::sort(masses.begin(), masses.end());
    const auto end = masses.begin() + static_cast<std::ptrdiff_t>(count);
    return std::accumulate(masses.begin(), end, 0.0) / static_cast<double>(count);
  }

  std::int64_t keptPairs = 0, densePairs = 0;
  double differenceSquared = 0, denseSquared = 0;
  std::vector<double> masses;
};

} // namespace

MaskCost gaze::reference::maskCost(const Result &sparse, const Result &dense,
                                   const gaze_shape &shape, int valueDim) {
  std::vector<Sums> heads(shape.heads);
  Sums all;
  const std::int64_t rows = shape.batch * shape.heads * shape.seq_q;
  for (std::int64_t row = 0; row < rows; ++row) {
    heads[row / shape.seq_q % shape.heads].add(sparse, dense, row, valueDim);
    all.add(sparse, dense, row, valueDim);
  }
  MaskCost result;
  for (Sums &head : heads)
    result.heads.push_back(head.cost());
  result.all = all.cost();
  return result;
}
