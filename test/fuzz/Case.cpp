//===- Case.cpp - A program and what it is run on, as a file -----------------------===//
#include "Case.h"

#include <charconv>
#include <map>
#include <sstream>
#include <stdexcept>

using namespace gaze;
using namespace gaze::test;

static const std::map<std::string, gaze_element> elements = {
    {"f32", GAZE_ELEMENT_FLOAT32}, {"f16", GAZE_ELEMENT_FLOAT16}, {"bf16", GAZE_ELEMENT_BFLOAT16}};

static std::string print(const KernelOptions &options) {
  std::ostringstream line;
  line << "//! target=" << options.target;
  for (const auto &[name, element] : elements)
    if (element == options.element)
      line << " element=" << name;
  line << " head_dim=" << options.headDim << " value_dim=" << options.valueDim;
  if (options.checksPromises)
    line << " checked=1";
  if (options.maskOnly)
    line << " mask_only=1";
  if (options.scheduleJson)
    line << " schedule=" << *options.scheduleJson;
  line << "\n";
  return line.str();
}

static std::string print(const Problem &problem) {
  const gaze_shape &shape = problem.shape;
  std::ostringstream line;
  line.precision(17);
  line << "//! shape=" << shape.batch << "," << shape.heads << "," << shape.kv_heads << ","
       << shape.seq_q << "," << shape.seq_k << "," << shape.q_start << " w=" << problem.w
       << " p=" << problem.p << " flag=" << problem.flag << " data=" << problem.data
       << " scale=" << problem.scale << " strided=" << problem.strided
       << " parts=" << problem.inParts << "\n";
  return line.str();
}

std::string gaze::test::print(const Case &printed) {
  std::string file = ::print(printed.options);
  for (const Problem &problem : printed.problems)
    file += ::print(problem);
  return file + printed.text;
}

/// The whole word. Denormals and infinities are numbers too, which std::stod refuses.
template <typename Number> static Number parseNumber(const std::string &word) {
  const char *const last = word.data() + word.size();
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), last, number);
  if (error != std::errc() || end != last)
    throw std::invalid_argument("not a number: " + word);
  return number;
}

static gaze_shape parseShape(const std::string &text) {
  gaze_shape shape;
  std::istringstream numbers(text);
  char comma;
  numbers >> shape.batch >> comma >> shape.heads >> comma >> shape.kv_heads >> comma >>
      shape.seq_q >> comma >> shape.seq_k >> comma >> shape.q_start;
  if (!numbers)
    throw std::invalid_argument("a shape is six numbers, not " + text);
  return shape;
}

static void parseLine(const std::map<std::string, std::string> &values, Case &result) {
  if (!values.count("shape")) {
    result.options.target = values.at("target");
    result.options.element = elements.at(values.at("element"));
    result.options.headDim = parseNumber<int>(values.at("head_dim"));
    result.options.valueDim = parseNumber<int>(values.at("value_dim"));
    result.options.checksPromises = values.count("checked") > 0;
    result.options.maskOnly = values.count("mask_only") > 0;
    if (values.count("schedule"))
      result.options.scheduleJson = values.at("schedule");
    return;
  }
  Problem problem;
  problem.shape = parseShape(values.at("shape"));
  problem.w = parseNumber<std::int64_t>(values.at("w"));
  problem.p = parseNumber<double>(values.at("p"));
  problem.flag = values.at("flag") == "1";
  problem.data = parseNumber<std::uint64_t>(values.at("data"));
  problem.scale = parseNumber<double>(values.at("scale"));
  problem.strided = values.at("strided") == "1";
  problem.inParts = values.count("parts") && values.at("parts") == "1";
  result.problems.push_back(problem);
}

Case gaze::test::parseCase(const std::string &file) {
  Case result;
  result.options.cached = Cached::Never;
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("//!", 0) != 0) {
      result.text += line + "\n";
      continue;
    }
    std::map<std::string, std::string> values;
    std::istringstream words(line.substr(3));
    for (std::string word; words >> word;)
      values[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
    try {
      parseLine(values, result);
    } catch (const std::exception &) {
      throw std::invalid_argument("not a line of a case: " + line);
    }
  }
  if (result.problems.empty())
    throw std::invalid_argument("a case has a line with a shape");
  return result;
}
