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
    std::optional<LoweredKernel> lowered =
        lowerToKernel(program, program.patterns.at(0), diagnostics);
    if (!lowered)
      throw std::runtime_error(diagnostics.render(program.sources) + text);
    kernel = std::move(lowered->kernel);
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

/// Tensors of the test in the types of the language.
class DslTensors {
public:
  explicit DslTensors(const std::vector<Tensor> &tensors) {
    for (const Tensor &tensor : tensors) {
      ints.emplace_back();
      floats.emplace_back();
      bools.emplace_back();
      for (const Scalar &element : tensor.elements) {
        ints.back().push_back(element.integer);
        floats.back().push_back(static_cast<float>(element.real));
        bools.back().push_back(element.integer != 0);
      }
      all.push_back({tensor.sizes, ints.back().data(), floats.back().data(), bools.back().data()});
    }
  }
  std::vector<dsl::InputTensor> all;

private:
  std::vector<std::vector<std::int64_t>> ints;
  std::vector<std::vector<float>> floats;
  std::vector<std::vector<std::uint8_t>> bools;
};

/// Both readings of one pattern at the same place.
class BothReadings {
public:
  BothReadings(const Compiled &compiled, const Inputs &inputs)
      : kernel(*compiled.kernel), inputs(inputs), tensors(inputs.tensors),
        interpreter(compiled.program, compiled.pattern(), values(), tensors.all) {
    at.integers = inputs.coordinates;
    at.score = inputs.score;
  }

