//===- Case.h - A program and what it is run on, as a file -------------------------===//
//
// A case is a pattern text below lines that say how it is compiled and run. Nothing of it
// depends on how random cases are made, so a file that once failed stays what it was:
//
//   //! target=host element=f16 head_dim=8 value_dim=24 schedule={"orders":1}
//   //! shape=1,2,1,33,70,37 w=3 p=0.5 flag=1 data=17 scale=1 strided=1
//   pattern random(...) { ... }
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_FUZZ_CASE_H
#define GAZE_TEST_FUZZ_CASE_H

#include "compiler/Compiler.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gaze::test {

/// One problem for a compiled pattern of parameters (w: int, p: float, flag: bool), or fewer.
struct Problem {
  gaze_shape shape{};
  std::int64_t w = 0;
  double p = 0;
  bool flag = false;
  std::uint64_t data = 0; ///< seed of Q, K, V and what inputs hold
  double scale = 1;       ///< factor on Q and K
  bool strided = false;   ///< tensors [batch, seq, heads, dim] with gaps
  bool inParts = false;   ///< in parts wherever they fit, and not only where they pay
};

struct Case {
  std::string text;
  KernelOptions options;
  std::vector<Problem> problems;
};

std::string print(const Case &printed);
/// Throws std::invalid_argument.
Case parseCase(const std::string &file);

constexpr std::uint64_t problemsOfCase = 4; ///< of a random one

/// Everything follows from the seed. Most kernels have masks alone, where not all are to be whole.
/// `target` empty: one that runs here.
Case randomCase(std::uint64_t seed, bool isWhole, const std::string &target = "");

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_CASE_H
