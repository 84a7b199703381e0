//===- Driver.cpp - Kernels that were compiled elsewhere, on this machine's GPU -------===//
//
//   gaze-gpu device
//   gaze-gpu verify KERNEL FILE [FLAG VALUE]...     against the float64 reference, every row
//   gaze-gpu bench KERNEL FILE [FLAG VALUE]...      on tensors of the device; a few rows are
//   verified
//
// Prints one JSON object on standard output. Needs no compiler: the kernels are linked in
// (test/gpu/build makes `kernels`), and the reference interprets the pattern file.
//
//===----------------------------------------------------------------------===//
#include "compiler/reference/Compare.h"
#include "runtime/gpu/Library.h"
#include "test/gpu/Kernels.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Gpu.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

using namespace gaze;
using namespace gaze::cli;
using Json = nlohmann::ordered_json;

namespace {

constexpr int sampleRows = 4;

struct Arguments {
  ValueOptions values;
  ShapeOptions shape;
  int device = 0, repetitions = 10;
  double seconds = 2; ///< after which no repetition begins
};

Arguments parse(const std::vector<std::string> &words) {
  Arguments parsed;
  if (words.size() % 2)
    throw Failure(words.back() + " needs a value");
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const std::string &flag = words[i], &value = words[i + 1];
    if (flag == "--set")
      parsed.values.settings.push_back(value);
    else if (flag == "--input")
      parsed.values.inputs.push_back(value);
    else if (flag == "--heads")
      parsed.shape.heads = std::stoll(value);
    else if (flag == "--seq")
      parsed.shape.seq = std::stoll(value);
    else if (flag == "--seq-q")
      parsed.shape.seqQ = std::stoll(value);
    else if (flag == "--seq-k")
      parsed.shape.seqK = std::stoll(value);
    else if (flag == "--q-start")
      parsed.shape.qStart = std::stoll(value);
    else if (flag == "--device")
      parsed.device = std::stoi(value);
    else if (flag == "--repetitions")
      parsed.repetitions = std::stoi(value);
    else
      throw Failure("there is no flag " + flag);
  }
  return parsed;
}

const gaze_kernel &kernelNamed(const std::string &name) {
  for (const NamedKernel *kernel = kernels; kernel->name; ++kernel)
    if (kernel->name == name)
      return *kernel->kernel;
  throw Failure("no kernel " + name + " is linked in");
}

/// A kernel, its pattern, and tensors of its type.
struct Case {
  const gaze_kernel &kernel;
  Arguments arguments;
  ChosenPattern chosen;
  Problem problem;

  Case(const std::string &name, const std::string &file, const std::vector<std::string> &words)
      : kernel(kernelNamed(name)), arguments(parse(words)),
        chosen(choosePattern(PatternOptions{file, ""}, arguments.values)) {
    arguments.shape.headDim = kernel.head_dim;
    problem = randomProblem(arguments.shape, kernel.element, 0);
    checkRequirements(chosen, problem.shape, problem.headDim);
  }

  std::optional<gaze_element> plainType() const {
    return kernel.element == GAZE_ELEMENT_FLOAT32 ? std::nullopt : std::optional(kernel.element);
  }
  Plan plan() const { return chosen.plan(kernel, problem.shape, 0, arguments.device); }
};

Json toJson(const reference::Comparison &found) {
  return {
      {"ok", found.ok}, {"max_abs_error", found.maxAbsError}, {"max_lse_error", found.maxLseError}};
}

Json verify(const Case &of) {
  const Problem &problem = of.problem;
  const Plan plan = of.plan();
  Output output = problem.makeOutput();
  problem.run(plan, output, 0);
  output.out.readBack();
  const reference::Result expected =
      reference::attention(of.chosen.interpreter(), problem.shape, problem.headDim,
                           problem.valueDim, problem.q.values().data(), problem.k.values().data(),
                           problem.v.values().data(), {}, reference::Pairs::Kept, of.plainType());
  return toJson(reference::compare(expected, problem.valueDim, output.out.values().data(),
                                   output.lse.data(), reference::toleranceOf(expected, of.kernel)));
}

