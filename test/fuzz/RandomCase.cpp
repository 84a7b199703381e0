//===- RandomCase.cpp - A random program, and problems for it ----------------------===//
//
// Most of the time goes into compiling, and there most into what Q, K and V go through. So one
// text has several problems, most of which are so small that the reference takes little; seven of
// eight kernels have masks and tile bounds alone; and most others have small tiles.
//
//===----------------------------------------------------------------------===//
#include "Case.h"

#include "RandomText.h"
#include "compiler/halide/Emit.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace gaze;
using namespace gaze::test;

namespace {

class Maker {
public:
  Maker(std::uint64_t seed, bool isAlwaysWhole, std::string target)
      : random(seed), isAlwaysWhole(isAlwaysWhole), target(std::move(target)) {}

  Case make() {
    Case result;
    const bool isWhole = isAlwaysWhole || below(8) == 0;
    result.options = options();
    result.options.maskOnly = !isWhole;
    // What selects blocks has no tiles without Q and K.
    result.text = randomText(random, isWhole ? Purpose::Running : Purpose::Masking);
    for (std::uint64_t i = 0; i < problemsOfCase; ++i)
      result.problems.push_back(problem(isWhole));
    return result;
  }

private:
  std::uint64_t below(std::uint64_t limit) { return random() % limit; }

  template <typename T> T oneOf(std::initializer_list<T> choices) {
    return choices.begin()[below(choices.size())];
  }

  KernelOptions options() {
    KernelOptions result;
    result.cached = Cached::Never;
    std::vector<std::string> targets = {"host"};
    for (const std::string &name : targetNames())
      if (const auto target = findTarget(name); !target->isGpu() && runsHere(*target))
        targets.push_back(name);
    const std::string &here = targets[below(targets.size())];
    result.target = target.empty() ? here : target;
    result.element = oneOf(
        {GAZE_ELEMENT_FLOAT32, GAZE_ELEMENT_FLOAT32, GAZE_ELEMENT_FLOAT16, GAZE_ELEMENT_BFLOAT16});
    result.headDim = oneOf({8, 8, 8, 8, 8, 16, 24, 40});
    result.valueDim = oneOf({8, 8, 8, 8, 8, 16, 24, 40});
    result.checksPromises = below(4) == 0;
    if (below(4))
      result.scheduleJson = schedule(findTarget(result.target)->lanes);
    return result;
  }

  std::string schedule(int lanes) {
    const int tileK = oneOf({8, 16, 24, 64});
    return "{\"tile_q\":" + std::to_string(lanes * oneOf({1, 1, 2, 3})) +
           ",\"tile_k\":" + std::to_string(tileK) +
           ",\"edge_k\":" + std::to_string(tileK / oneOf({1, 2, 4})) +
           ",\"keys\":2,\"channels\":" + std::to_string(oneOf({1, 2, 4})) +
           ",\"chunk_tiles\":" + std::to_string(oneOf({1, 2, 5})) +
           ",\"max_rows\":" + std::to_string(oneOf({1, 7, 32})) +
           ",\"orders\":" + std::to_string(oneOf({1, 2})) + "}";
  }

  /// From 1 to `most`, as often below 26 as above where that is 700.
  std::int64_t length(std::int64_t most) {
    const double exponent = static_cast<double>(below(1001)) / 1000;
    return std::llround(std::pow(static_cast<double>(most), exponent));
  }

  /// Small ones, since the reference looks at every pair; parts and lists of keys pay in large
  /// ones.
  Problem problem(bool isWhole) {
    Problem result;
    gaze_shape &shape = result.shape;
    if (below(isWhole ? 8 : 64) == 0) {
      shape.seq_q = 100 + static_cast<std::int64_t>(below(601));
      shape.seq_k = 100 + static_cast<std::int64_t>(below(601));
    } else {
      shape.seq_q = length(700);
      shape.seq_k = length(std::min<std::int64_t>(700, 8000 / shape.seq_q));
    }
    if (below(2))
      std::swap(shape.seq_q, shape.seq_k);
    shape.batch = oneOf({1, 1, 2});
    shape.kv_heads = oneOf({1, 1, 2});
    shape.heads = shape.kv_heads * oneOf({1, 1, 2, 3});
    shape.q_start = shape.seq_k - shape.seq_q;
    if (below(3) == 0)
      shape.q_start = static_cast<std::int64_t>(below(200)) - 100;
    else if (below(16) == 0)
      shape.q_start = oneOf<std::int64_t>({std::int64_t(1) << 39, -(std::int64_t(1) << 39)});
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    result.w = oneOf<std::int64_t>({-7, -1, 0, 1, 2, 3, 5, 13, 64, most, -most - 1});
    result.p = oneOf({0.0, 0.5, 1.0, -1.5, 40.25, 1e300, -0.0, 1e-310});
    result.flag = below(2) == 0;
    result.data = random();
    result.scale = oneOf({1.0, 1.0, 1.0, 0.01, 8.0});
    result.strided = below(3) == 0;
    result.inParts = below(2) == 0;
    return result;
  }

  std::mt19937_64 random;
  const bool isAlwaysWhole;
  const std::string target;
};

} // namespace

Case gaze::test::randomCase(std::uint64_t seed, bool isWhole, const std::string &target) {
  return Maker(seed, isWhole, target).make();
}
