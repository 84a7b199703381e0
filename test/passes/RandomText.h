//===- RandomText.h - Well-typed pattern files that nobody would write -----------===//
#ifndef GAZE_TEST_PASSES_RANDOMTEXT_H
#define GAZE_TEST_PASSES_RANDOMTEXT_H

#include <random>
#include <string>

namespace gaze::test {

/// What a random file is for.
enum class Purpose {
  Evaluating, ///< single pairs: no `top_blocks`, `require` or import
  Masking,    ///< masks and plans: all but `top_blocks`
  Running     ///< whole kernels: everything, and terms that have an order of their own
};

/// The text of a file with a pattern of parameters (w: int, p: float, flag: bool),
/// with defs, lets, `where` and every operator and function in its `keep`. It reads the
/// inputs table: int, bias: float and mark: bool, of random axes, in `keep`, `scale` and
/// `score`; some of their indices are never, some often outside. Where a condition reads the
/// score, both sides of it meet: rounding decides nothing.
std::string randomText(std::mt19937_64 &random, Purpose purpose = Purpose::Evaluating);

} // namespace gaze::test

#endif // GAZE_TEST_PASSES_RANDOMTEXT_H
