//===- LibraryPattern.h - A pattern of patterns/, with values, to look at ----===//
#ifndef GAZE_TEST_DSL_LIBRARYPATTERN_H
#define GAZE_TEST_DSL_LIBRARYPATTERN_H

#include "Support.h"

#include <map>

namespace gaze::dsl::test {

/// The names of the patterns in patterns/, which are those of the files.
std::vector<std::string> libraryPatterns();

class LibraryPattern {
public:
  using Values = std::map<std::string, double>; ///< bools are 0 and 1
  using Tensors = std::map<std::string, std::vector<double>>;

  /// Parameters that `values` does not name have their defaults. `tensors` has the
  /// elements of all inputs, in C order, for one batch entry.
  LibraryPattern(const std::string &name, const Values &values, const Tensors &tensors = {});

  /// A row for each query and a column for each key, '#' where the query sees the key. A
  /// pattern with `top_blocks` needs the selector.
  std::string mask(int queries, int keys, int head = 0, int heads = 1,
                   const Selector *selector = nullptr) const;
  /// What becomes of the score that a pair has after the scale.
  double score(double scaled, std::int64_t q, std::int64_t k, int head = 0, int heads = 1) const;
  /// Index of the first requirement that fails, or -1.
  int failedRequirement(int keys) const;
  const Pattern &pattern() const { return program.patterns.at(0); }

private:
  /// The elements of an input; one of the three has some, by the type of the input.
  struct Elements {
    std::vector<std::int64_t> ints;
    std::vector<float> floats;
    std::vector<std::uint8_t> bools;
  };

  /// With the inputs in the sizes that they have at `at`.
  Interpreter interpreter(const Coordinates &at) const;

  Program program;
  std::vector<Value> parameters;
  std::vector<Elements> inputs;
};

} // namespace gaze::dsl::test

#endif // GAZE_TEST_DSL_LIBRARYPATTERN_H
