//===- FrontEndTest.cpp - Kernels mean what the interpreter says -----------------===//
//
// The interpreter (dsl/Interpreter.h) defines the language and shares nothing with
// the passes: published patterns, written-out cases and random files must agree
// with it pair by pair.
//
//===----------------------------------------------------------------------===//
#include "compiler/FrontEnd.h"

#include "Evaluate.h"
#include "Lower.h"
#include "RandomPattern.h"
#include "RandomText.h"
#include "dsl/Interpreter.h"
#include "dsl/Load.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace gaze::test {
namespace {

/// A checked program of one file, and its first pattern's kernel.
struct Compiled {
  explicit Compiled(const std::string &text) {
    program = dsl::loadText("test.gaze", text, {GAZE_PATTERNS}, diagnostics);
    if (diagnostics.hasErrors())
      throw std::runtime_error(diagnostics.render(program.sources) + text);
    kernel = lowerToKernel(program, program.patterns.at(0), diagnostics);
    if (!kernel)
      throw std::runtime_error(diagnostics.render(program.sources) + text);
  }
  const dsl::Pattern &pattern() const { return program.patterns.at(0); }

  dsl::Program program;
  dsl::Diagnostics diagnostics;
  std::optional<Kernel> kernel;
};

dsl::Value valueOf(const KernelParameter &parameter, const Scalar &scalar) {
  dsl::Type type = parameter.type == ValueType::F64  ? dsl::Type::Float
                   : parameter.type == ValueType::I1 ? dsl::Type::Bool
                                                     : dsl::Type::Int;
  return {type, scalar.integer, scalar.real};
}

/// Both readings of one pattern at the same place.
class BothReadings {
public:
  BothReadings(const Compiled &compiled, const Inputs &inputs)
      : kernel(*compiled.kernel), inputs(inputs),
        interpreter(compiled.program, compiled.pattern(), values()) {
    at.integers = inputs.coordinates;
    at.score = inputs.score;
  }

  void expectEqualKeep() const {
    EXPECT_EQ(evaluate(kernel.keep, inputs).results.at(0).integer != 0, interpreter.keep(at));
  }
  void expectEqualScale() const {
    if (kernel.scale.results.empty())
      return;
    EXPECT_DOUBLE_EQ(evaluate(kernel.scale, inputs).results.at(0).real, interpreter.scale(at));
  }
  /// The kernel computes scores in f32.
  void expectNearScore() const {
    if (kernel.score.results.empty())
      return;
    double expected = interpreter.score(at);
    EXPECT_NEAR(evaluate(kernel.score, inputs).results.at(0).real, expected,
                1e-5 * (1 + std::fabs(expected)));
  }

private:
  std::vector<dsl::Value> values() const {
    std::vector<dsl::Value> list;
    for (size_t i = 0; i < kernel.parameters.size(); ++i)
      list.push_back(valueOf(kernel.parameters[i], inputs.parameters.at(i)));
    return list;
  }

