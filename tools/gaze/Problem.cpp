//===- Problem.cpp - Q, K and V, from files or made up -----------------------===//
#include "tools/gaze/Problem.h"
#include "runtime/Error.h"
#include "runtime/Selection.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Memory.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>

using namespace gaze;
using namespace gaze::cli;

std::vector<std::int64_t> Problem::outShape() const {
  return {shape.batch, shape.heads, shape.seq_q, valueDim};
}

std::vector<std::int64_t> Problem::lseShape() const {
  return {shape.batch, shape.heads, shape.seq_q};
}

std::string Problem::describe() const {
  auto item = [](const char *name, std::int64_t size) {
    return std::string(", ") + name + " " + std::to_string(size);
  };
  std::string text = "batch " + std::to_string(shape.batch) + item("heads", shape.heads);
  if (shape.kv_heads != shape.heads)
    text += item("kv_heads", shape.kv_heads);
  text += shape.seq_q == shape.seq_k ? item("seq", shape.seq_q)
                                     : item("seq_q", shape.seq_q) + item("seq_k", shape.seq_k);
  if (shape.q_start != shape.seq_k - shape.seq_q)
    text += item("q_start", shape.q_start);
  text += item("head_dim", headDim);
  return valueDim == headDim ? text : text + item("value_dim", valueDim);
}

/// The product of the factors; throws a Failure where the machine's memory holds
/// not a few tensors of so many floats.
static std::size_t checkedSize(std::initializer_list<std::int64_t> factors) {
  std::uint64_t size = 1;
  bool overflows = false;
  for (std::int64_t factor : factors)
    overflows |= __builtin_mul_overflow(size, static_cast<std::uint64_t>(factor), &size);
  checkMemory("a tensor of this shape", overflows ? UINT64_MAX : size, sizeof(float), 4);
  return size;
}

Output Problem::makeOutput() const {
  Output output;
  output.out =
      Elements(element(),
               std::vector<float>(checkedSize({shape.batch, shape.heads, shape.seq_q, valueDim})));
  output.lse.resize(checkedSize({shape.batch, shape.heads, shape.seq_q}));
  return output;
}

runtime::Owned<gaze_plan> Problem::select(const gaze_plan &plan, int threads) const {
  return asError([&] { return runtime::selectBlocks(plan, queryTensor(), keyTensor(), threads); });
}

void Problem::selectInSlices(const gaze_plan &plan, int threads,
                             const std::function<void(const gaze_plan &)> &visit) const {
  asError([&] {
    gaze_summaries summaries(plan.kernel, shape.batch, shape.kv_heads);
    summaries.update(plan, keyTensor(), threads);
    for (const runtime::Slice &slice : runtime::slicesOf(plan))
      visit(*runtime::selectBlocks(plan, slice, queryTensor(), summaries, threads));
  });
}

runtime::RunCosts Problem::run(const Plan &plan, Output &output, int threads,
                               const gaze_summaries *summaries) const {
  const gaze_tensor queries = queryTensor(), keys = keyTensor(), values = valueTensor();
  const gaze_tensor out = outputTensor(output), lse = lseTensor(output);
  runtime::Options options(threads);
  options.summaries = summaries;
  return asError(
      [&] { return runtime::run(*plan.get(), {&queries, &keys, &values, &out, &lse}, options); });
}

//===----------------------------------------------------------------------===//
// From files
//===----------------------------------------------------------------------===//

namespace {

std::string named(const NpyTensor &tensor) {
  return "'" + tensor.path + "' " + spelling(tensor.shape);
}

/// The tensors agree in dimension `axis`, or a Failure says why they should.
void holdEqual(const NpyTensor &a, const NpyTensor &b, int axis, const std::string &what) {
  if (a.shape[axis] != b.shape[axis])
    throw Failure(named(a) + " and " + named(b) + " differ in " + what + ": " +
                  std::to_string(a.shape[axis]) + " and " + std::to_string(b.shape[axis]));
}

int channels(const NpyTensor &tensor) {
  const std::int64_t size = tensor.shape[3];
  if (size % 8 != 0 || size < 8 || size > 256)
    throw Failure(named(tensor) + ": head_dim is " + std::to_string(size) +
                  "; kernels take multiples of 8 from 8 to 256");
  return static_cast<int>(size);
}

NpyTensor readTensor(const std::string &path) {
  NpyTensor tensor = readNpy(path);
  if (tensor.shape.size() != 4)
    throw Failure(named(tensor) + " has " + std::to_string(tensor.shape.size()) +
                  " dimensions; [batch, heads, seq, head_dim] is needed");
  for (std::int64_t size : tensor.shape)
    if (size == 0)
      throw Failure(named(tensor) + " has a dimension of size 0");
  return tensor;
}

/// The values of a file in the kernel's type. What the file has as a number and the type
/// has not becomes infinite, with a warning.
Elements elementsOf(NpyTensor &tensor, gaze_element element) {
  const auto infinite = [](const std::vector<float> &values) {
    return std::count_if(values.begin(), values.end(),
                         [](float value) { return std::isinf(value); });
  };
  const std::int64_t before = infinite(tensor.values);
  Elements elements(element, std::move(tensor.values));
  const std::int64_t count = tensor.overflows + infinite(elements.values()) - before;
  if (count > 0)
    std::cerr << "gaze: warning: '" << tensor.path << "': " << count
              << (count == 1 ? " element is" : " elements are") << " past the largest number of "
              << dtypeName(element) << ", and infinite in the kernel\n";
  return elements;
}

} // namespace

