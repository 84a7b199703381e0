//===- SimplifyBooleansTest.cpp - Logic keeps its truth table --------------------===//
//
// Random logic over comparisons, before and after the pass, for all values that
// tell its cases apart: less, equal, greater, NaN.
//
//===----------------------------------------------------------------------===//
#include "Evaluate.h"
#include "Lower.h"
#include "RandomPattern.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gaze::test {
namespace {

/// q, w and flag by all their values, and p by all orders that it can have to them.
std::vector<Inputs> allInputs() {
  std::vector<Inputs> all;
  for (std::int64_t q : {-1, 0, 1})
    for (std::int64_t w : {-1, 0, 1})
      for (double p : {-1.0, -0.5, -0.0, 0.5, 1.0, double(NAN)})
        for (std::int64_t flag : {0, 1}) {
          Inputs inputs;
          inputs.coordinates[0] = q;
          inputs.parameters = {{w, 0}, {0, p}, {flag, 0}};
          all.push_back(inputs);
        }
  return all;
}

TEST(SimplifyBooleans, KeepsTruthTables) {
  std::mt19937_64 random(7);
  const std::vector<Inputs> inputs = allInputs();
  size_t nodesBefore = 0, nodesAfter = 0;
  for (int round = 0; round < 20; ++round) {
    std::string module = randomPatternDefs;
    for (int i = 0; i < 100; ++i)
      module += randomPattern("pattern" + std::to_string(i), Flavour::Booleans, random);
    // Equal operations are one before, as in the whole lowering.
    std::vector<Kernel> before = lower(module, "gaze-inline,cse,gaze-lower-to-kernel");
    std::vector<Kernel> after =
        lower(module, "gaze-inline,cse,gaze-simplify-booleans,gaze-lower-to-kernel");
    ASSERT_EQ(before.size(), 100u);
    ASSERT_EQ(after.size(), 100u);
    for (size_t i = 0; i < before.size(); ++i) {
      nodesBefore += before[i].keep.nodes.size();
      nodesAfter += after[i].keep.nodes.size();
      for (const Inputs &at : inputs)
        ASSERT_EQ(evaluate(before[i].keep, at).results[0].integer,
                  evaluate(after[i].keep, at).results[0].integer)
            << "round " << round << ", pattern " << i << ", q " << at.coordinates[0] << ", w "
            << at.parameters[0].integer << ", p " << at.parameters[1].real << ", flag "
            << at.parameters[2].integer;
    }
  }
  EXPECT_LT(nodesAfter, nodesBefore * 3 / 4) << "nothing much was simplified";
}

} // namespace
} // namespace gaze::test
