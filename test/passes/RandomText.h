//===- RandomText.h - Well-typed pattern files that nobody would write -----------===//
#ifndef GAZE_TEST_PASSES_RANDOMTEXT_H
#define GAZE_TEST_PASSES_RANDOMTEXT_H

#include <random>
#include <string>

namespace gaze::test {

/// The text of a file with a pattern of parameters (w: int, p: float, flag: bool),
/// with defs, lets, `where` and every operator and function in its `keep`. It reads the
/// inputs table: int, bias: float and mark: bool, of random axes, in `keep`, `scale` and
/// `score`; some of their indices are never, some often outside. No condition reads the score.
std::string randomText(std::mt19937_64 &random);

} // namespace gaze::test

#endif // GAZE_TEST_PASSES_RANDOMTEXT_H
