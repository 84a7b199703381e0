//===- Candidates.cpp - Schedules compiled, held to the reference, and timed --===//
#include "tools/gaze/Candidates.h"
#include "compiler/Compiler.h"
#include "compiler/reference/Compare.h"
#include "tools/gaze/Failure.h"

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace gaze;
using namespace gaze::cli;

static double largestOf(const std::vector<float> &values) {
  float largest = 0;
  for (const float value : values)
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  return largest;
}

/// A result of the whole problem as a reference for others. How large what was added up in
/// a row is, is not known; no row can be larger than the largest value.
static reference::Result asReference(const Output &output, const Problem &problem) {
  reference::Result result;
  const std::vector<float> &out = output.out.values();
  result.out.assign(out.begin(), out.end());
  result.lse.assign(output.lse.begin(), output.lse.end());
  result.magnitude.assign(output.lse.size(), largestOf(problem.v.values()));
  return result;
}

/// Results of two kernels may each be so far from the truth, to either side: what float32
/// may, and of 16 bits twice the rounding of an output, which is no larger than the largest
/// value. A kernel of bfloat16 may round its weights as well, and so their sum.
static reference::Tolerance betweenKernels(const reference::Result &result, gaze_element type) {
  const double largest = result.magnitude.front();
  const double rounding = type == GAZE_ELEMENT_FLOAT16    ? 0x1p-11
                          : type == GAZE_ELEMENT_BFLOAT16 ? 0x1p-8
                                                          : 0;
  const double lse = std::max(1.0, largestOf({result.lse.begin(), result.lse.end()}));
  reference::Tolerance tolerance;
  tolerance.out = 2 * reference::toleranceF32 * std::max(1.0, largest) + 4 * rounding * largest;
  tolerance.lse =
      2 * reference::toleranceF32 * lse + (type == GAZE_ELEMENT_BFLOAT16 ? 2 * 0x1p-9 : 0);
  return tolerance;
}

static reference::Result float64Reference(const ChosenPattern &chosen, const Problem &problem) {
  const gaze_element element = problem.element();
  return reference::attention(
      chosen.interpreter(), problem.shape, problem.headDim, problem.valueDim,
      problem.q.values().data(), problem.k.values().data(), problem.v.values().data(), {},
      reference::Pairs::Kept,
      element == GAZE_ELEMENT_FLOAT32 ? std::nullopt : std::optional(element));
}

Candidates::Candidates(const ChosenPattern &chosen, const Problem &problem,
                       const KernelOptions &options, const Schedule &standard, int threads,
                       int device)
    : chosen(chosen), problem(problem), options(options), threads(threads), device(device),
      output(problem.makeOutput()) {
  findSmallProblem();
  if (small)
    smallReference = float64Reference(chosen, *small);
  if (const std::string why = whyNot(standard); !why.empty())
    throw Failure("internal error: the default schedule: " + why + "; please report the pattern",
                  ExitInternal);
  standardResult = asReference(output, problem);
  tolerance = betweenKernels(*standardResult, problem.element());
}

//===----------------------------------------------------------------------===//
// The smaller problem
//===----------------------------------------------------------------------===//

/// The same with shorter sequences, one batch entry and at most two heads of keys.
static ShapeOptions smaller(const Problem &problem, std::int64_t longest) {
  const gaze_shape &shape = problem.shape;
  ShapeOptions options;
  options.kvHeads = std::min<std::int64_t>(shape.kv_heads, 2);
  options.heads = shape.heads / shape.kv_heads * options.kvHeads;
  options.seqQ = std::min(shape.seq_q, longest);
  options.seqK = std::min(shape.seq_k, longest);
  if (shape.q_start != shape.seq_k - shape.seq_q)
    options.qStart = shape.q_start;
  options.headDim = problem.headDim;
  options.valueDim = problem.valueDim;
  return options;
}

