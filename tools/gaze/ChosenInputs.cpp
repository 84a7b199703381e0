//===- ChosenInputs.cpp - The tensors that a pattern reads --------------------===//
#include "dsl/Diagnostics.h"
#include "dsl/Names.h"
#include "dsl/Print.h"
#include "runtime/Error.h"
#include "runtime/Options.h"
#include "runtime/Plan.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Gpu.h"

#include <algorithm>

using namespace gaze;
using namespace gaze::cli;

static std::string quoted(const std::string &name) { return "'" + name + "'"; }

/// "int[batch, seq_k]"
static std::string declarationOf(const dsl::Input &input) {
  std::string axes;
  for (const dsl::ExprPtr &axis : input.axes)
    axes += (axes.empty() ? "" : ", ") + dsl::print(*axis);
  return std::string(dsl::spelling(input.type)) + "[" + axes + "]";
}

static std::size_t findInput(const dsl::Pattern &pattern, const std::string &name) {
  dsl::Suggestion suggestion(name);
  std::string known;
  for (std::size_t i = 0; i < pattern.inputs.size(); ++i) {
    const dsl::Input &input = pattern.inputs[i];
    if (input.name.text == name)
      return i;
    suggestion.consider(input.name.text, "the input");
    known += (known.empty() ? "" : ", ") + input.name.text + ": " + declarationOf(input);
  }
  throw Failure("--input " + name + ": the pattern '" + pattern.name.text + "' has no input " +
                quoted(name) + suggestion.text() + " (it has " + (known.empty() ? "none" : known) +
                ")");
}

static NpyInput readInput(const dsl::Input &input, const std::string &path) {
  NpyInput file = readNpyInput(path);
  const bool isBool = file.type == ElementType::Bool;
  const bool isFloat = file.type == ElementType::Float16 || file.type == ElementType::Float32 ||
                       file.type == ElementType::Float64;
  const dsl::Type found = isBool ? dsl::Type::Bool : isFloat ? dsl::Type::Float : dsl::Type::Int;
  if (found == input.type)
    return file;
  const char *wanted = input.type == dsl::Type::Int     ? "numpy.int64"
                       : input.type == dsl::Type::Float ? "numpy.float32"
                                                        : "bool";
  throw Failure("the input '" + input.name.text + "' is " + declarationOf(input) + ", but " +
                quoted(path) + " holds " + spelling(file.type) + "; convert it, as with .astype(" +
                wanted + ") in NumPy");
}

void cli::readInputs(ChosenPattern &chosen, const std::vector<std::string> &given) {
  const std::vector<dsl::Input> &inputs = chosen.pattern->inputs;
  std::vector<std::string> paths(inputs.size());
  for (const std::string &setting : given) {
    const std::size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == setting.size())
      throw Failure("--input " + setting + ": NAME=FILE.npy is needed", ExitWrongUsage);
    const std::string name = setting.substr(0, equals);
    std::string &path = paths[findInput(*chosen.pattern, name)];
    if (!path.empty())
      throw Failure("--input " + name + " is given twice", ExitWrongUsage);
    path = setting.substr(equals + 1);
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string &name = inputs[i].name.text;
    if (paths[i].empty())
      throw Failure("the pattern '" + chosen.pattern->name.text + "' reads the input '" + name +
                    "', " + declarationOf(inputs[i]) + "; give it with --input " + name +
                    "=FILE.npy");
    chosen.inputs.push_back(readInput(inputs[i], paths[i]));
  }
}

std::vector<gaze_input_tensor> ChosenPattern::runtimeInputs() const {
  std::vector<gaze_input_tensor> result;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const NpyInput &file = inputs[i];
    gaze_input_tensor tensor = {};
    tensor.rank = static_cast<std::int32_t>(file.shape.size());
    std::copy_n(file.shape.begin(), std::min<std::size_t>(file.shape.size(), GAZE_MAX_AXES),
                tensor.extents);
    switch (pattern->inputs[i].type) {
    case dsl::Type::Int:
      tensor.element = GAZE_ELEMENT_INT64;
      tensor.data = file.ints.data();
      break;
    case dsl::Type::Float:
      tensor.element = GAZE_ELEMENT_FLOAT32;
      tensor.data = file.floats.data();
      break;
    case dsl::Type::Bool:
      tensor.element = GAZE_ELEMENT_BOOL;
      tensor.data = file.bools.data();
      break;
    }
    result.push_back(tensor);
  }
  return result;
}

