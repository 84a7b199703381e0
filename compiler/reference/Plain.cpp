//===- Plain.cpp - Attention as a plain program in float32 has it --------------===//
#include "compiler/reference/Plain.h"

#include "compiler/reference/Elements.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace gaze;
using namespace gaze::reference;

constexpr std::size_t blockKeys = 64;

static float dot(const float *a, const float *b, int size) {
  float sum = 0;
  for (int i = 0; i < size; ++i)
    sum += a[i] * b[i];
  return sum;
}

/// The scores of the kept keys.
static std::vector<float> scores(const dsl::Interpreter &interpreter, dsl::Coordinates at,
                                 const PlainRow &row, const std::vector<std::int64_t> &keys) {
  std::vector<float> result;
  const auto scale = static_cast<float>(interpreter.scale(at));
  for (const std::int64_t key : keys) {
    at.integers[static_cast<int>(dsl::Ambient::K)] = key;
    at.score = dot(row.q, row.k + key * row.headDim, row.headDim) * scale;
    result.push_back(static_cast<float>(interpreter.score(at)));
  }
  return result;
}

float gaze::reference::plainAttention(const dsl::Interpreter &interpreter, dsl::Coordinates at,
                                      const PlainRow &row, const std::vector<std::int64_t> &keys,
                                      gaze_element type, float *out) {
  std::fill_n(out, row.valueDim, 0.0f);
  if (keys.empty())
    return -std::numeric_limits<float>::infinity();
  const std::vector<float> score = scores(interpreter, at, row, keys);
  float highest = -std::numeric_limits<float>::infinity(), sum = 0;
  for (const float each : score)
    highest = std::isnan(each) ? each : std::max(highest, each);
  std::vector<float> block(row.valueDim); // sums over some keys lose less than one over all
  for (std::size_t begin = 0; begin < keys.size(); begin += blockKeys) {
    std::fill(block.begin(), block.end(), 0.0F);
    float blockSum = 0;
    for (std::size_t i = begin; i < std::min(keys.size(), begin + blockKeys); ++i) {
      const float weight = std::exp(score[i] - highest);
      const float *value = row.v + keys[i] * row.valueDim;
      blockSum += weight;
      for (int d = 0; d < row.valueDim; ++d)
        block[d] += weight * value[d];
    }
    sum += blockSum;
    for (int d = 0; d < row.valueDim; ++d)
      out[d] += block[d];
  }
  for (int d = 0; d < row.valueDim; ++d)
    out[d] = rounded(out[d] / sum, type);
  return highest + std::log(sum);
}
