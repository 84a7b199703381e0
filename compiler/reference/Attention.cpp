//===- Attention.cpp - Dense attention in float64, the slow and obvious way ---===//
//
// One row of the output at a time, as the formula reads: the scores of the kept
// keys, their maximum, weights exp(score - maximum), the weighted mean of V. A key
// that is not kept is never read, so what stands in it cannot reach the result;
// what stands in a kept one does, NaN and infinity included. Threads take rows
// from one counter and share nothing else.
//
//===----------------------------------------------------------------------===//
#include "compiler/reference/Attention.h"

#include "compiler/reference/Plain.h"
#include "compiler/reference/Selections.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

using namespace gaze;
using namespace gaze::reference;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Asks for a row, and remembers whether it asked and whether what it heard was beyond doubt.
class SelectionsOfRow : public dsl::Selector {
public:
  explicit SelectionsOfRow(const Selections &ofAllRows) : all(ofAllRows) {}
  bool selected(const dsl::Selection &selection, const dsl::Coordinates &at) const override {
    wasAsked = true;
    isUndecided |= all.choice(selection, at).undecided;
    return all.selected(selection, at);
  }
  bool asked() const { return wasAsked; }
  bool undecided() const { return isUndecided; }

private:
  const Selections &all;
  mutable bool wasAsked = false, isUndecided = false;
};

struct Problem {
  const dsl::Interpreter &interpreter;
  const gaze_shape &shape;
  int headDim;
  int valueDim;
  const float *q, *k, *v;
  const std::vector<double> &largest; ///< [batch, kv_heads, seq_k]: max |v|
  const std::vector<double> &norms;   ///< [batch, kv_heads, seq_k]: of the rows of K
  Pairs pairs;
  std::optional<gaze_element> plain;
  const Selections &selections;

  /// Whether the pair takes part, as far as one knows without its score.
  bool keeps(const dsl::Coordinates &at, const dsl::Selector &selector) const {
    using dsl::Ambient;
    switch (pairs) {
    case Pairs::Kept:
      return interpreter.keep(at, &selector);
    case Pairs::UpToQuery:
      return at.integers[static_cast<int>(Ambient::K)] <= at.integers[static_cast<int>(Ambient::Q)];
    case Pairs::All:
      return true;
    }
    __builtin_unreachable();
  }
};

/// The dot product of two rows, in eight sums that the compiler keeps in vectors.
double dot(const float *a, const float *b, int size) {
  double sums[8] = {};
  int i = 0;
  for (; i + 8 <= size; i += 8)
    for (int lane = 0; lane < 8; ++lane)
      sums[lane] += static_cast<double>(a[i + lane]) * b[i + lane];
  double sum = 0;
  for (; i < size; ++i)
    sum += static_cast<double>(a[i]) * b[i];
  for (double part : sums)
    sum += part;
  return sum;
}

/// max |v| of each of `keys` rows of V.
std::vector<double> largestValues(const float *v, std::int64_t keys, int valueDim) {
  std::vector<double> largest(keys);
  for (std::int64_t key = 0; key < keys; ++key)
    for (int d = 0; d < valueDim; ++d)
      largest[key] = std::max(largest[key], std::abs(static_cast<double>(v[key * valueDim + d])));
  return largest;
}

double normOf(const float *row, int size) { return std::sqrt(dot(row, row, size)); }

/// The norm of each of `keys` rows of K.
std::vector<double> normsOf(const float *k, std::int64_t keys, int headDim) {
  std::vector<double> norms(keys);
  for (std::int64_t key = 0; key < keys; ++key)
    norms[key] = normOf(k + key * headDim, headDim);
  return norms;
}

/// What one thread needs for a row.
struct Workspace {
  std::vector<std::int64_t> keys; ///< the kept ones
  std::vector<double> weights;    ///< their scores, then their weights
  std::vector<double> roundings;  ///< what their scores may be off in float32
};

