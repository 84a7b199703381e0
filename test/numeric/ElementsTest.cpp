//===- ElementsTest.cpp - Kernels of float16 and bfloat16 --------------------===//
//
// Held to the float64 reference over the same, rounded tensors: twice the error of a
// plain float32 program (Harness.cpp). What is masked, kept, large or not a number, and
// the order of memory, are as in the float32 tests; conversions differ by target.
//
//===----------------------------------------------------------------------===//
#include "compiler/reference/Elements.h"
#include "Harness.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

class ElementTypes : public testing::TestWithParam<std::pair<gaze_element, const char *>> {
protected:
  gaze_element element = GetParam().first;

  CompiledPattern compiled(const std::string &text, int headDim = 32, int valueDim = 0) const {
    return CompiledPattern(text, headDim, valueDim, GetParam().second, element);
  }
};

const char *const window = "pattern p(window: int = 20, globals: int = 3) {"
                           "  keep 0 <= q - k <= window or k < globals or q < globals; }";

TEST_P(ElementTypes, everyConstruct) {
  for (const char *text :
       {"pattern p() {}", "pattern p() { keep k <= q; }", window,
        "pattern p() { keep (q - k) % 3 == 0 or abs(q - k) < 5; }",
        "pattern p() { keep chance(0.2, 7, q, k) and head != 1; }",
        "pattern p() { keep k <= q; scale = 0.25; score = 20.0 * tanh(score / 20.0); }",
        "pattern p() { scale = -1.5 / sqrt(head_dim); score = score - 0.1 * abs(q - k); }",
        "pattern p() { keep k % 2 == 0; score = if k % 6 == 0 then log(0.0) else score; }"}) {
    SCOPED_TRACE(text);
    compiled(text).check(shape(2, 4, 2, 77, 130));
  }
}

TEST_P(ElementTypes, lengths) {
  const CompiledPattern pattern = compiled(window, 24);
  for (const std::int64_t seq : {1, 2, 33, 63, 64, 65, 333})
    pattern.check(shape(1, 2, 1, seq, seq));
  for (const std::int64_t seqK : {1, 7, 130, 500})
    pattern.check(shape(1, 2, 1, 1, seqK));
}

/// No vector of Q, K, V or the output is aligned.
TEST_P(ElementTypes, dataThatAreAlignedToAnElementAlone) {
  const CompiledPattern pattern = compiled(window, 24);
  for (const gaze_shape &given : {shape(1, 1, 1, 50, 70), shape(1, 1, 1, 1, 70)}) {
    Tensors data = pattern.tensors(given);
    pattern.check(data);
    const auto shifted = [&](std::vector<float> values) { // by an element
      values.insert(values.begin(), 0.0F);
      return reference::Elements(element, std::move(values));
    };
    const reference::Elements q = shifted(data.q), k = shifted(data.k), v = shifted(data.v);
    reference::Elements out = shifted(std::vector<float>(data.out.size()));
    const auto tensor = [&](const reference::Elements &of, std::int64_t rows) {
      gaze_tensor all = of.tensor(1, 1, static_cast<std::int64_t>(of.size()));
      const void *const second = static_cast<char *>(all.data) + of.bytes() / of.size();
      return gaze_tensor{
          const_cast<void *>(second), element, 4, {1, 1, rows, 24}, {rows * 24, rows * 24, 24, 1}};
    };
    pattern.plan(given).run(tensor(q, given.seq_q), tensor(k, given.seq_k), tensor(v, given.seq_k),
                            tensor(out, given.seq_q));
    out.readBack();
    EXPECT_EQ(data.out, std::vector<float>(out.values().begin() + 1, out.values().end()));
  }
}

TEST_P(ElementTypes, severalChunksOfKeys) {
  compiled("pattern p() { keep k <= q; }").check(shape(1, 1, 1, 40, 4097));
}

