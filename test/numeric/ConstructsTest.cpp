//===- ConstructsTest.cpp - Every construct of the language, in a kernel ------===//
#include "Harness.h"

using namespace gaze;
using namespace gaze::test;

namespace {

struct Construct {
  const char *name;
  const char *text;
};

class Constructs : public testing::TestWithParam<Construct> {};

const Construct constructs[] = {
    {"everything", "pattern p() {}"},
    {"nothing", "pattern p() { keep false; }"},
    {"comparison", "pattern p() { keep k <= q; }"},
    {"chain", "pattern p(window: int = 17) { keep 0 <= q - k < window; }"},
    {"longChain", "pattern p() { keep 0 < k <= q < 90 != q % 7; }"},
    {"equality", "pattern p() { keep q % 3 == k % 3 and q != k; }"},
    {"logic",
     "pattern p() { keep not (k > q) and (q - k < 9 or k < 4) or not (q < 60 or k < 60); }"},
    {"floorDivision", "pattern p() { keep (q - k - 20) / 7 % 3 == 1 or (k - q) / -5 == 2; }"},
    {"floorModulo", "pattern p() { keep (k - q) % 5 == 2 or (q - k) % -4 == -3; }"},
    {"negation", "pattern p() { keep -q + k >= -9; }"},
    {"minMaxClampAbs",
     "pattern p() { keep min(q, k) > max(q, k) - 8 or clamp(abs(q - k), 3, 11) == 5; }"},
    {"ifThenElse",
     "pattern p() { keep if q < 40 then k < 5 else if k > 50 then q > k else k == 7; }"},
    {"let", "pattern p(w: int = 6) { let far = q - k; let near = abs(far) <= w; "
            "keep near or far == 2 * w; }"},
    {"def", "def within(a, b, reach) = abs(a - b) <= reach; def start = k < 3; "
            "pattern p() { keep within(q, k, 5) or start or within(b = 70, reach = 2, a = q); }"},
    {"where", "pattern p(block: int = 16) { keep (abs(q - k) <= 1 or k == 0) "
              "where q = q / block, k = k / block; }"},
    {"whereSwaps", "pattern p() { keep (k <= q) where q = k, k = q; }"},
    {"whereThroughDefs", "def causal = k <= q; "
                         "pattern p() { keep causal and not (causal where q = q - 12); }"},
    {"chance",
     "pattern p(rate: float = 0.2, seed: int = 42) { keep chance(rate, seed, q, k, head); }"},
    {"chanceByBlocks", "pattern p() { keep chance(0.3, 7, q / 16, k / 16) or q == k; }"},
    {"chanceOfFloor", "pattern p() { keep chance(0.5, 1, floor(k * 0.3 - 10.0), -q); }"},
    {"floorAndWhatWraps",
     "pattern p(far: int = 4611686018427387904) {"
     "  keep (floor(q / 3.0 - 9.0) + far * 4) % 2 == 0 or (q / -5 + far * 2) / far == -2; }"},
    {"boolParameter", "pattern p(causal: bool = true) { keep not causal or k <= q; }"},
    {"floatParameter",
     "pattern p(slope: float = 0.37) { keep (q - k) * slope < 3.5 and k / 2.0 < q; }"},
    {"floatDivisionAndModulo", "pattern p(a: float = 0.37) { keep (q - k) * a % 2.5 < 1.1 "
                               "and q * 1.0 / (k + 1) > 0.5; }"},
    {"floorOfFloat", "pattern p() { keep floor(q / 3.0) == floor(k * 0.31 - 2.5); }"},
    // The sign of zero, which a division shows.
    {"minusZero",
     "pattern p(z: float = 0.0) { keep k <= q and (1 / (-(z * k)) < 0 or 1 / (-z) > 0); }"},
    {"absoluteZero", "pattern p() { keep 1 / abs(-0.0 * k) > 0 or k > 9; }"},
    {"minusZeroInScores",
     "pattern p(z: float = 0.0) { keep k <= q; score = if 1 / (-(score * z)) < 0 then 0.1 * k "
     "else abs(-score * 0.0); }"},
    // NaN in a mask: every comparison with it is false but !=, also in the tile bounds.
    {"nanOfSqrt", "pattern p() { keep k <= q and sqrt(q - k) < 4; }"},
    {"nanOfLog", "pattern p() { keep log2(q - k) < 3; }"},
    {"nanOfDivision", "pattern p() { keep q / (1.0 * k) < 2 and 1.0 / (q - k) > 0.1; }"},
    {"nanOfModulo", "pattern p() { keep k % (1.0 * q) < 1.0; }"},
    {"nanOfMinimum", "pattern p() { keep min(1.0 * k / q, 1.0) > 0.5; }"},
    {"nanDenied", "pattern p() { keep not (sqrt(q - k) >= 3.0) and not (log(k - 5) != 1.0); }"},
    {"nanToInt",
     "pattern p() { keep k <= q and floor(sqrt(q - k)) * floor(sqrt(q - k)) == q - k; }"},
    {"zeroDivisors", "pattern p() { keep k <= q and (if q > 1000 then q / (head - head) else 1) "
                     "== 1 and (if k < 0 then 1.0 * q / (k - k) else 1.0) > 0; }"},
    // Ints at the ends of their range, where x - y <= z is not x <= z + y.
    {"extremeBounds",
     "pattern p(most: int = 9223372036854775807, least: int = -9223372036854775807) {"
     "  keep q - k <= most and k - q >= -most and q - k > least; }"},
    {"extremeProducts",
     "pattern p(most: int = 9223372036854775807) {"
     "  keep (q - k) * most <= -most or q + most < k or q + most == k + most; }"},
    {"sizes", "pattern p() { keep k < seq_k - 5 and q - k < seq_q + heads - head_dim; }"},
    {"heads",
     "pattern p(dense_heads: int = 1) { keep k <= q and (head < dense_heads or q - k < 10); }"},
    {"batch", "pattern p() { keep k >= batch * 20 and k % (batch + 2) == 0; }"},
    {"softcap", "def softcap(x, cap) = cap * tanh(x / cap); "
                "pattern p(cap: float = 2.0) { score = softcap(score, cap); }"},
    {"alibi", "pattern p() { keep k <= q; "
              "score = score - exp2(-8.0 * (head + 1) / heads) * (q - k); }"},
    {"scoreFunctions", "pattern p() { score = sin(score) + cos(0.1 * (q - k)) + sqrt(abs(score)); "
                       "score = max(score, -1.5) - min(score, 0.5) * log(k + 2) / log2(q + 4); }"},
    {"scoreExponentials",
     "pattern p() { score = exp(0.1 * score) + exp2(0.2 * score) + floor(score); }"},
    {"scoreByHead", "pattern p() { score = if head == 0 then 0.0 else score; }"},
    {"scoreDropsKeys", "pattern p() { score = if k % 7 == 0 then log(0.0) else score; }"},
    {"scoreDropsRows", "pattern p() { score = if q % 5 == 0 then log(0.0) else score; }"},
    {"scoreAddsMinusInfinity",
     "pattern p() { score = score + (if k <= q then 0.0 else log(0.0)); }"},
    {"scoreAddsHugeNumber", "pattern p() { score = score + (if k <= q then 0.0 else -1e38); }"},
    {"scoreIsMinusInfinity", "pattern p() { score = log(0.0) * 1.0 + score; }"},
    {"scaleIsMinusInfinity", "pattern p() { scale = log(0.0); }"},
    {"requireSeesNan",
     "pattern p(z: float = 0.0) { require floor(z / z) == 0, \"NaN is 0\"; keep k <= q; }"},
    {"scale", "pattern p() { scale = 0.5 / sqrt(head_dim); }"},
    {"scaleIsInt", "pattern p() { scale = 0; }"},
    {"scaleByQuery", "pattern p() { scale = 0.1 * log(q + 2) / (head + 1); }"},
};

TEST_P(Constructs, asTheReference) {
  const CompiledPattern pattern(GetParam().text);
  const bool needsBatch = std::string(GetParam().name) == "batch";
  pattern.check(shape(needsBatch ? 3 : 1, 2, 2, 100, 100));
  pattern.check(shape(1, 2, 1, 33, 150));
  gaze_shape shifted = shape(1, 2, 2, 70, 40);
  shifted.q_start = -30; // queries before the first key and behind the last
  if (std::string(GetParam().text).find("log(q") == std::string::npos)
    pattern.check(shifted);
}

INSTANTIATE_TEST_SUITE_P(All, Constructs, testing::ValuesIn(constructs),
                         [](const auto &tested) { return std::string(tested.param.name); });

const auto integer = [](std::int64_t value) { return dsl::Value{dsl::Type::Int, value, 0}; };
const auto real = [](double value) { return dsl::Value{dsl::Type::Float, 0, value}; };
const auto boolean = [](bool value) { return dsl::Value{dsl::Type::Bool, value, 0}; };

TEST(Parameters, oneKernelForAllValues) {
  const CompiledPattern pattern("pattern p(window: int, slope: float, causal: bool = true) {"
                                "  keep abs(q - k) <= window and (k <= q or not causal);"
                                "  score = score - slope * abs(q - k); }");
  for (std::int64_t window : {-1, 0, 1, 40, 1000})
    for (bool causal : {false, true})
      pattern.check(shape(1, 2, 2, 77, 77), {integer(window), real(0.03), boolean(causal)});
}

TEST(Parameters, lengthsChangeAndNothingRecompiles) {
  const CompiledPattern pattern("pattern p(stride: int = 9) { keep (q - k) % stride == 0; }");
  for (std::int64_t seq : {1, 2, 9, 100, 333})
    pattern.check(shape(1, 1, 1, seq, seq), {integer(seq % 4 + 1)});
}

TEST(Parameters, divisorZero) {
  const CompiledPattern pattern("pattern p(stride: int = 9) { keep k % max(stride, 1) == 0; }");
  pattern.check(shape(1, 1, 1, 40, 40), {integer(0)});
}

TEST(Require, failsBeforeAnythingRuns) {
  const CompiledPattern pattern("pattern p(window: int = 8) {\n"
                                "  require window > 0, \"the window must be positive\";\n"
                                "  require window < seq_k, \"the window must fit\";\n"
                                "  keep abs(q - k) < window; }");
  pattern.check(shape(1, 1, 1, 20, 20));
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 20, 20));
  const auto failure = [&](std::int64_t window) {
    try {
      pattern.run(tensors, {integer(window)});
    } catch (const Error &error) {
      EXPECT_EQ(error.code(), GAZE_REQUIREMENT_FAILED);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(failure(0).find("the window must be positive"), std::string::npos) << failure(0);
  EXPECT_NE(failure(20).find("the window must fit"), std::string::npos) << failure(20);
}

} // namespace