  const Kernel &kernel;
  const Inputs &inputs;
  dsl::Interpreter interpreter;
  dsl::Coordinates at;
};

Inputs withDefaults(const Kernel &kernel) {
  Inputs inputs;
  for (const KernelParameter &parameter : kernel.parameters)
    inputs.parameters.push_back({parameter.integer, parameter.real});
  return inputs;
}

class Language : public testing::TestWithParam<const char *> {};

TEST_P(Language, AgreesWithTheInterpreter) {
  Compiled compiled(GetParam());
  Inputs inputs = withDefaults(*compiled.kernel);
  for (std::int64_t q = -3; q < 200; q += 7)
    for (std::int64_t k = 0; k < 200; k += 9)
      for (std::int64_t head : {0, 3}) {
        inputs.coordinates = {q, k, head, 1, 200, 256, 4, 64};
        inputs.score = 0.37 * static_cast<double>(q - k);
        BothReadings readings(compiled, inputs);
        readings.expectEqualKeep();
        readings.expectEqualScale();
        readings.expectNearScore();
        if (HasFailure())
          FAIL() << "at q " << q << ", k " << k << ", head " << head << " of " << GetParam();
      }
}

INSTANTIATE_TEST_SUITE_P(
    Files, Language,
    testing::Values(
        "pattern empty() {}",
        "import \"std\"; pattern p(window: int = 64) { keep causal and local(window - 1, 0); }",
        "pattern longformer(window: int = 51, globals: int = 6) {\n"
        "  keep abs(q - k) <= window / 2 or k < globals or q < globals; }",
        "import \"std\"; pattern bigbird(block: int = 16, random: float = 0.3, seed: int = 0) {\n"
        "  keep (local(1, 1) or k < 2 or q < 2 or chance(random, seed, q, k))\n"
        "       where q = q / block, k = k / block; }",
        "import \"std\"; pattern gemma(cap: float = 50.0) { keep causal;\n"
        "  score = softcap(score, cap); }",
        "import \"std\"; pattern alibi() { keep causal; score = score + alibi;\n"
        "  score = if score < -30 then -30 else score; score = score * 2 + 1; }",
        "pattern scaled(s: float = 3.0) { scale = s / (q + 10) * head_dim % 7; score = 3; }",
        "pattern windows(w: int = 5) { let near = q - k < w; let far = near where w = w * 10;\n"
        "  keep 0 <= q - k and (near or far and k % 2 == 0 or (near where w = w + 1, k = 2)); }",
        "def twice(x) = x + x; def more(x) = twice(x) * score;\n"
        "pattern instances(f: float = 0.5) { keep twice(q) > twice(f) and twice(k) < 300;\n"
        "  score = more(f) + more(head) + more(score); }",
        "pattern bools(a: bool = true) { keep a == (q < k) or (a != (head == 0)); }"));

TEST(FrontEnd, RandomFilesAgreeWithTheInterpreter) {
  std::mt19937_64 random(5);
  for (int file = 0; file < 800; ++file) {
    std::string text = randomText(random);
    Compiled compiled(text);
    for (int i = 0; i < 20; ++i) {
      Inputs inputs;
      for (std::int64_t &coordinate : inputs.coordinates)
        coordinate = static_cast<std::int64_t>(random() % 80);
      inputs.parameters = {
          {oddInt(random), 0}, {0, oddFloat(random)}, {static_cast<std::int64_t>(random() % 2), 0}};
      BothReadings(compiled, inputs).expectEqualKeep();
      ASSERT_FALSE(HasFailure()) << text << "q " << inputs.coordinates[0] << ", k "
                                 << inputs.coordinates[1] << ", w " << inputs.parameters[0].integer
                                 << ", p " << inputs.parameters[1].real;
    }
  }
}

TEST(FrontEnd, TheDialectReadsBackAsItIsPrinted) {
  std::mt19937_64 random(6);
  for (int file = 0; file < 50; ++file) {
    Compiled compiled(randomText(random));
    std::string text = emitDialect(compiled.program, compiled.pattern());
    EXPECT_EQ(reprint(text), text);
  }
}

//===----------------------------------------------------------------------===//
// What a kernel says beside its functions
//===----------------------------------------------------------------------===//

TEST(FrontEnd, ParametersKeepTheirOrderAndDefaults) {
  Compiled compiled("pattern p(w: int = -5, f: float = 0.25, b: bool = true, n: int) { keep b; }");
  const std::vector<KernelParameter> &parameters = compiled.kernel->parameters;
  ASSERT_EQ(parameters.size(), 4u);
  EXPECT_EQ(parameters[0].name, "w");
  EXPECT_EQ(parameters[0].type, ValueType::I64);
  EXPECT_EQ(parameters[0].integer, -5);
  EXPECT_EQ(parameters[1].type, ValueType::F64);
  EXPECT_EQ(parameters[1].real, 0.25);
  EXPECT_EQ(parameters[2].type, ValueType::I1);
  EXPECT_EQ(parameters[2].integer, 1);
  EXPECT_TRUE(parameters[2].hasDefault);
  EXPECT_FALSE(parameters[3].hasDefault);
}

TEST(FrontEnd, SaysWhatKeepReads) {
  EXPECT_TRUE(Compiled("pattern p() { score = score + head; }").kernel->keepsEverything);
  EXPECT_TRUE(Compiled("pattern p() { keep q - q == 0; }").kernel->keepsEverything);
  EXPECT_FALSE(Compiled("pattern p() { keep q < k; }").kernel->keepsEverything);
  EXPECT_FALSE(Compiled("pattern p() { score = score + head; }").kernel->keepReadsHead);
  EXPECT_TRUE(Compiled("pattern p() { keep head < 2; }").kernel->keepReadsHead);
  EXPECT_FALSE(Compiled("pattern p() { keep head < 2; }").kernel->keepReadsBatch);
  EXPECT_TRUE(Compiled("pattern p() { keep batch < 2; }").kernel->keepReadsBatch);
}

/// Whether requirement `index` holds with parameter 0 as `value`.
bool holds(const Compiled &compiled, size_t index, std::int64_t value) {
  Inputs inputs = withDefaults(*compiled.kernel);
  inputs.parameters.at(0).integer = value;
  return evaluate(compiled.kernel->requirements.at(index).condition, inputs).results.at(0).integer;
}

TEST(FrontEnd, RequirementsHaveTheirPlace) {
  Compiled compiled("pattern p(w: int) {\n  require w > 2, \"w is too small\";\n  keep k < w; }");
  ASSERT_EQ(compiled.kernel->requirements.size(), 1u);
  EXPECT_EQ(compiled.kernel->requirements[0].message, "w is too small");
  EXPECT_EQ(compiled.kernel->requirements[0].place.substr(0, 12), "test.gaze:2:");
  EXPECT_FALSE(holds(compiled, 0, 2));
  EXPECT_TRUE(holds(compiled, 0, 3));
}

TEST(FrontEnd, DivisorsThatAreAlwaysReadMustNotBeZero) {
  Compiled compiled("pattern p(b: int) {\n  keep q / b == k / b; }");
  ASSERT_EQ(compiled.kernel->requirements.size(), 1u) << "one for both divisions by b";
  EXPECT_EQ(compiled.kernel->requirements[0].message, "division by zero: the divisor is 0 here");
  EXPECT_EQ(compiled.kernel->requirements[0].place, "test.gaze:2:8");
  EXPECT_FALSE(holds(compiled, 0, 0));
  EXPECT_TRUE(holds(compiled, 0, -1));
}

TEST(FrontEnd, DivisionsInDefsAreRequiredAtTheCall) {
  Compiled compiled("import \"std\";\npattern p(b: int) {\n  keep strided(b); }");
  ASSERT_EQ(compiled.kernel->requirements.size(), 1u);
  EXPECT_EQ(compiled.kernel->requirements[0].place, "test.gaze:3:8");
  EXPECT_FALSE(holds(compiled, 0, 0));
}

TEST(FrontEnd, OtherDivisorsMayBeZero) {
  for (const char *keep :
       {"if b == 0 then true else q / b > 1", "b == 0 or q % b == 0", "b != 0 and q % b == 0",
        "q / k > b", "q / (b + 0.0) > 1", "0 < b < q / b"})
    EXPECT_TRUE(Compiled(std::string("pattern p(b: int) { keep ") + keep + "; }")
                    .kernel->requirements.empty())
        << keep;
}

/// As deep as the checker allows (maxExprDepth), or nearly.
TEST(FrontEnd, DeepFilesDoNotCrash) {
  std::string lets = "let l0 = q < k;\n", defs = "def d0(x) = q < x;\n", sum = "q";
  for (int i = 1; i < 480; ++i) {
    std::string last = std::to_string(i - 1), next = std::to_string(i);
    lets += "let l" + next + " = l" + last + " where q = q + 1;\n";
    defs += "def d" + next + "(x) = d" + last + "(x + 1);\n";
    sum += " + k * " + next;
  }
  EXPECT_TRUE(Compiled("pattern p() { keep " + sum + " > 0; }").kernel);
  EXPECT_TRUE(Compiled("pattern p() { " + lets + "keep l479; }").kernel);
  EXPECT_TRUE(Compiled(defs + "pattern p() { keep d479(k); }").kernel);
}

} // namespace
} // namespace gaze::test