TEST_P(ElementTypes, headDims) {
  for (const auto &[headDim, valueDim] :
       {std::pair(8, 8), {24, 24}, {80, 80}, {128, 128}, {64, 8}, {24, 128}, {256, 40}}) {
    SCOPED_TRACE(std::to_string(headDim) + ", " + std::to_string(valueDim));
    compiled(window, headDim, valueDim).check(shape(1, 2, 2, 65, 130));
  }
}

TEST_P(ElementTypes, groupedQueryHeads) {
  const CompiledPattern pattern =
      compiled("pattern p() { keep k <= q and (head % 2 == 0 or q - k < 30); }");
  for (const std::int64_t kvHeads : {1, 2, 6})
    pattern.check(shape(2, 6, kvHeads, 65, 90));
}

/// What stands in K and V at keys that are not kept never reaches the output, be it in
/// tiles that are partly kept.
TEST_P(ElementTypes, nothingLeaksFromMaskedKeys) {
  const CompiledPattern pattern =
      compiled("pattern p() { keep k % 5 != 2 and k <= q + 40 and k < 150; }");
  for (const float bad : {std::nanf(""), infinity, -infinity, 3e38F}) {
    Tensors tensors = pattern.tensors(shape(1, 2, 1, 64, 200));
    for (std::int64_t key = 0; key < 200; ++key)
      if (key % 5 == 2 || key >= 150) {
        tensors.fillKey(tensors.k, key, bad);
        tensors.fillKey(tensors.v, key, bad);
      }
    pattern.check(tensors);
    for (const float value : tensors.out)
      ASSERT_TRUE(std::isfinite(value)) << bad;
  }
}

/// In K or V, at a key of full tiles and one on the diagonal.
TEST_P(ElementTypes, notANumberArrivesWhereItIsKept) {
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q; }");
  for (const std::int64_t badKey : {3, 197})
    for (const bool inKeys : {true, false}) {
      Tensors tensors = pattern.tensors(shape(1, 2, 1, 260, 260));
      tensors.fillKey(inKeys ? tensors.k : tensors.v, badKey, std::nanf(""));
      pattern.check(tensors);
      for (std::int64_t row = 0; row < 260; ++row) {
        ASSERT_EQ(std::isnan(tensors.out[row * tensors.valueDim]), row >= badKey) << row;
        ASSERT_EQ(std::isnan(tensors.lse[row]), inKeys && row >= badKey) << row;
      }
    }
}

TEST_P(ElementTypes, infinityArrivesFromKeptValues) {
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 200, 200));
  tensors.fillKey(tensors.v, 20, -infinity);
  pattern.check(tensors);
  EXPECT_TRUE(std::isfinite(tensors.out[19 * tensors.valueDim]));
  for (std::int64_t row = 20; row < 200; ++row)
    ASSERT_EQ(tensors.out[row * tensors.valueDim], -infinity) << row;
}

TEST_P(ElementTypes, emptyRows) {
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q and q % 3 == 0; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 50, 50));
  EXPECT_EQ(pattern.check(tensors).rowsEmpty, 33); // of 0 .. 49, 17 are multiples of 3
  EXPECT_EQ(tensors.out[1 * tensors.valueDim], 0);
  EXPECT_EQ(tensors.lse[1], -infinity);
}

/// A single key: the output is that row of V, whatever its bits are.
TEST_P(ElementTypes, oneKeyGivesItsValueExactly) {
  const CompiledPattern pattern = compiled("pattern p() { keep k == q; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 70, 70));
  const float least = element == GAZE_ELEMENT_FLOAT16 ? 0x1p-24F : 0x1p-126F;
  const float most = element == GAZE_ELEMENT_FLOAT16 ? 65504.0F : 0x1.fep127F;
  tensors.v[0] = least;
  tensors.v[1] = -most;
  pattern.run(tensors);
  for (std::size_t i = 0; i < tensors.out.size(); ++i)
    ASSERT_EQ(tensors.out[i], tensors.v[i]) << i;
}

/// Scores that the type itself could not hold.
TEST_P(ElementTypes, largeScores) {
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q; scale = 1; }");
  Tensors tensors = pattern.tensors(shape(1, 1, 1, 90, 90));
  for (float &value : tensors.q)
    value *= 1000;
  for (float &value : tensors.k)
    value *= 1000;
  pattern.check(tensors);
}

