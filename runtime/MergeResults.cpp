//===- MergeResults.cpp - Attention over disjoint keys, merged (gaze_merge) -----===//
//
// With d = lse_b - lse_a <= 0 (or the other way round) and e = exp(d),
//
//   lse = lse_a + log(1 + e)   out = (out_a + e out_b) / (1 + e)
//
// so that nothing overflows, and a log-sum-exp of +inf has all the weight. A log-sum-exp is
// rounded to float32 already, by up to |lse| 2^-24, which is the relative error of its
// weight; what is done here is done in float64 and adds less.
//
//===----------------------------------------------------------------------===//
#include "gaze/float16.hpp"
#include "runtime/Error.h"
#include "runtime/Options.h"
#include "runtime/Order.h"
#include "runtime/Tensors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

using namespace gaze::runtime;

namespace {

constexpr float noKey = -std::numeric_limits<float>::infinity();
/// That a thread merges before it asks for more.
constexpr std::int64_t elementsOfItem = std::int64_t{1} << 14;

struct Results {
  const gaze_tensor *outA, *lseA, *outB, *lseB, *out, *lse;
};

struct Weights {
  float a, b, lse;
};

Weights weigh(double a, double b) {
  const bool isFirst = a >= b;
  const double high = isFirst ? a : b, low = isFirst ? b : a;
  const double ratio = std::exp(low - high);
  const auto ofHigh = static_cast<float>(1 / (1 + ratio));
  const auto ofLow = static_cast<float>(ratio / (1 + ratio));
  return {isFirst ? ofHigh : ofLow, isFirst ? ofLow : ofHigh,
          static_cast<float>(high + std::log1p(ratio))};
}

/// Gives the row's log-sum-exp.
template <typename Element>
float mergeRow(const Element *a, float lseA, const Element *b, float lseB, Element *out,
               std::int64_t dim) {
  if (lseA == noKey && lseB == noKey)
    std::fill_n(out, dim, Element(0.0F));
  else if (lseB == noKey)
    std::copy_n(a, dim, out);
  else if (lseA == noKey)
    std::copy_n(b, dim, out);
  if (lseA == noKey || lseB == noKey)
    return lseA == noKey ? lseB : lseA;
  const Weights weights = weigh(lseA, lseB);
  for (std::int64_t i = 0; i < dim; ++i)
    out[i] = Element(static_cast<float>(a[i]) * weights.a + static_cast<float>(b[i]) * weights.b);
  return weights.lse;
}

template <typename Element>
Element *rowAt(const gaze_tensor &tensor, std::int64_t batch, std::int64_t head, std::int64_t row) {
  return static_cast<Element *>(tensor.data) + offsetOf(tensor, batch, head, row);
}

template <typename Element> void mergeRows(const Results &results, const Threads &threads) {
  const auto &[batches, heads, rows, dim] = results.out->extents;
  const std::int64_t rowsOfItem = std::max<std::int64_t>(1, elementsOfItem / dim);
  const std::int64_t items = ceilDivide(rows, rowsOfItem);
  forEachWorker(
      batches * heads * items, threads,
      [&, &heads = heads, &rows = rows, &dim = dim](const Next &next) {
        for (std::int64_t i = next(); i >= 0; i = next()) {
          const std::int64_t batch = i / items / heads, head = i / items % heads;
          const std::int64_t begin = i % items * rowsOfItem;
          for (std::int64_t row = begin; row < std::min(begin + rowsOfItem, rows); ++row) {
            const float lse = mergeRow(rowAt<const Element>(*results.outA, batch, head, row),
                                       *rowAt<const float>(*results.lseA, batch, head, row),
                                       rowAt<const Element>(*results.outB, batch, head, row),
                                       *rowAt<const float>(*results.lseB, batch, head, row),
                                       rowAt<Element>(*results.out, batch, head, row), dim);
            if (results.lse)
              *rowAt<float>(*results.lse, batch, head, row) = lse;
          }
        }
      });
}

/// Its own shape is what the others must have.
void checkFirst(const gaze_tensor *tensor) {
  if (!tensor)
    invalid("out_a is null");
  const gaze_element element = tensor->element;
  if (element != GAZE_ELEMENT_FLOAT32 && element != GAZE_ELEMENT_FLOAT16 &&
      element != GAZE_ELEMENT_BFLOAT16)
    invalid(std::string("out_a is ") + spelling(element) +
            "; float32, float16 and bfloat16 are merged");
  if (tensor->rank != 4)
    invalid("out_a has rank " + std::to_string(tensor->rank) + ", not 4: [batch, heads, seq, dim]");
  for (const std::int64_t extent : tensor->extents)
    if (extent < 1)
      invalid("out_a has an extent of " + std::to_string(extent) + "; extents are at least 1");
}

/// The same elements at the same places.
bool isSame(const gaze_tensor &a, const gaze_tensor &b) {
  bool same = a.data == b.data;
  for (std::int32_t axis = 0; axis < a.rank; ++axis)
    same = same && (a.extents[axis] == 1 || a.strides[axis] == b.strides[axis]);
  return same;
}

class Check {
public:
  explicit Check(const Results &results) : first(*results.outA) {
    const Read read[] = {{results.outA, checkTensor(results.outA, output("out_a")), "out_a"},
                         {results.outB, checkTensor(results.outB, output("out_b")), "out_b"},
                         {results.lseA, checkTensor(results.lseA, logSumExp("lse_a")), "lse_a"},
                         {results.lseB, checkTensor(results.lseB, logSumExp("lse_b")), "lse_b"}};
    const Range out = checkWritten(results.out, output("out"));
    for (const Read &each : read)
      apart(*results.out, out, "out", each);
    if (!results.lse)
      return;
    const Range lse = checkWritten(results.lse, logSumExp("lse"));
    checkApart(lse, "lse", out, "out");
    for (const Read &each : read)
      apart(*results.lse, lse, "lse", each);
  }

private:
  struct Read {
    const gaze_tensor *tensor;
    Range range;
    const char *name;
  };
  const gaze_tensor &first;

  static void apart(const gaze_tensor &written, const Range &range, const char *name,
                    const Read &other) {
    if (written.rank != other.tensor->rank || !isSame(written, *other.tensor))
      checkApart(range, name, other.range, other.name);
  }

  Demand output(const char *name) const {
    const auto &[batch, heads, rows, dim] = first.extents;
    return {name, first.element, "out_a is", 4, {batch, heads, rows, dim}, "out_a is"};
  }
  Demand logSumExp(const char *name) const {
    const auto &[batch, heads, rows, dim] = first.extents;
    return {name, GAZE_ELEMENT_FLOAT32, "a log-sum-exp is",
            3,    {batch, heads, rows}, "of out_a there are"};
  }
};

} // namespace

gaze_status gaze_merge(const gaze_tensor *out_a, const gaze_tensor *lse_a, const gaze_tensor *out_b,
                       const gaze_tensor *lse_b, const gaze_tensor *out, const gaze_tensor *lse,
                       const gaze_options *options, gaze_error *error) {
  return guarded(options, error, [&](const Options &read) {
    checkTensorsOfHost(read, "gaze_merge");
    const Results results = {out_a, lse_a, out_b, lse_b, out, lse};
    checkFirst(out_a);
    const Check check(results);
    if (out_a->element == GAZE_ELEMENT_FLOAT32)
      mergeRows<float>(results, read.threads);
    else if (out_a->element == GAZE_ELEMENT_FLOAT16)
      mergeRows<gaze::float16>(results, read.threads);
    else
      mergeRows<gaze::bfloat16>(results, read.threads);
  });
}