/// Whether the runtime may refuse it, for its values.
static bool mayBeRefused(const dsl::Expr &expr) {
  using Kind = dsl::Expr::Kind;
  return expr.kind == Kind::Index || expr.kind == Kind::TopBlocks ||
         (expr.kind == Kind::Binary &&
          (expr.op == dsl::Operator::Divide || expr.op == dsl::Operator::Modulo));
}

/// Finds what was refused in `expr` and stands at `place`, FILE:LINE:COLUMN.
static void findRefused(const dsl::SourceSet &sources, const dsl::Expr &expr,
                        const std::string &place, dsl::Span &found) {
  if (mayBeRefused(expr)) {
    const dsl::SourceFile &file = sources.file(expr.span.file);
    const dsl::LineColumn at = file.lineColumn(expr.span.begin);
    if (place == file.path() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column))
      found = expr.span;
  }
  for (const dsl::ExprPtr &operand : expr.operands)
    findRefused(sources, *operand, place, found);
  for (const dsl::Binding &binding : expr.bindings)
    findRefused(sources, *binding.value, place, found);
}

/// What the runtime says of a place, FILE:LINE:COLUMN: error: TEXT, with the line that it
/// stands in.
static Failure failureAtPlace(const ChosenPattern &chosen, const gaze_shape &shape,
                              gaze_status status, const std::string &message) {
  const std::string separator = ": error: ";
  const std::size_t end = message.find(separator);
  dsl::Span span;
  const auto search = [&](const dsl::ExprPtr &expr) {
    if (expr && end != std::string::npos)
      findRefused(chosen.program->sources, *expr, message.substr(0, end), span);
  };
  for (const dsl::Def &def : chosen.program->defs)
    search(def.body);
  for (const dsl::Let &let : chosen.pattern->lets)
    search(let.value);
  search(chosen.pattern->keep);
  search(chosen.pattern->scale);
  for (const dsl::ExprPtr &score : chosen.pattern->scores)
    search(score);
  if (!span.valid())
    return Failure::rendered(message);
  dsl::Diagnostics diagnostics;
  dsl::Diagnostic &error = diagnostics.error(span, message.substr(end + separator.size()));
  const bool isOutside = shape.q_start < 0 || shape.q_start + shape.seq_q > shape.seq_k;
  if (status == GAZE_INDEX_OUT_OF_RANGE && isOutside)
    error.notes.push_back({{},
                           "q goes from " + std::to_string(shape.q_start) + " to " +
                               std::to_string(shape.q_start + shape.seq_q - 1) +
                               " here; --q-start says where it begins [" + "seq_k - seq_q]"});
  return Failure::rendered(diagnostics.render(chosen.program->sources));
}

static bool hasPlace(gaze_status status) {
  return status == GAZE_INDEX_OUT_OF_RANGE || status == GAZE_REQUIREMENT_FAILED;
}

Plan ChosenPattern::plan(const gaze_kernel &kernel, const gaze_shape &shape, int threads,
                         int device) const {
  Options options(threads);
  if (kernel.gpu)
    options.device(deviceOf(kernel.gpu->api, device));
  try {
    return Plan(kernel, shape, runtimeValues(), runtimeInputs(), options);
  } catch (const Error &error) {
    if (hasPlace(error.code()))
      throw failureAtPlace(*this, shape, error.code(), error.what());
    throw;
  }
}

runtime::Owned<gaze_plan> ChosenPattern::preparePlan(const gaze_kernel &kernel,
                                                     const gaze_shape &shape, int threads) const {
  std::vector<gaze_value> plain;
  const std::vector<Value> typed = runtimeValues();
  for (std::size_t i = 0; i < typed.size(); ++i)
    typed[i].as(kernel.parameters[i], plain.emplace_back()).orThrow();
  const std::vector<gaze_input_tensor> tensors = runtimeInputs();
  try {
    return runtime::preparePlan(&kernel, &shape, plain.data(),
                                static_cast<std::int32_t>(plain.size()), tensors.data(),
                                static_cast<std::int32_t>(tensors.size()), threads);
  } catch (const runtime::Failure &failure) {
    if (hasPlace(failure.status))
      throw failureAtPlace(*this, shape, failure.status, failure.what());
    throw Error(failure.status, failure.what());
  }
}