void Candidates::findSmallProblem() {
  // A prime first; then what patterns that divide their sequence may need; then, for
  // inputs of a fixed length, the whole length.
  constexpr std::int64_t lengths[] = {1093, 1024, 4096, std::int64_t{1} << 40};
  constexpr std::int64_t mostPairs = std::int64_t{1} << 26; // a few seconds
  std::vector<ShapeOptions> shapes;
  for (const std::int64_t length : lengths)
    shapes.push_back(smaller(problem, length));
  shapes.push_back(shapes.back());
  shapes.back().batch = problem.shape.batch;
  shapes.back().heads = problem.shape.heads;
  shapes.back().kvHeads = problem.shape.kv_heads;
  for (const ShapeOptions &options : shapes) {
    const gaze_shape shape = shapeOf(options);
    if (shape.batch * shape.heads > mostPairs / shape.seq_q / shape.seq_k)
      continue;
    try {
      checkRequirements(chosen, shape, problem.headDim);
    } catch (const Failure &) { // the pattern does not take this shape
      continue;
    }
    small = randomProblem(options, problem.element(), /*seed=*/1);
    return;
  }
}

//===----------------------------------------------------------------------===//
// One candidate
//===----------------------------------------------------------------------===//

Candidates::Compiled &Candidates::compiled(const Schedule &schedule) {
  constexpr std::size_t most = 4;
  const auto found = std::find_if(recent.begin(), recent.end(), [&](const Compiled &candidate) {
    return candidate.schedule == schedule;
  });
  if (found != recent.end()) {
    recent.splice(recent.begin(), recent, found);
    return recent.front();
  }
  if (recent.size() == most)
    recent.pop_back();
  KernelOptions compiling = options;
  compiling.scheduleJson = toJson(schedule);
  compiling.schedulePath.clear();
  compiling.cached = Cached::Never; // most are used once
  const JitKernel kernel = jit(*chosen.program, *chosen.pattern, compiling);
  Plan plan = chosen.plan(kernel.table(), problem.shape, threads, device);
  recent.push_front({schedule, kernel,
                     Runner(problem, kernel.table(), std::move(plan), threads, device, onDevice)});
  onDevice = recent.front().runner.tensors();
  return recent.front();
}

static std::string describe(const reference::Comparison &comparison, const std::string &what) {
  std::ostringstream text;
  text << "its result is wrong beside " << what << ", by " << comparison.maxAbsError
       << " in the output and " << comparison.maxLseError << " in the log-sum-exp";
  return text.str();
}

std::string Candidates::wrongResult(Compiled &candidate) {
  if (small) {
    const Plan plan = chosen.plan(candidate.kernel.table(), small->shape, threads, device);
    Output result = small->makeOutput();
    small->run(plan, result, threads);
    result.out.readBack();
    const reference::Comparison comparison = reference::compare(
        smallReference, small->valueDim, result.out.values().data(), result.lse.data(),
        reference::toleranceOf(smallReference, candidate.kernel.table()));
    if (!comparison.ok)
      return describe(comparison, "the float64 reference for " + small->describe());
  }
  candidate.runner.compute(output);
  output.out.readBack();
  if (!standardResult)
    return {};
  const reference::Comparison comparison = reference::compare(
      *standardResult, problem.valueDim, output.out.values().data(), output.lse.data(), tolerance);
  return comparison.ok ? "" : describe(comparison, "the default schedule's");
}

std::string Candidates::whyNot(const Schedule &schedule) {
  try {
    return wrongResult(compiled(schedule));
  } catch (const CompileError &error) {
    if (error.kind == CompileError::Kind::File)
      throw; // a full disk is no fault of the schedule
    return std::string("it cannot be compiled: ") + error.what();
  }
}

Duel Candidates::compare(const Schedule &incumbent, const Schedule &candidate, int rounds,
                         double ms) {
  Compiled &first = compiled(incumbent), &second = compiled(candidate);
  return duel([&] { first.runner.run(output); }, [&] { second.runner.run(output); }, rounds, ms);
}