/// [batch, seq, heads, dim], in memory that is otherwise full of NaN.
TEST_P(ElementTypes, sequenceMajorWithoutACopy) {
  constexpr std::int64_t heads = 3, seq = 100, dim = 32;
  const CompiledPattern pattern = compiled("pattern p() { keep k <= q; }", dim);
  Tensors tensors = pattern.tensors(shape(2, heads, heads, seq, seq));
  pattern.check(tensors);
  const auto place = [&](std::size_t i) { // of element i of [batch, heads, seq, dim]
    const auto at = static_cast<std::int64_t>(i);
    const std::int64_t batch = at / dim / seq / heads, head = at / dim / seq % heads;
    return (batch * (seq + 1) + at / dim % seq) * heads * (dim + 4) + head * (dim + 4) + at % dim;
  };
  const auto spread = [&](const std::vector<float> &from) {
    std::vector<float> to(2 * (seq + 1) * heads * (dim + 4), std::nanf(""));
    for (std::size_t i = 0; i < from.size(); ++i)
      to[place(i)] = from[i];
    return reference::Elements(element, to);
  };
  const auto strided = [&](const reference::Elements &elements) {
    return gaze_tensor{elements.tensor(1, 1, 1).data,
                       element,
                       4,
                       {2, heads, seq, dim},
                       {(seq + 1) * heads * (dim + 4), dim + 4, heads * (dim + 4), 1}};
  };
  const reference::Elements q = spread(tensors.q), k = spread(tensors.k), v = spread(tensors.v);
  reference::Elements out = spread({});
  pattern.plan(tensors.shape).run(strided(q), strided(k), strided(v), strided(out));
  out.readBack();
  const std::vector<float> wanted = spread(tensors.out).values();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    ASSERT_TRUE(out.values()[i] == wanted[i] ||
                (std::isnan(wanted[i]) && std::isnan(out.values()[i])))
        << i;
}

TEST_P(ElementTypes, sameBitsOnAnyNumberOfThreads) {
  const CompiledPattern pattern = compiled(
      "pattern p() { keep k <= q and (head == 1 or q - k < 100 or chance(0.05, 3, q, k)); }");
  Tensors first = pattern.tensors(shape(1, 3, 1, 500, 1200));
  pattern.run(first, {}, 1);
  for (const int threads : {2, 3, 7, 64}) {
    Tensors again = pattern.tensors(first.shape);
    pattern.run(again, {}, threads);
    EXPECT_EQ(0, std::memcmp(first.out.data(), again.out.data(), first.out.size() * sizeof(float)));
    EXPECT_EQ(0, std::memcmp(first.lse.data(), again.lse.data(), first.lse.size() * sizeof(float)));
  }
}

std::string nameOf(const testing::TestParamInfo<ElementTypes::ParamType> &info) {
  std::string name = info.param.first == GAZE_ELEMENT_FLOAT16 ? "f16_" : "bf16_";
  for (const char *c = info.param.second; *c; ++c)
    name += *c == '-' ? '_' : *c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, ElementTypes,
                         testing::Values(std::pair(GAZE_ELEMENT_FLOAT16, "host"),
                                         std::pair(GAZE_ELEMENT_FLOAT16, "x86-64"),
                                         std::pair(GAZE_ELEMENT_BFLOAT16, "host"),
                                         std::pair(GAZE_ELEMENT_BFLOAT16, "x86-64-v3")),
                         nameOf);

} // namespace