  /// Whether both refuse, with the same words.
  bool expectEqualFault() const {
    std::string expected = faultOfInterpreter(), found;
    if (!kernel.faults.results.empty()) {
      std::vector<Scalar> fault = evaluate(kernel.faults, inputs).results;
      if (fault.at(0).integer != 0)
        found = describe(kernel.sites.at(static_cast<size_t>(fault[0].integer - 1)),
                         fault.at(1).integer);
    }
    EXPECT_EQ(found, expected);
    return !expected.empty();
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
  /// The scale counts for every query, the score for pairs that are kept.
  std::string faultOfInterpreter() const {
    try {
      interpreter.scale(at);
      if (interpreter.keep(at))
        interpreter.score(at);
    } catch (const dsl::OutOfRange &outside) {
      return outside.what();
    }
    return "";
  }

  std::string describe(const IndexSite &site, std::int64_t index) const {
    std::string sizes;
    for (std::int64_t size : inputs.tensors.at(static_cast<size_t>(site.input)).sizes)
      sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
    return "index " + std::to_string(index) + " of axis " + std::to_string(site.axis) +
           " is outside of the input '" + kernel.inputs.at(static_cast<size_t>(site.input)).name +
           "' [" + sizes + "]";
  }

  std::vector<dsl::Value> values() const {
    std::vector<dsl::Value> list;
    for (size_t i = 0; i < kernel.parameters.size(); ++i)
      list.push_back(valueOf(kernel.parameters[i], inputs.parameters.at(i)));
    return list;
  }

  const Kernel &kernel;
  const Inputs &inputs;
  DslTensors tensors;
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

/// Small sizes, so that indices are often outside.
Tensor randomTensor(const KernelInput &input, std::mt19937_64 &random) {
  Tensor tensor;
  std::int64_t count = 1;
  for (size_t axis = 0; axis < input.sizes.results.size(); ++axis) {
    tensor.sizes.push_back(random() % 32 == 0 ? 0 : 1 + static_cast<std::int64_t>(random() % 40));
    count *= tensor.sizes.back();
  }
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t small = static_cast<std::int64_t>(random() % 12);
    tensor.elements.push_back(input.type == ValueType::F64
                                  ? Scalar{0, static_cast<double>(small) / 4}
                                  : Scalar{input.type == ValueType::I1 ? small > 1 : small, 0});
  }
  return tensor;
}

TEST(FrontEnd, RandomFilesAgreeWithTheInterpreter) {
  std::mt19937_64 random(5);
  int refused = 0, agreed = 0;
  for (int file = 0; file < 800; ++file) {
    std::string text = randomText(random);
    Compiled compiled(text);
    for (int i = 0; i < 20; ++i) {
      Inputs inputs;
      for (std::int64_t &coordinate : inputs.coordinates)
        coordinate = static_cast<std::int64_t>(random() % 80);
      inputs.parameters = {
          {oddInt(random), 0}, {0, oddFloat(random)}, {static_cast<std::int64_t>(random() % 2), 0}};
      for (const KernelInput &input : compiled.kernel->inputs)
        inputs.tensors.push_back(randomTensor(input, random));
      BothReadings readings(compiled, inputs);
      bool isRefused = readings.expectEqualFault();
      ++(isRefused ? refused : agreed);
      if (!isRefused)
        readings.expectEqualKeep();
      ASSERT_FALSE(HasFailure()) << text << "q " << inputs.coordinates[0] << ", k "
                                 << inputs.coordinates[1] << ", w " << inputs.parameters[0].integer
                                 << ", p " << inputs.parameters[1].real;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(agreed, 1000);
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

TEST(FrontEnd, InputsAreAsDeclared) {
  Compiled compiled("pattern p(w: int = 3) {\n"
                    "  input doc: int[batch,   seq_k + w];\n"
                    "  input bias: float[heads];\n"
                    "  input on: bool[head_dim * 2, seq_q, 1];\n"
                    "  keep doc[batch, k] == w and on[0, q, 0];\n"
                    "  score = score + bias[head];\n}");
  const std::vector<KernelInput> &inputs = compiled.kernel->inputs;
  ASSERT_EQ(inputs.size(), 3U);
  EXPECT_EQ(inputs[0].name, "doc");
  EXPECT_EQ(inputs[0].type, ValueType::I64);
  EXPECT_EQ(inputs[0].axes, "[batch, seq_k + w]");
  EXPECT_EQ(inputs[1].type, ValueType::F64);
  EXPECT_EQ(inputs[2].type, ValueType::I1);
  Inputs at = withDefaults(*compiled.kernel);
  at.coordinates = {0, 0, 0, 5, 10, 20, 7, 64}; // 5 batch entries
  EXPECT_EQ(evaluate(inputs[0].sizes, at).results.at(0).integer, 5);
  EXPECT_EQ(evaluate(inputs[0].sizes, at).results.at(1).integer, 23);
  EXPECT_EQ(evaluate(inputs[2].sizes, at).results.at(0).integer, 128);
  // One site for each index, in the order of places.
  const std::vector<IndexSite> &sites = compiled.kernel->sites;
  ASSERT_EQ(sites.size(), 6U);
  const char *const places[] = {"test.gaze:5:8",  "test.gaze:5:8",  "test.gaze:5:31",
                                "test.gaze:5:31", "test.gaze:5:31", "test.gaze:6:19"};
  const int siteInputs[] = {0, 0, 2, 2, 2, 1}, axes[] = {0, 1, 0, 1, 2, 0};
  for (size_t i = 0; i < sites.size(); ++i) {
    EXPECT_EQ(sites[i].place, places[i]);
    EXPECT_EQ(sites[i].input, siteInputs[i]);
    EXPECT_EQ(sites[i].axis, axes[i]);
  }
  EXPECT_TRUE(compiled.kernel->faultsReadHead && compiled.kernel->faultsReadBatch);
  EXPECT_FALSE(compiled.kernel->keepReadsHead);
  EXPECT_TRUE(compiled.kernel->keepReadsBatch);
}

TEST(FrontEnd, FaultsReadWhatIndicesRead) {
  Compiled one("pattern p() { input a: int[seq_k]; keep a[k] == head + batch; }");
  EXPECT_TRUE(one.kernel->keepReadsHead && one.kernel->keepReadsBatch);
  EXPECT_FALSE(one.kernel->faultsReadHead || one.kernel->faultsReadBatch);
  Compiled guarded("pattern p() { input a: int[seq_k]; keep head < 2 and a[k] == 1; }");
  EXPECT_TRUE(guarded.kernel->faultsReadHead);
  EXPECT_TRUE(Compiled("pattern p() { input a: int[seq_k]; }").kernel->faults.results.empty());
}

/// The beginning of what the front end says against a pattern.
void expectRefused(const std::string &text, const std::string &message) {
  try {
    const Compiled pattern(text);
    ADD_FAILURE() << "not refused: " << text;
  } catch (const std::runtime_error &error) {
    EXPECT_EQ(std::string(error.what()).rfind("test.gaze:" + message, 0), 0U) << error.what();
  }
}

TEST(FrontEnd, IndicesMustNotDependOnTheScore) {
  // Not even through a 'where', which the checker does not see.
  expectRefused("pattern p(w: int = 0) {\n  input bias: float[seq_k];\n"
                "  score = (bias[w] where w = floor(score));\n}",
                "3:12: error: an index of the input 'bias' depends on the score; indices are "
                "checked before there are scores\n");
}

TEST(FrontEnd, LoadsAreLimited) {
  std::string deep = "k", many = "0";
  for (int i = 0; i < 9; ++i)
    deep = "a[" + deep + "]";
  for (int i = 0; i < 65; ++i)
    many += " + a[(k + " + std::to_string(i) + ") % seq_k]";
  const std::string head = "pattern p() { input a: int[seq_k];\nkeep ";
  expectRefused(head + deep + " == 1; }",
                "2:6: error: elements of inputs are indices of inputs more than 8 deep here\n");
  expectRefused(head + many + " == 1; }",
                "2:1408: error: the pattern reads inputs at too many places: ");
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
