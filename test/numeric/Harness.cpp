//===- Harness.cpp - A kernel beside the float64 reference -------------------===//
#include "Harness.h"
#include "compiler/reference/Elements.h"
#include "dsl/Load.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <sstream>
#include <tuple>

using namespace gaze;
using namespace gaze::test;

gaze_shape gaze::test::shape(std::int64_t batch, std::int64_t heads, std::int64_t kvHeads,
                             std::int64_t seqQ, std::int64_t seqK) {
  return {batch, heads, kvHeads, seqQ, seqK, seqK - seqQ};
}

Tensors::Tensors(const gaze_shape &shape, int headDim, int valueDim, unsigned seed)
    : shape(shape), headDim(headDim), valueDim(valueDim),
      q(shape.batch * shape.heads * shape.seq_q * headDim),
      k(shape.batch * shape.kv_heads * shape.seq_k * headDim),
      v(shape.batch * shape.kv_heads * shape.seq_k * valueDim),
      // What a kernel does not write shows.
      out(shape.batch * shape.heads * shape.seq_q * valueDim, std::nanf("")),
      lse(shape.batch * shape.heads * shape.seq_q, std::nanf("")) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal;
  for (std::vector<float> *tensor : {&q, &k, &v})
    std::generate(tensor->begin(), tensor->end(), [&] { return normal(bits); });
}

void Tensors::fillKey(std::vector<float> &tensor, std::int64_t key, float value) {
  const auto heads = shape.batch * shape.kv_heads;
  const auto width = static_cast<std::int64_t>(tensor.size()) / (heads * shape.seq_k);
  for (std::int64_t head = 0; head < heads; ++head)
    std::fill_n(tensor.begin() + (head * shape.seq_k + key) * width, width, value);
}

static dsl::Program load(const std::string &text) {
  dsl::Diagnostics diagnostics;
  dsl::Program program = dsl::loadText("test.gaze", text, {GAZE_PATTERNS}, diagnostics);
  if (diagnostics.hasErrors() || program.patterns.size() != 1)
    throw std::invalid_argument(text + "\n" + diagnostics.render(program.sources));
  return program;
}

static KernelOptions optionsOf(int headDim, int valueDim, const std::string &target,
                               gaze_element element) {
  KernelOptions options;
  options.element = element;
  options.target = target;
  options.headDim = headDim;
  options.valueDim = valueDim;
  return options;
}

CompiledPattern::CompiledPattern(const std::string &text, const KernelOptions &options)
    : program(load(text)), kernel(jit(program, program.patterns.front(), options)) {}

CompiledPattern::CompiledPattern(const std::string &text, int headDim, int valueDim,
                                 const std::string &target, gaze_element element)
    : CompiledPattern(text, optionsOf(headDim, valueDim, target, element)) {}

Tensors CompiledPattern::tensors(const gaze_shape &shape, unsigned seed) const {
  return Tensors(shape, headDim(), valueDim(), seed);
}

std::vector<dsl::Value> CompiledPattern::withDefaults(std::vector<dsl::Value> values) const {
  if (!values.empty())
    return values;
  for (const dsl::Parameter &parameter : program.patterns.front().parameters)
    values.push_back(
        {parameter.type, parameter.defaultValue->integer, parameter.defaultValue->real});
  return values;
}

std::vector<gaze_input_tensor> CompiledPattern::runtimeInputs() const {
  std::vector<gaze_input_tensor> result;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const InputData &data = inputs[i];
    gaze_input_tensor tensor = {};
    tensor.rank = static_cast<std::int32_t>(data.extents.size());
    std::copy(data.extents.begin(), data.extents.end(), tensor.extents);
    switch (inputType(i)) {
    case dsl::Type::Int:
      tensor.element = GAZE_ELEMENT_INT64;
      tensor.data = data.ints.data();
      break;
    case dsl::Type::Float:
      tensor.element = GAZE_ELEMENT_FLOAT32;
      tensor.data = data.floats.data();
      break;
    case dsl::Type::Bool:
      tensor.element = GAZE_ELEMENT_BOOL;
      tensor.data = data.bools.data();
      break;
    }
    result.push_back(tensor);
  }
  return result;
}

