//===- ChosenPattern.cpp - A checked pattern and the values of its parameters ===//
#include "tools/gaze/ChosenPattern.h"
#include "dsl/Load.h"
#include "dsl/Names.h"
#include "dsl/Text.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/OutputFile.h"
#include "tools/gaze/PatternLibrary.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>
#include <sstream>

using namespace gaze;
using namespace gaze::cli;

static std::string quoted(const std::string &name) { return "'" + name + "'"; }

ChosenPattern cli::choosePattern(const PatternOptions &options) {
  dsl::Diagnostics diagnostics;
  ChosenPattern chosen;
  chosen.program = std::make_shared<const dsl::Program>(
      dsl::load(patternFile(options.file), libraryFolders(), diagnostics));
  const std::string messages = diagnostics.render(chosen.program->sources);
  if (diagnostics.hasErrors())
    throw Failure::rendered(messages);
  std::cerr << messages; // warnings

  const std::vector<dsl::Pattern> &patterns = chosen.program->patterns;
  if (patterns.empty())
    throw Failure("'" + options.file + "' has no pattern");
  std::string names;
  dsl::Suggestion suggestion(options.name);
  for (const dsl::Pattern &pattern : patterns) {
    if (pattern.name.text == options.name)
      chosen.pattern = &pattern;
    suggestion.consider(pattern.name.text, "the pattern");
    names += (names.empty() ? "" : ", ") + pattern.name.text;
  }
  names = dsl::shortened(names, 400);
  if (options.name.empty() && patterns.size() == 1)
    chosen.pattern = &patterns.front();
  else if (options.name.empty())
    throw Failure("'" + options.file +
                  "' has several patterns; choose one with --pattern: " + names);
  else if (!chosen.pattern)
    throw Failure("'" + options.file + "' has no pattern " + quoted(options.name) +
                  suggestion.text() + " (it has " + names + ")");
  return chosen;
}

//===----------------------------------------------------------------------===//
// Values of parameters
//===----------------------------------------------------------------------===//

namespace {

template <typename Number> std::errc parseNumber(const std::string &text, Number &number) {
  const char *end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  return result.ec == std::errc() && result.ptr != end ? std::errc::invalid_argument : result.ec;
}

/// Throws a Failure that names the parameter.
dsl::Value parseValue(const dsl::Parameter &parameter, const std::string &text) {
  dsl::Value value;
  value.type = parameter.type;
  std::errc error = std::errc();
  switch (parameter.type) {
  case dsl::Type::Int:
    error = parseNumber(text, value.integer);
    break;
  case dsl::Type::Float:
    error = parseNumber(text, value.real);
    if (error == std::errc() && !std::isfinite(value.real))
      error = std::errc::invalid_argument;
    break;
  case dsl::Type::Bool:
    value.integer = text == "true";
    if (text != "true" && text != "false")
      error = std::errc::invalid_argument;
    break;
  }
  if (error == std::errc())
    return value;
  const char *wants = parameter.type == dsl::Type::Bool ? ": true or false" : "";
  throw Failure("--set " + parameter.name.text + "=" + text + ": the parameter is " +
                std::string(dsl::withArticle(parameter.type)) + wants +
                (error == std::errc::result_out_of_range ? ", and this number is past its 64 bits"
                                                         : ", and " + quoted(text) + " is none"));
}

/// The value of a literal, which is of the parameter's type after checking.
dsl::Value literalValue(const dsl::Parameter &parameter) {
  const dsl::Expr &literal = *parameter.defaultValue;
  dsl::Value value;
  value.type = parameter.type;
  value.integer = literal.integer;
  value.real = literal.real;
  return value;
}

const dsl::Parameter &findParameter(const dsl::Pattern &pattern, const std::string &name) {
  dsl::Suggestion suggestion(name);
  std::string known;
  for (const dsl::Parameter &parameter : pattern.parameters) {
    if (parameter.name.text == name)
      return parameter;
    suggestion.consider(parameter.name.text, "the parameter");
    known += (known.empty() ? "" : ", ") + parameter.name.text + ": " +
             std::string(dsl::spelling(parameter.type));
  }
  throw Failure("--set " + name + ": the pattern '" + pattern.name.text + "' has no parameter " +
                quoted(name) + suggestion.text() + " (it has " + (known.empty() ? "none" : known) +
                ")");
}

} // namespace

std::map<std::string, dsl::Value> cli::givenValues(const dsl::Pattern &pattern,
                                                   const std::vector<std::string> &settings) {
  std::map<std::string, dsl::Value> values;
  for (const std::string &setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw Failure("--set " + setting + ": NAME=VALUE is needed", ExitWrongUsage);
    const std::string name = setting.substr(0, equals);
    const dsl::Parameter &parameter = findParameter(pattern, name);
    if (!values.emplace(name, parseValue(parameter, setting.substr(equals + 1))).second)
      throw Failure("--set " + name + " is given twice", ExitWrongUsage);
  }
  return values;
}