/// By how much a score may be off in float32: a dot product of n terms by sqrt(n) 2^-24 |q| |k|, in
/// whatever order it adds them (Higham and Mary, A new approach to probabilistic rounding error
/// analysis, SIAM J. Sci. Comput. 41, 2019), and the score itself by the scale, its statement, the
/// change to base 2 and the subtraction of the maximum, each of which rounds it.
double roundingOf(double score, double scale, double norms, int headDim) {
  return 0x1p-24 * (std::sqrt(headDim) * std::abs(scale) * norms + 4 * std::abs(score));
}

/// Fills `kept` with the keys and scores of one row.
void scoreRow(const Problem &problem, const dsl::Selector &selector, dsl::Coordinates at,
              const float *q, const float *k, const double *norms, Workspace &kept) {
  kept.keys.clear();
  kept.weights.clear();
  kept.roundings.clear();
  const double normOfQ = normOf(q, problem.headDim);
  std::optional<double> scale; // of a row that keeps no key it need not exist
  std::int64_t &key = at.integers[static_cast<int>(dsl::Ambient::K)];
  for (key = 0; key < problem.shape.seq_k; ++key) {
    if (!problem.keeps(at, selector))
      continue;
    if (!scale)
      scale = problem.interpreter.scale(at);
    at.score = dot(q, k + key * problem.headDim, problem.headDim) * *scale;
    const double score = problem.interpreter.score(at);
    if (score == -infinity)
      continue;
    kept.keys.push_back(key);
    kept.weights.push_back(score);
    kept.roundings.push_back(roundingOf(score, *scale, normOfQ * norms[key], problem.headDim));
  }
}

/// Turns scores into exp(score - maximum) and returns the log-sum-exp: NaN where
/// a score is NaN, -inf without any.
double exponentiate(std::vector<double> &scores) {
  double maximum = -infinity;
  for (double score : scores)
    if (score > maximum || std::isnan(score))
      maximum = score;
  double sum = 0;
  for (double &score : scores) {
    score = std::exp(score - maximum);
    sum += score;
  }
  for (double &score : scores)
    score /= sum;
  return scores.empty() ? -infinity : maximum + std::log(sum);
}

/// Fills Result::lseByScores and outByScores of a row. To first order its log-sum-exp moves by the
/// weighted mean of what the scores move, and its output by that of d (v - out), where d is how far
/// a score moves: |v - out| <= (1 - weight) |v| + (magnitude - weight |v|).
void addRoundings(const Workspace &kept, const double *largest, std::int64_t row, Result &result) {
  for (std::size_t i = 0; i < kept.keys.size(); ++i) {
    const double weight = kept.weights[i], moves = weight * kept.roundings[i];
    result.lseByScores[row] += moves;
    result.outByScores[row] +=
        moves * ((1 - 2 * weight) * largest[kept.keys[i]] + result.magnitude[row]);
  }
}

/// What is known of a row but for its numbers.
struct RowFacts {
  bool causal = true; ///< no key later than the query takes part
  bool selects = false;
};

/// Computes row `row` of [batch, heads, seq_q] flattened.
RowFacts computeRow(const Problem &problem, std::int64_t row, Workspace &kept, Result &result) {
  const gaze_shape &shape = problem.shape;
  const std::int64_t index = row % shape.seq_q;
  const std::int64_t head = row / shape.seq_q % shape.heads;
  const std::int64_t batch = row / shape.seq_q / shape.heads;
  const std::int64_t kvHead = batch * shape.kv_heads + head / (shape.heads / shape.kv_heads);
  const float *k = problem.k + kvHead * shape.seq_k * problem.headDim;
  const float *v = problem.v + kvHead * shape.seq_k * problem.valueDim;

  dsl::Coordinates at;
  at.integers = {index + shape.q_start, 0,           head,        batch,
                 shape.seq_q,           shape.seq_k, shape.heads, problem.headDim};
  const float *q = problem.q + row * problem.headDim;
  const SelectionsOfRow selector(problem.selections);
  scoreRow(problem, selector, at, q, k, &problem.norms[kvHead * shape.seq_k], kept);
  result.undecided[row] = selector.undecided();
  if (problem.plain)
    result.plainLse[row] =
        plainAttention(problem.interpreter, at, {q, k, v, problem.headDim, problem.valueDim},
                       kept.keys, *problem.plain, &result.plain[row * problem.valueDim]);
  result.lse[row] = exponentiate(kept.weights);
  result.keys[row] = static_cast<std::int64_t>(kept.keys.size());

  const double *largest = &problem.largest[kvHead * shape.seq_k];
  double *out = &result.out[row * problem.valueDim];
  for (std::size_t i = 0; i < kept.keys.size(); ++i) {
    const float *value = v + kept.keys[i] * problem.valueDim;
    const double weight = kept.weights[i];
    for (int d = 0; d < problem.valueDim; ++d)
      out[d] += weight * value[d];
    result.magnitude[row] += weight * largest[kept.keys[i]];
  }
  if (problem.plain)
    addRoundings(kept, largest, row, result);
  return {kept.keys.empty() || kept.keys.back() <= index + shape.q_start, selector.asked()};
}

