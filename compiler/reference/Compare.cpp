//===- Compare.cpp - Is a kernel's result right? -----------------------------===//
#include "compiler/reference/Compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace gaze::reference;

/// |value - expected|: 0 for the same NaN or infinity, infinite where only one of
/// them is a number.
static double difference(float value, double expected) {
  if (std::isnan(value) && std::isnan(expected))
    return 0;
  if (static_cast<double>(value) == expected || value == static_cast<float>(expected))
    return std::isfinite(value) ? std::abs(value - expected) : 0;
  const double error = std::abs(value - expected);
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

/// The largest error that is a number: it is none where float32 overflows.
static double largestError(const std::vector<float> &plain, const std::vector<double> &expected) {
  double largest = 0;
  for (std::size_t i = 0; i < plain.size(); ++i)
    if (const double error = difference(plain[i], expected[i]); std::isfinite(error))
      largest = std::max(largest, error);
  return largest;
}

Tolerance gaze::reference::toleranceOf(const Result &reference, gaze_element type,
                                       bool roundsWeights) {
  const bool isWide = type == GAZE_ELEMENT_FLOAT32;
  Tolerance tolerance;
  tolerance.out = (isWide ? 4 : 2) * largestError(reference.plain, reference.out);
  tolerance.lse = 4 * largestError(reference.plainLse, reference.lse);
  if (!reference.plain.empty())
    tolerance.share = isWide ? 4 : 1.1;
  if (roundsWeights) {
    tolerance.weights = 0x1p-9;
    tolerance.lse += tolerance.weights;
  }
  return tolerance;
}

Tolerance gaze::reference::toleranceOf(const Result &reference, const gaze_kernel &kernel) {
  const bool multipliesPairs =
      kernel.element == GAZE_ELEMENT_BFLOAT16 && (kernel.cpu & GAZE_CPU_AVX512_BF16) != 0;
  return toleranceOf(reference, kernel.element, multipliesPairs);
}

namespace {

struct ByScores {
  double out = 0, lse = 0;
};

/// What the rounding of scores may do to a row.
ByScores byScores(const Result &reference, std::int64_t row) {
  if (reference.lseByScores.empty() || !(reference.lseByScores[row] <= mostByScores))
    return {};
  return {reference.outByScores[row], reference.lseByScores[row]};
}

} // namespace

/// What float32 may be off in a row. Below 2^-126 it has a fixed step.
static double floorOf(const Result &reference, std::int64_t row) {
  const double size = reference.magnitude[row];
  if (!std::isfinite(size)) // the row holds NaN or infinity
    return toleranceF32;
  if (reference.plain.empty())
    return toleranceF32 * std::max(size, 1.0);
  const double keys = 8.0 * static_cast<double>(reference.keys[row] + 1);
  const double ofSums = std::min(toleranceF32, keys * 0x1p-24) * size;
  return std::max(ofSums, byScores(reference, row).out) + keys * 0x1p-149;
}

namespace {

/// How far one row is off.
struct RowErrors {
  double out = 0, lse = 0;   ///< the largest
  double share = 0;          ///< of its limit, the largest
  std::int64_t channel = -1; ///< where the share is largest; -1: the log-sum-exp

  void add(double error, double limit, std::int64_t ofChannel) {
    if (error > 0 && !(error <= share * limit)) {
      share = limit > 0 ? error / limit : std::numeric_limits<double>::infinity();
      channel = ofChannel;
    }
    double &largest = ofChannel < 0 ? lse : out;
    largest = std::max(largest, error);
  }
};

/// Errors of all outputs that are numbers, beside those of the plain reference.
struct Statistics {
  double count = 0; ///< of those that rounding has touched, here or there
  double sum = 0, sumOfSizes = 0, sumOfSquares = 0;
  double plainSum = 0, plainSizes = 0, plainSquares = 0;
  double floors = 0, squaresOfFloors = 0; ///< sums of what float32 may be off in the mean

  void add(double error, double plainError, double floor) {
    if (!std::isfinite(error) || !std::isfinite(plainError))
      return;
    count += error != 0 || plainError != 0 ? 1 : 0;
    sum += error;
    sumOfSizes += std::abs(error);
    sumOfSquares += error * error;
    plainSum += plainError;
    plainSizes += std::abs(plainError);
    plainSquares += plainError * plainError;
    floors += floor;
    squaresOfFloors += floor * floor;
  }

  /// Fewer numbers than 256 have no mean to speak of. Rounding errors lie to either side: their sum
  /// has the standard deviation of their root of squares. Where they do not, for outputs that are
  /// much alike, those of the plain reference do as little. docs/reliability.md derives this.
  void judge(double share, Comparison &result) const {
    if (count < 256)
      return;
    const auto of = [](double error, double limit) { return error > 0 ? error / limit : 0; };
    result.meanShare = of(sumOfSizes, share * plainSizes + floors);
    const double scatter = std::max(5 * std::sqrt(plainSquares), plainSizes / 7);
    result.biasShare = of(std::abs(sum), share * (std::abs(plainSum) + scatter) + floors / 2);
    result.rootMeanSquareShare =
        of(std::sqrt(sumOfSquares), share * std::sqrt(plainSquares) + std::sqrt(squaresOfFloors));
    result.ok &= std::max({result.meanShare, result.biasShare, result.rootMeanSquareShare}) <= 1;
  }
};

} // namespace

static RowErrors errorsOf(const Result &reference, std::int64_t row, int valueDim, const float *out,
                          const float *lse, const Tolerance &tolerance) {
  RowErrors errors;
  // Between two kernels, without a plain reference, the tolerance is the whole limit.
  const double floor = floorOf(reference, row);
  const double limit =
      reference.plain.empty() ? std::max(floor, tolerance.out) : floor + tolerance.out;
  for (std::int64_t channel = 0; channel < valueDim; ++channel) {
    const std::int64_t i = row * valueDim + channel;
    errors.add(difference(out[i], reference.out[i]), limit, channel);
  }
  if (lse) {
    const double size = std::abs(reference.lse[row]);
    const double ofFloat32 = toleranceF32 * (size > 1 && std::isfinite(size) ? size : 1);
    errors.add(difference(lse[row], reference.lse[row]),
               std::max({ofFloat32, tolerance.lse, byScores(reference, row).lse}), -1);
  }
  return errors;
}

/// What a row may be that has other blocks than the reference: a mean of values, if those are
/// numbers.
static bool mayBeUndecided(const Result &reference, std::int64_t row, int valueDim,
                           const float *out, const float *lse) {
  if (reference.undecided.empty() || !reference.undecided[row])
    return false;
  if (!std::isfinite(reference.largestValue))
    return true;
  constexpr double rounding = 1 + 0x1p-6; // of 16 bits, and of sums
  return (!lse || !std::isnan(lse[row])) &&
         std::all_of(out + row * valueDim, out + (row + 1) * valueDim, [&](float value) {
           return std::abs(value) <= rounding * reference.largestValue;
         });
}

static void addTo(Statistics &statistics, const Result &reference, std::int64_t row, int valueDim,
                  const float *out, const Tolerance &tolerance) {
  const double size = reference.magnitude[row];
  const double ofWeights = std::isfinite(size) ? tolerance.weights * size : 0;
  const double floor = floorOf(reference, row) / 4 + ofWeights;
  for (std::int64_t i = row * valueDim; i < (row + 1) * valueDim; ++i)
    statistics.add(out[i] - reference.out[i], reference.plain[i] - reference.out[i], floor);
}

Comparison gaze::reference::compare(const Result &reference, int valueDim, const float *out,
                                    const float *lse, const Tolerance &tolerance) {
  Comparison result;
  Statistics statistics;
  double worst = 0;
  const auto rows = static_cast<std::int64_t>(reference.lse.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    const RowErrors errors = errorsOf(reference, row, valueDim, out, lse, tolerance);
    if (errors.share > 1 && mayBeUndecided(reference, row, valueDim, out, lse)) {
      ++result.rowsUndecided;
      continue;
    }
    result.maxAbsError = std::max(result.maxAbsError, errors.out);
    result.maxLseError = std::max(result.maxLseError, errors.lse);
    if (tolerance.share > 0)
      addTo(statistics, reference, row, valueDim, out, tolerance);
    if (errors.share <= worst)
      continue;
    worst = errors.share;
    result.worstRow = row;
    result.worstChannel = errors.channel;
  }
  result.ok = worst <= 1;
  statistics.judge(tolerance.share, result);
  if (result.ok)
    result.worstRow = result.worstChannel = -1;

  const auto zero = [](auto value) { return value == 0; };
  if (result.ok && std::all_of(out, out + reference.out.size(), zero) &&
      !std::all_of(reference.out.begin(), reference.out.end(), zero)) {
    const auto first = std::find_if_not(reference.out.begin(), reference.out.end(), zero);
    result.ok = false;
    result.worstRow = (first - reference.out.begin()) / valueDim;
    result.worstChannel = (first - reference.out.begin()) % valueDim;
  }
  return result;
}