void cli::keepSources(const std::string &flag, const std::string &path, const ChosenPattern &chosen,
                      const std::string &schedule, const TensorOptions &tensors) {
  const auto keep = [&](const std::string &source, const std::string &what) {
    if (isSameFile(path, source))
      throw Failure(flag + " names '" + path + "', from which " + what + " is read",
                    ExitWrongUsage);
  };
  const dsl::SourceSet &sources = chosen.program->sources;
  for (int i = 0; i < sources.size(); ++i)
    keep(sources.file(i).path(), "the pattern");
  for (std::size_t i = 0; i < chosen.inputs.size(); ++i)
    keep(chosen.inputs[i].path, "the input '" + chosen.pattern->inputs[i].name.text + "'");
  keep(tensors.q, "Q");
  keep(tensors.k, "K");
  keep(tensors.v, "V");
  if (isSameFile(path, schedule))
    throw Failure(flag + " names the schedule file", ExitWrongUsage);
}

ChosenPattern cli::choosePattern(const PatternOptions &options, const ValueOptions &settings) {
  ChosenPattern chosen = choosePattern(options);
  const std::map<std::string, dsl::Value> given = givenValues(*chosen.pattern, settings.settings);
  for (const dsl::Parameter &parameter : chosen.pattern->parameters) {
    const std::string &name = parameter.name.text;
    if (const auto found = given.find(name); found != given.end())
      chosen.values.push_back(found->second);
    else if (parameter.defaultValue)
      chosen.values.push_back(literalValue(parameter));
    else
      throw Failure("the parameter '" + name + "' of the pattern '" + chosen.pattern->name.text +
                    "' has no default; give it with --set " + name + "=VALUE");
  }
  readInputs(chosen, settings.inputs);
  return chosen;
}

std::string ChosenPattern::title() const {
  std::ostringstream text;
  text << pattern->name.text << "(" << std::boolalpha;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text << (i ? ", " : "") << pattern->parameters[i].name.text << " = ";
    if (values[i].type == dsl::Type::Float)
      text << values[i].real;
    else if (values[i].type == dsl::Type::Bool)
      text << (values[i].integer != 0);
    else
      text << values[i].integer;
  }
  return text.str() + ")";
}

std::vector<Value> ChosenPattern::runtimeValues() const {
  std::vector<Value> result;
  for (const dsl::Value &value : values)
    result.push_back(value.type == dsl::Type::Float  ? Value(value.real)
                     : value.type == dsl::Type::Bool ? Value(value.integer != 0)
                                                     : Value(value.integer));
  return result;
}

dsl::Interpreter ChosenPattern::interpreter() const {
  std::vector<dsl::InputTensor> tensors;
  for (const NpyInput &file : inputs)
    tensors.push_back({file.shape, file.ints.data(), file.floats.data(), file.bools.data()});
  return dsl::Interpreter(*program, *pattern, values, std::move(tensors));
}

void cli::checkRequirements(const ChosenPattern &chosen, const gaze_shape &shape, int headDim) {
  dsl::Coordinates at;
  at.integers = {0, 0, 0, 0, shape.seq_q, shape.seq_k, shape.heads, headDim};
  const dsl::Interpreter interpreter = chosen.interpreter();
  const int failed = interpreter.failedRequirement(at);
  dsl::Diagnostics diagnostics;
  if (failed >= 0) {
    const dsl::Require &require = chosen.pattern->requirements[failed];
    diagnostics.error(require.span, dsl::shortened(require.message, 400));
  }
  at.integers[static_cast<int>(dsl::Ambient::Batch)] = shape.batch;
  const auto isNone = [](std::int64_t size) { return size < 1; };
  for (std::size_t i = 0; failed < 0 && i < chosen.inputs.size(); ++i) {
    const dsl::Input &input = chosen.pattern->inputs[i];
    const std::vector<std::int64_t> sizes = interpreter.extents(i, at);
    if (sizes == chosen.inputs[i].shape)
      continue;
    const bool holdsNone = std::any_of(sizes.begin(), sizes.end(), isNone);
    diagnostics.error(
        input.name.span,
        "the input '" + input.name.text + "' needs the shape " + spelling(sizes) +
            (holdsNone ? ", which holds no element (what is divided by 0 is 0)," : ",") + " but " +
            quoted(chosen.inputs[i].path) + " has " + spelling(chosen.inputs[i].shape));
  }
  if (!diagnostics.empty())
    throw Failure::rendered(diagnostics.render(chosen.program->sources));
}