/// Calls `compute` for every row, on as many threads as the system gives. What it
/// throws, or `progress`, ends the walk and is thrown from here.
void forEachRow(std::int64_t rows, const std::function<void(std::int64_t, Workspace &)> &compute,
                const std::function<void(double)> &progress) {
  std::atomic<std::int64_t> next{0};
  std::mutex failing;
  std::exception_ptr failure;
  const auto work = [&](bool reports) {
    try {
      Workspace workspace;
      for (std::int64_t row = next++; row < rows; row = next++) {
        compute(row, workspace);
        if (reports && progress)
          progress(static_cast<double>(row + 1) / static_cast<double>(rows));
      }
    } catch (...) {
      const std::lock_guard<std::mutex> lock(failing);
      failure = std::current_exception();
      next = rows;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) {
    try {
      threads.emplace_back(work, false);
    } catch (const std::system_error &) {
      break;
    }
  }
  work(true);
  for (std::thread &thread : threads)
    thread.join();
  if (failure)
    std::rethrow_exception(failure);
}

} // namespace

Result gaze::reference::attention(const dsl::Interpreter &interpreter, const gaze_shape &shape,
                                  int headDim, int valueDim, const float *q, const float *k,
                                  const float *v, const std::function<void(double)> &progress,
                                  Pairs pairs, std::optional<gaze_element> plain) {
  const std::vector<double> largest =
      largestValues(v, shape.batch * shape.kv_heads * shape.seq_k, valueDim);
  const std::vector<double> norms = normsOf(k, shape.batch * shape.kv_heads * shape.seq_k, headDim);
  const Selections selections(interpreter, shape, headDim, q, k);
  const Problem problem{interpreter, shape,   headDim, valueDim, q,     k,
                        v,           largest, norms,   pairs,    plain, selections};
  const std::int64_t rows = shape.batch * shape.heads * shape.seq_q;
  Result result;
  result.out.resize(rows * valueDim);
  result.lse.resize(rows);
  result.keys.resize(rows);
  result.magnitude.resize(rows);
  result.undecided.resize(rows);
  result.largestValue = std::all_of(v, v + largest.size() * valueDim,
                                    [](float value) { return std::isfinite(value); })
                            ? *std::max_element(largest.begin(), largest.end())
                            : std::numeric_limits<double>::quiet_NaN();
  result.plain.resize(plain ? rows * valueDim : 0);
  result.plainLse.resize(plain ? rows : 0);
  result.lseByScores.resize(plain ? rows : 0);
  result.outByScores.resize(plain ? rows : 0);

  std::atomic<bool> causal{true}, selects{false};
  const auto compute = [&](std::int64_t row, Workspace &workspace) {
    const RowFacts facts = computeRow(problem, row, workspace, result);
    if (!facts.causal)
      causal = false;
    if (facts.selects)
      selects = true;
  };
  forEachRow(rows, compute, progress);
  result.causal = causal;
  result.selects = selects;
  result.rowsEmpty = std::count(result.keys.begin(), result.keys.end(), 0);
  return result;
}
