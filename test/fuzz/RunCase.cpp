//===- RunCase.cpp - A case beside the float64 reference ----------------------------===//
#include "RunCase.h"

#include "Harness.h"
#include "Refusal.h"
#include "compiler/reference/Elements.h"
#include "runtime/Parts.h"
#include "tools/gaze/KernelMask.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <random>

using namespace gaze;
using namespace gaze::test;

namespace {

std::vector<dsl::Value> valuesOf(const dsl::Pattern &pattern, const Problem &problem) {
  std::vector<dsl::Value> values;
  for (const dsl::Parameter &parameter : pattern.parameters)
    values.push_back(
        {parameter.type, parameter.type == dsl::Type::Bool ? problem.flag : problem.w, problem.p});
  return values;
}

/// Mostly small numbers: elements are indices of other inputs, too. The name decides, so that
/// an input keeps its elements when another one is taken out of the text.
InputData inputOf(const CompiledPattern &pattern, std::size_t index, const Problem &problem,
                  const std::vector<dsl::Value> &values) {
  std::mt19937_64 random(problem.data ^
                         std::hash<std::string>()(pattern.pattern().inputs[index].name.text));
  InputData data;
  data.extents = pattern.extents(index, problem.shape, values);
  std::int64_t count = 1;
  for (const std::int64_t extent : data.extents)
    count *= extent;
  const float odd[] = {std::nanf(""), INFINITY, -INFINITY, -0.0F};
  for (std::int64_t i = 0; i < count; ++i) {
    const auto small = static_cast<std::int64_t>(random() % 12);
    data.ints.push_back(random() % 64 ? small : static_cast<std::int64_t>(random()));
    data.floats.push_back(random() % 64 ? static_cast<float>(small) / 8 : odd[random() % 4]);
    data.bools.push_back(random() % 8 != 0);
  }
  return data;
}

Tensors tensorsOf(const CompiledPattern &pattern, const Problem &problem) {
  Tensors tensors = pattern.tensors(problem.shape, static_cast<unsigned>(problem.data));
  for (std::vector<float> *tensor : {&tensors.q, &tensors.k})
    for (float &value : *tensor)
      value *= static_cast<float>(problem.scale);
  return tensors;
}

/// [batch, seq, heads, dim] in memory that is otherwise full of NaN.
class Strided {
public:
  Strided(gaze_element element, const std::vector<float> &dense, std::int64_t batch,
          std::int64_t heads, std::int64_t seq, std::int64_t dim)
      : batch(batch), heads(heads), seq(seq), dim(dim), elements(element, spread(dense)) {}

  gaze_tensor tensor() const {
    return {elements.tensor(1, 1, 1).data,
            elements.type(),
            4,
            {batch, heads, seq, dim},
            {(seq + 1) * heads * (dim + 3), dim + 3, heads * (dim + 3), 1}};
  }

  /// What stands there now; NaN everywhere where something was written beside it.
  std::vector<float> dense() {
    elements.readBack();
    std::vector<float> rest = elements.values(), result;
    for (std::int64_t i = 0; i < batch * heads * seq * dim; ++i)
      result.push_back(std::exchange(rest[place(i)], std::nanf("")));
    for (const float value : rest)
      if (!std::isnan(value))
        return std::vector<float>(result.size(), std::nanf(""));
    return result;
  }

private:
  /// Of element `i` of [batch, heads, seq, dim].
  std::int64_t place(std::int64_t i) const {
    const std::int64_t row = i / dim % seq, head = i / dim / seq % heads;
    return ((i / dim / seq / heads * (seq + 1) + row) * heads + head) * (dim + 3) + i % dim;
  }
  std::vector<float> spread(const std::vector<float> &from) const {
    std::vector<float> to(batch * (seq + 1) * heads * (dim + 3), std::nanf(""));
    for (std::size_t i = 0; i < from.size(); ++i)
      to[place(static_cast<std::int64_t>(i))] = from[i];
    return to;
  }

