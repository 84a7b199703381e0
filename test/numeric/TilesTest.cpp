//===- TilesTest.cpp - Every length from 0 to three tiles ---------------------------===//
//
// Halide's own way to cut loops silently needs a length of one vector or one tile at least, or a
// whole number of them; ours must not. Small tiles make every length affordable.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <functional>

using namespace gaze;
using namespace gaze::test;

namespace {

/// One vector of queries, and 16 keys of which partial tiles have 8.
KernelOptions smallTiles(gaze_element element) {
  KernelOptions options;
  options.headDim = 8;
  options.element = element;
  options.scheduleJson = "{\"tile_q\": " + std::to_string(chooseSchedule(options).basis.lanes) +
                         ", \"tile_k\": 16, \"edge_k\": 8, \"keys\": 4, \"chunk_tiles\": 1}";
  return options;
}

/// Keys of documents that are 7 long.
InputData documents(std::int64_t count) {
  InputData data{{count}, {}, {}, {}};
  for (std::int64_t i = 0; i < count; ++i)
    data.ints.push_back(i / 7);
  return data;
}

/// Whether the plan takes keys in another order than their own.
bool reorders(const CompiledPattern &pattern, const gaze_shape &shape) {
  const auto nothing = [](void *, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                          std::int32_t) { return 0; };
  const Plan plan = pattern.plan(shape);
  return gaze_plan_visit(plan.get(), 0, 0, nothing, nullptr, nullptr) != GAZE_OK;
}

/// How many of the shapes were computed in another order.
int checkAll(CompiledPattern &pattern, std::int64_t stepQ, std::int64_t stepK) {
  int reordered = 0;
  for (std::int64_t seqQ = 1; seqQ <= 3 * pattern.table().tile_q; seqQ += stepQ)
    for (std::int64_t seqK = 1; seqK <= 3 * pattern.table().tile_k; seqK += stepK) {
      const gaze_shape given = shape(1, 2, 1, seqQ, seqK);
      if (pattern.inputCount() > 0)
        pattern.give({documents(seqK)});
      reordered += reorders(pattern, given) ? 1 : 0;
      pattern.check(given);
      if (testing::Test::HasFailure())
        return reordered;
    }
  return reordered;
}

struct Case {
  const char *name, *text;
  bool reorders = false;
  gaze_element element = GAZE_ELEMENT_FLOAT32;
};

std::ostream &operator<<(std::ostream &out, const Case &of) { return out << of.name; }

class Tiles : public testing::TestWithParam<Case> {};

TEST_P(Tiles, ofEveryLength) {
  CompiledPattern pattern(GetParam().text, smallTiles(GetParam().element));
  EXPECT_EQ(GetParam().reorders, checkAll(pattern, 1, 1) > 0);
}

TEST_P(Tiles, ofTheDefaultSizes) {
  CompiledPattern pattern(GetParam().text, 8, 0, "host", GetParam().element);
  checkAll(pattern, 5, 7);
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, Tiles,
    testing::Values(Case{"everything", "pattern p() {}"},
                    Case{"causal", "pattern p() { keep k <= q; }"},
                    Case{"window", "pattern p() { keep abs(q - k) < 6 or k < 3; }", false,
                         GAZE_ELEMENT_FLOAT16},
                    Case{"documents", "pattern p() { input doc: int[seq_k];"
                                      "  keep k <= q and doc[max(q, 0)] == doc[k]; }"},
                    Case{"strided", "pattern p() { keep (q - k) % 3 == 0; }", true},
                    Case{"columns", "pattern p() { keep k <= q and k % 5 == 4; }", true,
                         GAZE_ELEMENT_BFLOAT16}),
    [](const auto &of) { return of.param.name; });

/// Zero queries, or zero keys, are no attention.
TEST(Tiles, ofNoLength) {
  const CompiledPattern pattern("pattern p() { keep k <= q; }", smallTiles(GAZE_ELEMENT_FLOAT32));
  const auto refusal = [&](const gaze_shape &given) {
    Plan plan;
    const Status status = Plan::tryMake(plan, pattern.table(), given);
    EXPECT_EQ(GAZE_INVALID_ARGUMENT, status.code());
    return std::string(status.message());
  };
  for (const std::int64_t other : {1, 8, 16, 17}) {
    EXPECT_EQ("seq_q must be from 1 to 2147418112, not 0", refusal({1, 1, 1, 0, other, 0}));
    EXPECT_EQ("seq_k must be from 1 to 2147418112, not 0", refusal({1, 1, 1, other, 0, 0}));
  }
}

} // namespace
