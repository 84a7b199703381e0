//===- FaultsTest.cpp - Indices outside of inputs, and which one is reported ---===//
#include "FakeKernel.h"

#include "gaze/gaze.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gaze::test {
namespace {

class Faults : public testing::Test {
protected:
  const gaze_input inputs[2] = {{"doc", GAZE_INT, 2, "[batch, seq_k]"},
                                {"bias", GAZE_FLOAT, 1, "[heads]"}};
  const gaze_site sites[3] = {{0, 0, "a.gaze:3:8"}, {0, 1, "a.gaze:3:8"}, {1, 0, "a.gaze:4:11"}};
  const std::vector<std::int64_t> docs = std::vector<std::int64_t>(2 * 300);
  const std::vector<float> biases = std::vector<float>(3);
  gaze_kernel kernel = fakeKernel(4, 8);
  gaze_shape shape = {2, 3, 1, 300, 300, 1000};

  void SetUp() override {
    keep = [](auto, auto, auto, auto) { return true; };
    kernel.inputs = inputs;
    kernel.input_count = 2;
    kernel.sites = sites;
    kernel.site_count = 3;
    kernel.sizes = [](halide_buffer_t *, halide_buffer_t *out) {
      auto *size = reinterpret_cast<std::int64_t *>(out->host);
      size[0] = 2, size[1] = 300, size[2] = 3;
      return 0;
    };
    kernel.faults = faults;
    kernel.faults_read_head = kernel.faults_read_batch = 1;
    tried = 0;
  }
  void TearDown() override { fault = {}; }

  std::string refusal(int threads = 1) const {
    const gaze_input_tensor given[] = {{docs.data(), GAZE_ELEMENT_INT64, 2, {2, 300}},
                                       {biases.data(), GAZE_ELEMENT_FLOAT32, 1, {3}}};
    gaze_plan *plan = nullptr;
    gaze_error error = {};
    const gaze_status status = gaze_plan_create(&kernel, &shape, nullptr, 0, given, 2,
                                                Options(threads).get(), &plan, &error);
    gaze_plan_destroy(plan);
    EXPECT_EQ(plan ? GAZE_OK : GAZE_INDEX_OUT_OF_RANGE, status);
    return status == GAZE_OK ? "" : error.message;
  }
};

TEST_F(Faults, NoneIsFine) {
  fault = [](auto, auto, auto, auto) { return std::pair(0, 0); };
  EXPECT_EQ("", refusal());
  EXPECT_EQ(0, tried) << "the bounds of all pairs say it";
}

TEST_F(Faults, AreReported) {
  fault = [](auto q, auto k, auto head, auto batch) {
    return std::pair(q == 1077 && k == 211 && head == 2 && batch == 1 ? 2 : 0, -5);
  };
  EXPECT_EQ("a.gaze:3:8: error: index -5 of axis 1 is outside of the input 'doc' [2, 300], at "
            "batch 1, head 2, q 1077, k 211",
            refusal());
  EXPECT_EQ(4 * 8, tried) << "only the tile that cannot be shown to be right";
}

/// By batch entry, head, query and key, for every number of threads.
TEST_F(Faults, TheFirstIsReported) {
  struct Pair {
    std::int64_t q, k, head, batch;
  };
  // Each behind the ones below it.
  const std::vector<Pair> pairs = {{1000, 0, 0, 1},   {1000, 0, 2, 0},   {1299, 3, 1, 0},
                                   {1299, 2, 1, 0},   {1260, 299, 1, 0}, {1003, 17, 1, 0},
                                   {1003, 16, 1, 0},  {1002, 299, 1, 0}, {1299, 299, 0, 0},
                                   {1299, 298, 0, 0}, {1000, 1, 0, 0},   {1000, 0, 0, 0}};
  std::vector<Pair> some;
  for (const Pair &next : pairs) {
    some.push_back(next);
    fault = [&](auto q, auto k, auto head, auto batch) {
      for (const Pair &pair : some)
        if (pair.q == q && pair.k == k && pair.head == head && pair.batch == batch)
          return std::pair<std::int64_t, std::int64_t>(3, q + k);
      return std::pair<std::int64_t, std::int64_t>(0, 0);
    };
    const std::string expected = "a.gaze:4:11: error: index " + std::to_string(next.q + next.k) +
                                 " of axis 0 is outside of the input 'bias' [3], at batch " +
                                 std::to_string(next.batch) + ", head " +
                                 std::to_string(next.head) + ", q " + std::to_string(next.q) +
                                 ", k " + std::to_string(next.k);
    for (const int threads : {1, 2, 7})
      ASSERT_EQ(expected, refusal(threads)) << threads << " threads";
  }
}

/// Bounds that never know anything cost time and change nothing.
TEST_F(Faults, AreFoundPairByPairWhereNothingIsKnown) {
  kernel.classify = [](auto *, auto *, auto *, auto *, auto *, halide_buffer_t *rectangles,
                       halide_buffer_t *verdicts) {
    std::fill_n(verdicts->host, rectangles->dim[1].extent, std::uint8_t{1});
    return 0;
  };
  shape.seq_q = 37;
  fault = [](auto, auto, auto, auto) { return std::pair(0, 0); };
  EXPECT_EQ("", refusal(2));
  EXPECT_EQ(37 * 300 * 3 * 2, tried);
  fault = [](auto q, auto k, auto head, auto) {
    return std::pair(q + k == 1335 && head ? 1 : 0, 9);
  };
  EXPECT_EQ("a.gaze:3:8: error: index 9 of axis 0 is outside of the input 'doc' [2, 300], at "
            "batch 0, head 1, q 1036, k 299",
            refusal(2));
}

/// A head or batch entry that indices do not read is not tried again.
TEST_F(Faults, OfOneHeadStandForAll) {
  kernel.faults_read_head = kernel.faults_read_batch = 0;
  fault = [](auto q, auto k, auto, auto) { return std::pair(q == 1299 && k == 299 ? 1 : 0, 2); };
  EXPECT_EQ("a.gaze:3:8: error: index 2 of axis 0 is outside of the input 'doc' [2, 300], at "
            "batch 0, head 0, q 1299, k 299",
            refusal());
  EXPECT_EQ(4 * 4, tried); // 300 keys end with a tile of 4
}

TEST_F(Faults, FailuresOfAKernelAreOurFault) {
  fault = [](auto, auto, auto, auto) { return std::pair(1, 0); };
  kernel.faults = [](auto *, auto *, auto *, auto *, std::int64_t, std::int64_t, std::int64_t,
                     std::int64_t, auto *) { return -9; };
  gaze_plan *plan = nullptr;
  gaze_error error = {};
  const gaze_input_tensor given[] = {{docs.data(), GAZE_ELEMENT_INT64, 2, {2, 300}},
                                     {biases.data(), GAZE_ELEMENT_FLOAT32, 1, {3}}};
  EXPECT_EQ(GAZE_INTERNAL_ERROR,
            gaze_plan_create(&kernel, &shape, nullptr, 0, given, 2, nullptr, &plan, &error));
  EXPECT_STREQ("faults failed with code -9", error.message);
}

} // namespace
} // namespace gaze::test