Plan CompiledPattern::plan(const gaze_shape &shape, const std::vector<dsl::Value> &values,
                           int threads) const {
  std::vector<Value> given;
  for (const dsl::Value &value : values)
    given.push_back(value.type == dsl::Type::Float  ? Value(value.real)
                    : value.type == dsl::Type::Bool ? Value(value.integer != 0)
                                                    : Value(value.integer));
  return Plan(table(), shape, given, runtimeInputs(), threads);
}

void CompiledPattern::run(Tensors &tensors, const std::vector<dsl::Value> &values,
                          int threads) const {
  const gaze_shape &shape = tensors.shape;
  const gaze_element element = table().element;
  for (std::vector<float> *tensor : {&tensors.q, &tensors.k, &tensors.v})
    for (float &value : *tensor)
      value = reference::rounded(value, element);
  const reference::Elements q(element, tensors.q), k(element, tensors.k), v(element, tensors.v);
  reference::Elements out(element, tensors.out);
  plan(shape, values, threads)
      .run(q.tensor(shape.heads, shape.seq_q, headDim()),
           k.tensor(shape.kv_heads, shape.seq_k, headDim()),
           v.tensor(shape.kv_heads, shape.seq_k, valueDim()),
           out.tensor(shape.heads, shape.seq_q, valueDim()),
           view(tensors.lse.data(), {shape.batch, shape.heads, shape.seq_q}), threads);
  out.readBack();
  tensors.out = out.values();
}

dsl::Interpreter CompiledPattern::interpreter(const std::vector<dsl::Value> &values) const {
  std::vector<dsl::InputTensor> tensors;
  for (const InputData &data : inputs)
    tensors.push_back({data.extents, data.ints.data(), data.floats.data(), data.bools.data()});
  return dsl::Interpreter(program, program.patterns.front(), withDefaults(values), tensors);
}

dsl::Coordinates CompiledPattern::pair(const gaze_shape &shape, std::int64_t batch,
                                       std::int64_t head, std::int64_t row,
                                       std::int64_t key) const {
  dsl::Coordinates at;
  at.integers = {row + shape.q_start, key,         head,        batch,
                 shape.seq_q,         shape.seq_k, shape.heads, headDim()};
  return at;
}

std::vector<std::int64_t> CompiledPattern::extents(std::size_t index, const gaze_shape &shape,
                                                   const std::vector<dsl::Value> &values) const {
  return interpreter(values).extents(index, pair(shape, shape.batch, 0, 0, 0));
}

namespace {

/// Answers `top_blocks` with true at first, and with all other answers one after the other.
class AnySelection : public dsl::Selector {
public:
  /// `isConsistent`: the same of one Selection wherever it is asked for within a pair.
  explicit AnySelection(bool isConsistent) : isConsistent(isConsistent) {}

  bool selected(const dsl::Selection &selection, const dsl::Coordinates &) const override {
    const std::tuple asked(selection.count, selection.block, selection.share, selection.by);
    const auto known = answered.find(asked);
    if (isConsistent && known != answered.end())
      return known->second;
    if (next == answers.size())
      answers.push_back(true);
    return answered[asked] = answers[next++];
  }

  /// To the next answers; false where there are no more.
  bool advance() {
    while (!answers.empty() && !answers.back())
      answers.pop_back();
    if (answers.empty())
      return false;
    answers.back() = false;
    next = 0;
    answered.clear();
    return true;
  }

private:
  using Asked = std::tuple<std::int64_t, std::int64_t, std::int64_t, dsl::SelectBy>;

  bool isConsistent;
  mutable std::vector<bool> answers;
  mutable std::size_t next = 0;
  mutable std::map<Asked, bool> answered;
};

} // namespace

