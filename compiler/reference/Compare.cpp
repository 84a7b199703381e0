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

Comparison gaze::reference::compare(const Result &reference, int valueDim, const float *out,
                                    const float *lse, const Tolerance &tolerance) {
  Comparison result;
  double worst = 1;
  auto hold = [&](double error, double size, std::int64_t row, std::int64_t channel) {
    // A size that is no number belongs to a row that holds NaN or infinity.
    const double limit = toleranceF32 * (size > 1 && std::isfinite(size) ? size : 1);
    const double share = error / std::max(limit, channel < 0 ? tolerance.lse : tolerance.out);
    if (share > worst) {
      worst = share;
      result.ok = false;
      result.worstRow = row;
      result.worstChannel = channel;
    }
  };
  const auto rows = static_cast<std::int64_t>(reference.lse.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t channel = 0; channel < valueDim; ++channel) {
      const std::int64_t i = row * valueDim + channel;
      const double error = difference(out[i], reference.out[i]);
      result.maxAbsError = std::max(result.maxAbsError, error);
      hold(error, reference.magnitude[row], row, channel);
    }
    if (!lse)
      continue;
    const double error = difference(lse[row], reference.lse[row]);
    result.maxLseError = std::max(result.maxLseError, error);
    hold(error, std::abs(reference.lse[row]), row, -1);
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