  std::int64_t batch, heads, seq, dim;
  reference::Elements elements;
};

void runStrided(const CompiledPattern &pattern, Tensors &tensors,
                const std::vector<dsl::Value> &values) {
  const gaze_shape &shape = tensors.shape;
  const auto strided = [&](const std::vector<float> &dense, std::int64_t heads, std::int64_t seq,
                           int dim) {
    return Strided(pattern.table().element, dense, shape.batch, heads, seq, dim);
  };
  const Strided q = strided(tensors.q, shape.heads, shape.seq_q, pattern.headDim());
  const Strided k = strided(tensors.k, shape.kv_heads, shape.seq_k, pattern.headDim());
  const Strided v = strided(tensors.v, shape.kv_heads, shape.seq_k, pattern.valueDim());
  Strided out = strided({}, shape.heads, shape.seq_q, pattern.valueDim());
  pattern.plan(shape, values)
      .run(q.tensor(), k.tensor(), v.tensor(), out.tensor(),
           view(tensors.lse.data(), {shape.batch, shape.heads, shape.seq_q}));
  tensors.out = out.dense();
}

bool sameBits(const std::vector<float> &one, const std::vector<float> &other) {
  return std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0;
}

/// How a plan has the pair: not at all, in a tile that is masked, in one that is kept whole, or in
/// more than one.
enum Planned : std::uint8_t { Absent, Partial, Full, Twice };

/// Nothing where the plan takes keys in other orders than their own, which are no tiles.
std::optional<std::vector<std::uint8_t>> plannedPairs(const Plan &plan, const gaze_shape &shape,
                                                      std::int64_t head, std::int64_t batch) {
  struct Pairs {
    std::int64_t keys;
    std::vector<std::uint8_t> planned;
  } pairs{shape.seq_k, std::vector<std::uint8_t>(shape.seq_q * shape.seq_k, Absent)};
  const auto visit = [](void *context, std::int64_t qBegin, std::int64_t qEnd, std::int64_t kBegin,
                        std::int64_t kEnd, std::int32_t full) {
    auto &[keys, planned] = *static_cast<Pairs *>(context);
    for (std::int64_t row = qBegin; row < qEnd; ++row)
      for (std::int64_t key = kBegin; key < kEnd; ++key) {
        std::uint8_t &pair = planned[row * keys + key];
        pair = pair != Absent ? Twice : full ? Full : Partial;
      }
    return 0;
  };
  if (gaze_plan_visit(plan.get(), head, batch, visit, &pairs, nullptr) != GAZE_OK)
    return std::nullopt;
  return pairs.planned;
}

/// Holds the mask and the plan to the interpreter.
std::string compareMasks(const CompiledPattern &pattern, const Problem &problem,
                         const std::vector<dsl::Value> &values) {
  const gaze_shape &shape = problem.shape;
  const Plan plan = pattern.plan(shape, values);
  const cli::KernelMask mask(*plan.get());
  const dsl::Interpreter interpreter = pattern.interpreter(values);
  std::vector<std::uint8_t> kept(shape.seq_q * shape.seq_k);
  for (std::int64_t batch = 0; batch < shape.batch; ++batch)
    for (std::int64_t head = 0; head < shape.heads; ++head) {
      const auto planned = plannedPairs(plan, shape, head, batch);
      if (!planned && pattern.table().part_count == 0)
        return "the plan cannot be visited";
      mask.keep({head, batch}, 0, shape.seq_q, 0, shape.seq_k, kept.data());
      for (std::size_t i = 0; i < kept.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i) / shape.seq_k;
        const auto key = static_cast<std::int64_t>(i) % shape.seq_k;
        const bool expected = interpreter.keep(pattern.pair(shape, batch, head, row, key));
        const bool isPlanned =
            !planned || ((*planned)[i] != (expected ? Absent : Full) && (*planned)[i] != Twice);
        if (expected != (kept[i] != 0) || !isPlanned)
          return "batch " + std::to_string(batch) + ", head " + std::to_string(head) + ", row " +
                 std::to_string(row) + ", key " + std::to_string(key) +
                 (expected ? " is kept" : " is not kept") + ", but the mask has " +
                 std::to_string(kept[i]) + " and the plan " +
                 (planned ? std::to_string((*planned)[i]) : "no tiles");
      }
    }
  return "";
}

