//===- PipelineTest.cpp - All passes together keep what a pattern means ----------===//
//
// Random patterns, inlined and otherwise as they were written, against the whole
// lowering, which folds and simplifies: the same pairs are kept, and the same indices are outside.
//
//===----------------------------------------------------------------------===//
#include "Evaluate.h"
#include "Lower.h"
#include "RandomPattern.h"

#include <gtest/gtest.h>

namespace gaze::test {
namespace {

Inputs randomInputs(std::mt19937_64 &random) {
  Inputs inputs;
  for (size_t i = 0; i < 8; ++i) {
    std::int64_t near = static_cast<std::int64_t>(random() % 41) - (i < 4 ? 20 : 0);
    bool isFar = random() % 8 == 0;
    inputs.coordinates[i] = isFar ? (std::int64_t(1) << 40) - std::abs(near) : near;
  }
  inputs.parameters = {
      {oddInt(random), 0}, {0, oddFloat(random)}, {static_cast<std::int64_t>(random() % 2), 0}};
  inputs.tensors = randomTensors(random);
  return inputs;
}

/// The site, or 0, and its index.
std::pair<std::int64_t, std::int64_t> faultOf(const Kernel &kernel, const Inputs &inputs) {
  if (kernel.faults.results.empty())
    return {0, 0};
  Evaluation fault = evaluate(kernel.faults, inputs);
  return {fault.results.at(0).integer, fault.results.at(1).integer};
}

TEST(Pipeline, KeepsTheSamePairs) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 40; ++round) {
    std::string module = randomPatternDefs;
    std::vector<std::string> texts;
    for (int i = 0; i < 50; ++i) {
      texts.push_back(randomPattern("pattern" + std::to_string(i), Flavour::Anything, random));
      module += texts.back();
    }
    std::vector<Kernel> plain =
        lower(module, "gaze-inline,gaze-merge-equal,gaze-find-faults,gaze-lower-to-kernel");
    std::vector<Kernel> lowered = lower(module);
    ASSERT_EQ(plain.size(), texts.size());
    ASSERT_EQ(lowered.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i)
      for (int j = 0; j < 50; ++j) {
        Inputs inputs = randomInputs(random);
        ASSERT_EQ(evaluate(plain[i].keep, inputs).results[0].integer,
                  evaluate(lowered[i].keep, inputs).results[0].integer)
            << texts[i] << "q " << inputs.coordinates[0] << ", k " << inputs.coordinates[1]
            << ", w " << inputs.parameters[0].integer << ", p " << inputs.parameters[1].real;
        auto [site, index] = faultOf(plain[i], inputs);
        auto [loweredSite, loweredIndex] = faultOf(lowered[i], inputs);
        ASSERT_EQ(site, loweredSite) << texts[i];
        ASSERT_TRUE(site == 0 || index == loweredIndex) << texts[i];
      }
  }
}

} // namespace
} // namespace gaze::test