/// Rows of the last head, from the first query, the middle and the end.
Json verifySamples(const Case &of, const Plan &plan) {
  const Problem &problem = of.problem;
  Output output = problem.makeOutput();
  problem.run(plan, output, 0);
  output.out.readBack();
  const std::int64_t head = problem.shape.heads - 1, seq = problem.shape.seq_q;
  const std::int64_t dim = problem.headDim;
  Json worst;
  for (const std::int64_t row : {std::int64_t{0}, seq / 2 - 1, seq - sampleRows}) {
    const std::int64_t from = (head * seq + row) * dim;
    const gaze_shape rows = {1, 1, 1, sampleRows, problem.shape.seq_k, row};
    const std::int64_t keys = head * problem.shape.seq_k * dim;
    const reference::Result expected = reference::attention(
        of.chosen.interpreter(), rows, problem.headDim, problem.valueDim,
        problem.q.values().data() + from, problem.k.values().data() + keys,
        problem.v.values().data() + keys, {}, reference::Pairs::Kept, of.plainType());
    const Json found = toJson(reference::compare(
        expected, problem.valueDim, output.out.values().data() + from,
        output.lse.data() + head * seq + row, reference::toleranceOf(expected, of.kernel)));
    if (worst.is_null() || !found["ok"] || found["max_abs_error"] > worst["max_abs_error"])
      worst = found;
    if (!found["ok"])
      break;
  }
  return worst;
}

/// The least of several runs; the first, in which the driver compiles, is not among them.
Json bench(const Case &of) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  Clock::time_point begin = Clock::now();
  const Plan plan = of.plan();
  const double planned = since(begin);
  Json result = verifySamples(of, plan);
  ProblemOnDevice onDevice(of.problem, deviceOf(of.kernel.gpu->api, of.arguments.device));
  onDevice.run(plan);
  double least = std::numeric_limits<double>::infinity();
  const Clock::time_point first = Clock::now();
  for (int i = 0; i < of.arguments.repetitions && (i < 2 || since(first) < of.arguments.seconds);
       ++i) {
    begin = Clock::now();
    onDevice.run(plan);
    least = std::min(least, since(begin));
  }
  result["ms"] = least * 1e3;
  result["plan_ms"] = planned * 1e3;
  return result;
}

/// What CUDA's driver tells of it, where it is CUDA: the peak follows from that.
Json describe() {
  const gaze_api api = kernels->kernel->gpu->api;
  Json device = {{"api", api == GAZE_API_CUDA ? "cuda" : "opencl"},
                 {"name", deviceOf(api, 0).name()}};
  if (api != GAZE_API_CUDA)
    return device;
  runtime::Library driver("libcuda.so.1");
  int (*attribute)(int *value, int attribute, int device) = nullptr;
  driver.bind(attribute, "cuDeviceGetAttribute");
  constexpr std::pair<const char *, int> attributes[] = {
      {"clock_khz", 13}, {"multiprocessors", 16}, {"major", 75}, {"minor", 76}};
  for (const auto &[name, number] : attributes) {
    int value = 0;
    if (attribute(&value, number, 0) == 0)
      device[name] = value;
  }
  return device;
}

Json answer(const std::vector<std::string> &words) {
  if (words == std::vector<std::string>{"device"})
    return describe();
  if (words.size() < 3 || (words[0] != "verify" && words[0] != "bench"))
    throw Failure("gaze-gpu device | gaze-gpu verify|bench KERNEL FILE [FLAG VALUE]...");
  const Case of(words[1], words[2], {words.begin() + 3, words.end()});
  return words[0] == "verify" ? verify(of) : bench(of);
}

} // namespace

int main(int count, char **words) {
  try {
    const Json result = answer({words + 1, words + count});
    std::cout << result.dump() << "\n";
    return result.value("ok", true) ? 0 : 3;
  } catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