/// Compares one problem; "" where all is right.
std::string compareOne(const CompiledPattern &pattern, const Problem &problem,
                       const std::vector<dsl::Value> &values, Outcome &outcome) {
  Tensors tensors = tensorsOf(pattern, problem);
  pattern.run(tensors, values, 1);
  const reference::Result expected = pattern.expected(tensors, values);
  ++outcome.compared;
  outcome.empty += expected.rowsEmpty == static_cast<std::int64_t>(expected.lse.size());
  if (const std::string wrong = pattern.mismatch(tensors, expected); !wrong.empty())
    return wrong;

  Tensors again = tensors;
  if (problem.strided)
    runStrided(pattern, again, values);
  else
    pattern.run(again, values, 3);
  if (!sameBits(tensors.out, again.out) || !sameBits(tensors.lse, again.lse))
    return problem.strided ? "other bits with strides" : "other bits on three threads";
  return "";
}

/// The fault that both find, or that only one finds.
std::string runOne(CompiledPattern &pattern, bool isMaskOnly, const Problem &problem,
                   Outcome &outcome) {
  runtime::alwaysInParts = problem.inParts;
  const std::vector<dsl::Value> values = valuesOf(pattern.pattern(), problem);
  const dsl::Coordinates at = pattern.pair(problem.shape, 0, 0, 0, 0);
  const std::string due = dueRefusal(pattern.file(), pattern.pattern(), values, at);
  std::vector<InputData> data;
  for (std::size_t i = 0; i < pattern.inputCount(); ++i)
    data.push_back(inputOf(pattern, i, problem, values));
  pattern.give(std::move(data));
  try {
    const std::string fault = pattern.plannedFault(problem.shape, values);
    if (!due.empty())
      return "not refused: " + due;
    if (pattern.inputCount() > 0)
      if (std::string wrong = pattern.wrongFault(fault, problem.shape, values); !wrong.empty())
        return wrong;
    if (!fault.empty()) {
      ++outcome.outside;
      return "";
    }
    outcome.inParts += pattern.plan(problem.shape, values).info().parts > 1;
    // What selects has no mask before Q and K are known.
    if (pattern.table().selection_count == 0) {
      ++outcome.masks;
      if (std::string wrong = compareMasks(pattern, problem, values); !wrong.empty())
        return wrong;
    }
    return isMaskOnly ? "" : compareOne(pattern, problem, values, outcome);
  } catch (const Error &error) {
    if (error.code() != GAZE_REQUIREMENT_FAILED)
      return std::string("status ") + std::to_string(error.code()) + ": " + error.what();
    if (due.empty() || std::strstr(error.what(), due.c_str()) == nullptr)
      return "refused, where " + (due.empty() ? std::string("nothing") : due) +
             " is due: " + error.what();
    ++outcome.refused;
    return "";
  }
}

} // namespace

Outcome gaze::test::runCase(const Case &given) {
  Outcome outcome;
  try {
    CompiledPattern pattern(given.text, given.options);
    for (std::size_t i = 0; i < given.problems.size() && outcome.failed < 0; ++i) {
      outcome.failure = runOne(pattern, given.options.maskOnly, given.problems[i], outcome);
      if (!outcome.failure.empty())
        outcome.failed = static_cast<int>(i);
    }
  } catch (const CompileError &error) {
    if (error.kind == CompileError::Kind::Pattern) {
      ++outcome.limited;
    } else {
      outcome.failure = error.what();
      outcome.failed = 0;
    }
  } catch (const std::exception &error) {
    outcome.failure = error.what();
    outcome.failed = 0;
  }
  return outcome;
}
