//===- PromisesTest.cpp - Kernels that check what plans promise them -------------===//
//
// Kernels rely on plans: no index that comes from one is checked in generated code. A checked
// kernel (KernelOptions::checksPromises) refuses what is outside of its buffers, so one that runs
// clean shows that plans promise nothing wrong. Here the lists of plans are falsified on their way
// into a kernel as well: a checked kernel that lets that pass would show nothing.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <HalideRuntime.h>

#include <limits>
#include <tuple>

using namespace gaze;
using namespace gaze::test;

namespace {

KernelOptions checked(gaze_element element = GAZE_ELEMENT_FLOAT32) {
  KernelOptions options;
  options.headDim = 16;
  options.element = element;
  options.checksPromises = true;
  return options;
}

/// One entry of a list of a plan that a kernel sees otherwise.
struct Lie {
  enum Place { First, Last } place;
  std::int32_t entry;
};
Lie lie;

/// A function of a kernel whose argument `list` is falsified.
template <std::size_t list, typename... Arguments> struct Falsified {
  static inline int (*genuine)(Arguments...);

  static int call(Arguments... arguments) {
    const halide_buffer_t &buffer = *std::get<list>(std::tie(arguments...));
    const int place = lie.place == Lie::First ? 0 : buffer.dim[0].extent - 1;
    std::int32_t &entry = reinterpret_cast<std::int32_t *>(buffer.host)[place];
    const std::int32_t before = entry;
    entry = lie.entry;
    const int code = genuine(arguments...);
    entry = before;
    return code;
  }
};

constexpr std::size_t tiles = 7, keys = 14; // arguments of accumulate, in gaze/gaze.h

template <std::size_t list, typename... Arguments> void falsify(int (*&function)(Arguments...)) {
  Falsified<list, Arguments...>::genuine = function;
  function = Falsified<list, Arguments...>::call;
}

/// Runs a plan that `kernel` has made; what is wrong, or "".
std::string run(const gaze_kernel &kernel, const gaze_shape &shape, std::int64_t parts = 1) {
  const Plan plan(kernel, shape);
  EXPECT_EQ(parts, plan.info().parts);
  Tensors data(shape, kernel.head_dim, kernel.value_dim);
  const auto tensor = [&](std::vector<float> &of, std::int64_t heads, std::int64_t rows) {
    return gaze_tensor(view(of.data(), {shape.batch, heads, rows, kernel.head_dim}));
  };
  const gaze_tensor q = tensor(data.q, shape.heads, shape.seq_q),
                    k = tensor(data.k, shape.kv_heads, shape.seq_k),
                    v = tensor(data.v, shape.kv_heads, shape.seq_k),
                    out = tensor(data.out, shape.heads, shape.seq_q);
  const Options oneThread(1);
  gaze_error error = {};
  if (gaze_run(plan.get(), &q, &k, &v, &out, nullptr, oneThread.get(), &error) == GAZE_OK)
    return "";
  EXPECT_EQ(GAZE_INTERNAL_ERROR, error.status);
  return error.message;
}

std::string refused(const std::string &function) {
  return function + " failed with code " + std::to_string(halide_error_code_requirement_failed);
}

const std::int32_t farAway[] = {-1, std::numeric_limits<std::int32_t>::max() / 16,
                                std::numeric_limits<std::int32_t>::max(),
                                std::numeric_limits<std::int32_t>::min()};

class FalsePlans : public testing::Test {
protected:
  const CompiledPattern causal{"pattern p() { keep k <= q; }", checked()};
  gaze_kernel kernel = causal.table();
  const std::int64_t tileK = kernel.tile_k, edgeK = kernel.edge_k;
  const gaze_shape many = shape(1, 2, 1, 5 * tileK, 5 * tileK);
  const std::int32_t edges = static_cast<std::int32_t>(many.seq_k / edgeK);
};

TEST_F(FalsePlans, AreRefusedTileByTile) {
  falsify<tiles>(kernel.accumulate);
  for (const Lie::Place place : {Lie::First, Lie::Last}) {
    for (const std::int32_t entry : farAway) {
      lie = {place, entry};
      EXPECT_EQ(refused("accumulate"), run(kernel, many)) << place << ", " << entry;
    }
    lie = {place, edges};
    EXPECT_EQ(refused("accumulate"), run(kernel, many)) << place;
    lie = {place, 0}; // the wrong tile, and yet within K
    EXPECT_EQ("", run(kernel, many)) << place;
  }
}

/// A full tile that begins within K and ends outside of it.
TEST_F(FalsePlans, AreRefusedWhereATileEndsBehindK) {
  ASSERT_GT(tileK, edgeK);
  falsify<tiles>(kernel.accumulate);
  const gaze_shape oneRow = shape(1, 1, 1, kernel.tile_q, 5 * tileK); // its first tile is full
  lie = {Lie::First, static_cast<std::int32_t>((oneRow.seq_k - tileK) / edgeK)};
  EXPECT_EQ("", run(kernel, oneRow));
  ++lie.entry;
  EXPECT_EQ(refused("accumulate"), run(kernel, oneRow));
}

TEST_F(FalsePlans, AreRefusedWithFewRows) {
  falsify<tiles>(kernel.accumulate_rows);
  const gaze_shape decode = shape(1, 2, 1, 1, many.seq_k - 1);
  for (const Lie::Place place : {Lie::First, Lie::Last}) {
    for (const std::int32_t entry : farAway) {
      lie = {place, entry};
      EXPECT_EQ(refused("accumulate_rows"), run(kernel, decode)) << place << ", " << entry;
    }
    lie = {place, edges};
    EXPECT_EQ(refused("accumulate_rows"), run(kernel, decode)) << place;
  }
}

/// Lists of tiles, and of the keys that these are made of.
TEST(FalseParts, AreRefused) {
  const CompiledPattern strided("pattern p() { keep (q - k) % 7 == 0; }", checked());
  const gaze_shape given = shape(1, 1, 1, 1000, 1000);
  ASSERT_EQ(1, strided.table().part_count);
  ASSERT_EQ(GAZE_ORDER_CONGRUENT, strided.table().parts[0].order);
  for (const bool ofTiles : {true, false}) {
    gaze_kernel kernel = strided.table();
    gaze_part part = kernel.parts[0];
    kernel.parts = &part;
    if (ofTiles)
      falsify<tiles>(part.accumulate_listed);
    else
      falsify<keys>(part.accumulate_listed);
    for (const std::int32_t entry :
         {std::int32_t{1000}, std::numeric_limits<std::int32_t>::max()}) {
      lie = {Lie::First, entry};
      EXPECT_EQ(refused("accumulate_listed"), run(kernel, given)) << ofTiles << ", " << entry;
    }
    lie = {Lie::First, 0};
    EXPECT_EQ("", run(kernel, given));
  }
}

/// Every length of a row of tiles, every kernel function, and every way to make a plan.
TEST(CheckedKernels, FindNothingInPlans) {
  for (const char *text :
       {"import \"std\"; pattern p() { keep causal; }",
        "import \"std\"; pattern p() { keep causal and (sinks(4) or local(40, 0)); }",
        "pattern p() { keep abs(q - k) <= 20 or k < 5 or q < 5; }",
        "import \"std\"; pattern p() { keep causal and (local(9, 0) or strided(13)); }",
        "pattern p() { keep k <= q and (q / 13 == k / 13 or k % 13 >= 12); }",
        "import \"std\"; pattern p() { keep causal and (blocks(16) or"
        "  top_blocks(2, 16, by = mean, share = 1)); }",
        "import \"std\"; pattern p() { keep causal and (blocks(8) or"
        "  top_blocks(3, 8, by = minmax)); }",
        "pattern p() { keep k > q + 20; score = score - 0.1 * abs(q - k); }"}) {
    SCOPED_TRACE(text);
    const CompiledPattern pattern(text, checked());
    for (const std::int64_t seq : {1, 2, 15, 17, 65, 130, 301})
      pattern.check(shape(1, 2, 1, seq, seq));
    for (const std::int64_t seqK : {5, 130, 2001})
      pattern.check(shape(2, 4, 2, 2, seqK));
  }
}

TEST(CheckedKernels, FindNothingInPlansThatReadInputs) {
  CompiledPattern pattern("import \"std\"; pattern p() { input doc: int[batch, seq_k];"
                          "  keep causal and doc[batch, q] == doc[batch, k]; }",
                          checked(GAZE_ELEMENT_FLOAT16));
  for (const std::int64_t seq : {1, 33, 200}) {
    InputData doc{{2, seq}, {}, {}, {}};
    for (std::int64_t i = 0; i < 2 * seq; ++i)
      doc.ints.push_back(i % seq / 37);
    pattern.give({doc});
    pattern.check(shape(2, 2, 1, seq, seq));
  }
}

} // namespace