Problem cli::readProblem(const TensorOptions &options, std::optional<std::int64_t> qStart,
                         const CodeOptions &code) {
  NpyTensor q = readTensor(options.q), k = readTensor(options.k);
  std::optional<NpyTensor> v;
  if (!options.v.empty())
    v = readTensor(options.v);
  holdEqual(q, k, 0, "batch");
  if (v) {
    holdEqual(k, *v, 0, "batch");
    holdEqual(k, *v, 1, "heads");
    holdEqual(k, *v, 2, "seq");
  }
  holdEqual(q, k, 3, "head_dim");
  if (q.shape[1] % k.shape[1] != 0)
    throw Failure(named(q) + " has " + std::to_string(q.shape[1]) +
                  " heads, which is no multiple of the " + std::to_string(k.shape[1]) + " of " +
                  named(k));
  Problem problem;
  problem.headDim = channels(q);
  problem.valueDim = v ? channels(*v) : problem.headDim;
  problem.type = q.type;
  problem.shape.batch = q.shape[0];
  problem.shape.heads = q.shape[1];
  problem.shape.kv_heads = k.shape[1];
  problem.shape.seq_q = q.shape[2];
  problem.shape.seq_k = k.shape[2];
  problem.shape.q_start = qStart.value_or(k.shape[2] - q.shape[2]);
  bool narrow = !v || v->type == ElementType::Float16;
  for (const NpyTensor *tensor : {&q, &k})
    narrow &= tensor->type == ElementType::Float16;
  const gaze_element element =
      elementOf(code, narrow ? GAZE_ELEMENT_FLOAT16 : GAZE_ELEMENT_FLOAT32);
  problem.q = elementsOf(q, element);
  problem.k = elementsOf(k, element);
  if (v)
    problem.v = elementsOf(*v, element);
  return problem;
}

//===----------------------------------------------------------------------===//
// Made up
//===----------------------------------------------------------------------===//

Problem cli::randomProblem(const ShapeOptions &options, gaze_element element, std::uint64_t seed,
                           Parts parts) {
  Problem problem;
  problem.shape = shapeOf(options);
  problem.headDim = options.headDim;
  problem.valueDim = options.valueDim ? options.valueDim : options.headDim;
  const gaze_shape &shape = problem.shape;
  const std::size_t queries = checkedSize({shape.batch, shape.heads, shape.seq_q, problem.headDim});
  const std::size_t keys = checkedSize({shape.batch, shape.kv_heads, shape.seq_k, problem.headDim});
  const std::size_t values =
      parts == Parts::All
          ? checkedSize({shape.batch, shape.kv_heads, shape.seq_k, problem.valueDim})
          : 0;
  std::mt19937_64 bits(seed);
  std::normal_distribution<float> normal;
  for (auto [tensor, size] :
       {std::pair(&problem.q, queries), {&problem.k, keys}, {&problem.v, values}}) {
    std::vector<float> numbers(size);
    for (float &value : numbers)
      value = normal(bits);
    *tensor = Elements(element, std::move(numbers));
  }
  return problem;
}

Problem cli::chooseProblem(const CLI::App &command, const TensorOptions &tensors,
                           const ShapeOptions &shape, const CodeOptions &code, std::uint64_t seed) {
  if (!tensors.given())
    return randomProblem(shape, elementOf(code), seed);
  if (shapeWasGiven(command))
    throw Failure("the shape is that of --q, --k and --v: give either the files or a shape",
                  ExitWrongUsage);
  return readProblem(tensors, shape.qStart, code);
}
