//===- RandomPattern.h - Well-typed patterns that nobody would write -------------===//
#ifndef GAZE_TEST_PASSES_RANDOMPATTERN_H
#define GAZE_TEST_PASSES_RANDOMPATTERN_H

#include "Evaluate.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace gaze::test {

enum class Flavour {
  Anything, ///< all operations and odd constants: overflow, infinities, NaN, zero divisors
  Ints,     ///< ints and bools with small constants; no chance
  Booleans  ///< logic over comparisons of q, w, p and flag, few enough to try all values
};

/// The text of a `gaze.pattern` with a random `keep` over the parameters
/// (w: i64, p: f64, flag: i1) and, but for Flavour::Booleans, the inputs of
/// `randomTensors`. Needs `randomPatternDefs` in the module.
std::string randomPattern(const std::string &name, Flavour flavour, std::mt19937_64 &random);

/// Inputs row: i64 of one axis, grid: i64 of two, bias: f64 of two and mark: i1 of one
/// axis, some of which have no elements. Ints are small, often indices.
std::vector<Tensor> randomTensors(std::mt19937_64 &random);

/// The defs that random patterns call.
extern const char *const randomPatternDefs;

/// Ints and floats at which arithmetic changes its manners, and plain ones.
std::int64_t oddInt(std::mt19937_64 &random);
double oddFloat(std::mt19937_64 &random);

} // namespace gaze::test

#endif // GAZE_TEST_PASSES_RANDOMPATTERN_H
