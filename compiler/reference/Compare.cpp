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

Tolerance gaze::reference::toleranceOf(const Result &reference, gaze_element type) {
  Tolerance tolerance;
  for (std::size_t i = 0; i < reference.plain.size(); ++i) {
    const double error = difference(reference.plain[i], reference.out[i]);
    if (std::isfinite(error)) // it is not where float32 overflows
      tolerance.out = std::max(tolerance.out, 2 * error);
  }
  if (type == GAZE_ELEMENT_BFLOAT16)
    tolerance.lse = 0x1p-9;
  return tolerance;
}

namespace {

/// How far one row is off.
struct RowErrors {
  double out = 0, lse = 0;   ///< the largest
  double share = 0;          ///< of its limit, the largest
  std::int64_t channel = -1; ///< where the share is largest; -1: the log-sum-exp

  void add(double error, double size, double tolerance, std::int64_t ofChannel) {
    // A size that is no number belongs to a row that holds NaN or infinity.
    const double limit = toleranceF32 * (size > 1 && std::isfinite(size) ? size : 1);
    if (const double ofLimit = error / std::max(limit, tolerance); ofLimit > share) {
      share = ofLimit;
      channel = ofChannel;
    }
    double &largest = ofChannel < 0 ? lse : out;
    largest = std::max(largest, error);
  }
};

} // namespace

static RowErrors errorsOf(const Result &reference, std::int64_t row, int valueDim, const float *out,
                          const float *lse, const Tolerance &tolerance) {
  RowErrors errors;
  for (std::int64_t channel = 0; channel < valueDim; ++channel) {
    const std::int64_t i = row * valueDim + channel;
    errors.add(difference(out[i], reference.out[i]), reference.magnitude[row], tolerance.out,
               channel);
  }
  if (lse)
    errors.add(difference(lse[row], reference.lse[row]), std::abs(reference.lse[row]),
               tolerance.lse, -1);
  return errors;
}

Comparison gaze::reference::compare(const Result &reference, int valueDim, const float *out,
                                    const float *lse, const Tolerance &tolerance) {
  Comparison result;
  double worst = 1;
  const auto rows = static_cast<std::int64_t>(reference.lse.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    const RowErrors errors = errorsOf(reference, row, valueDim, out, lse, tolerance);
    if (errors.share > 1 && !reference.undecided.empty() && reference.undecided[row]) {
      ++result.rowsUndecided;
      continue;
    }
    result.maxAbsError = std::max(result.maxAbsError, errors.out);
    result.maxLseError = std::max(result.maxLseError, errors.lse);
    if (errors.share <= worst)
      continue;
    worst = errors.share;
    result.ok = false;
    result.worstRow = row;
    result.worstChannel = errors.channel;
  }

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