std::set<std::string> CompiledPattern::faultsAt(const dsl::Coordinates &at,
                                                const dsl::Interpreter &reading,
                                                bool isConsistent) const {
  std::set<std::string> faults;
  AnySelection selection(isConsistent);
  do {
    try {
      reading.scale(at);
      if (reading.keep(at, &selection))
        reading.score(at);
    } catch (const dsl::OutOfRange &outside) {
      const auto of = [&](dsl::Ambient name) {
        return std::to_string(at.integers[static_cast<std::size_t>(name)]);
      };
      faults.insert(std::string(outside.what()) + ", at batch " + of(dsl::Ambient::Batch) +
                    ", head " + of(dsl::Ambient::Head) + ", q " + of(dsl::Ambient::Q) + ", k " +
                    of(dsl::Ambient::K));
    }
  } while (selection.advance());
  return faults;
}

std::string CompiledPattern::wrongFault(const std::string &fault, const gaze_shape &shape,
                                        const std::vector<dsl::Value> &values) const {
  const dsl::Interpreter reading = interpreter(values);
  for (std::int64_t batch = 0; batch < shape.batch; ++batch)
    for (std::int64_t head = 0; head < shape.heads; ++head)
      for (std::int64_t row = 0; row < shape.seq_q; ++row)
        for (std::int64_t key = 0; key < shape.seq_k; ++key) {
          const dsl::Coordinates at = pair(shape, batch, head, row, key);
          // A compiler need not see that two selections are the same one.
          if (!fault.empty() && faultsAt(at, reading, false).count(fault) > 0)
            return "";
          if (const auto faults = faultsAt(at, reading, true); !faults.empty())
            return "'" + fault + "' where '" + *faults.begin() + "' was expected";
        }
  return fault.empty() ? "" : "'" + fault + "' where there is none";
}

std::string CompiledPattern::plannedFault(const gaze_shape &shape,
                                          const std::vector<dsl::Value> &values) const {
  try {
    plan(shape, values);
  } catch (const Error &error) {
    if (error.code() != GAZE_INDEX_OUT_OF_RANGE)
      throw;
    const std::string message = error.what(), separator = ": error: ";
    return message.substr(message.find(separator) + separator.size());
  }
  return "";
}

reference::Result CompiledPattern::expected(const Tensors &tensors,
                                            const std::vector<dsl::Value> &values) const {
  return reference::attention(interpreter(values), tensors.shape, headDim(), valueDim(),
                              tensors.q.data(), tensors.k.data(), tensors.v.data(), {},
                              reference::Pairs::Kept, table().element);
}

std::string CompiledPattern::mismatch(const Tensors &tensors,
                                      const reference::Result &expected) const {
  const reference::Tolerance tolerance = reference::toleranceOf(expected, table());
  const reference::Comparison found =
      reference::compare(expected, valueDim(), tensors.out.data(), tensors.lse.data(), tolerance);
  if (found.ok)
    return "";
  const std::int64_t row = found.worstRow, i = row * valueDim() + found.worstChannel;
  const bool isLse = found.worstChannel < 0;
  const gaze_shape &shape = tensors.shape;
  std::ostringstream text;
  text << "seq " << shape.seq_q << " x " << shape.seq_k << ", q_start " << shape.q_start
       << ", head_dim " << headDim() << "; row " << row
       << (isLse ? ", log-sum-exp" : ", channel " + std::to_string(found.worstChannel)) << ": "
       << (isLse ? tensors.lse[row] : tensors.out[i]) << ", expected "
       << (isLse ? expected.lse[row] : expected.out[i]) << "; by the plain reference "
       << (isLse ? tolerance.lse : tolerance.out) << " is allowed; of their limits: mean "
       << found.meanShare << ", root mean square " << found.rootMeanSquareShare << ", bias "
       << found.biasShare;
  return text.str();
}

reference::Result CompiledPattern::check(Tensors &tensors,
                                         const std::vector<dsl::Value> &values) const {
  run(tensors, values);
  reference::Result result = expected(tensors, values);
  EXPECT_EQ(mismatch(tensors, result), "");
  return result;
}

reference::Result CompiledPattern::check(const gaze_shape &shape,
                                         const std::vector<dsl::Value> &values) const {
  Tensors made = tensors(shape);
  return check(made, values);
}
