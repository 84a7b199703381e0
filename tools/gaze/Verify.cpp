//===- Verify.cpp - gaze verify: the kernel against the float64 reference -----===//
#include "compiler/Compiler.h"
#include "compiler/reference/Compare.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Problem.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct VerifyOptions {
  PatternOptions pattern;
  ValueOptions values;
  TensorOptions tensors;
  ShapeOptions shape;
  CodeOptions code;
  std::uint64_t seed = 0;
  int threads = 0;
  bool json = false;
};

/// Shows how far the reference is, where someone looks at it.
class Progress {
public:
  void operator()(double share) {
    const int percent = static_cast<int>(share * 100);
    if (percent == shown || !terminal)
      return;
    shown = percent;
    std::fprintf(stderr, "\rreference in float64: %d %%", percent);
  }
  void clear() const {
    if (shown >= 0)
      std::fprintf(stderr, "\r\033[K");
  }

private:
  bool terminal = ::isatty(STDERR_FILENO) != 0;
  int shown = -1;
};

} // namespace

static reference::Result computeReference(const ChosenPattern &chosen, const Problem &problem) {
  Progress progress;
  reference::Result result = reference::attention(
      chosen.interpreter(), problem.shape, problem.headDim, problem.valueDim, problem.q.data(),
      problem.k.data(), problem.v.data(), std::ref(progress));
  progress.clear();
  return result;
}

/// Infinity, which JSON has not, stands for NaN where a number should be.
static nlohmann::json number(double error) {
  return std::isfinite(error) ? nlohmann::json(error) : nlohmann::json(nullptr);
}

/// Rows with NaN in the reference: the kernel must have it there and nowhere else.
static std::int64_t rowsWithNan(const reference::Result &expected) {
  const std::size_t width = expected.out.size() / expected.lse.size();
  std::int64_t rows = 0;
  for (std::size_t row = 0; row < expected.lse.size(); ++row) {
    const auto first = expected.out.begin() + static_cast<std::ptrdiff_t>(row * width);
    rows += std::any_of(first, first + static_cast<std::ptrdiff_t>(width),
                        [](double value) { return std::isnan(value); });
  }
  return rows;
}

static void print(const reference::Comparison &found, const reference::Result &expected,
                  bool json) {
  if (json) {
    const nlohmann::ordered_json object = {
        {"max_abs_error", number(found.maxAbsError)}, {"max_lse_error", number(found.maxLseError)},
        {"rows_empty", expected.rowsEmpty},           {"rows_nan", rowsWithNan(expected)},
        {"tolerance", reference::toleranceF32},       {"ok", found.ok}};
    std::cout << object.dump(2) << "\n";
    return;
  }
  std::cout << "largest error          " << found.maxAbsError << "\n"
            << "of the log-sum-exp     " << found.maxLseError << "\n"
            << "rows that keep no key  " << expected.rowsEmpty << "\n";
  if (const std::int64_t rows = rowsWithNan(expected))
    std::cout << "rows with NaN          " << rows << ", as the formula gives for these inputs\n";
  std::cout << "tolerance              " << reference::toleranceF32
            << " of each row's magnitude, and of 1\n"
            << (found.ok ? "ok\n" : "not ok\n");
}

/// Says where the result is furthest from right.
[[noreturn]] static void failAt(const reference::Comparison &found,
                                const reference::Result &expected, const Problem &problem,
                                const Output &output) {
  const gaze_shape &shape = problem.shape;
  const std::int64_t row = found.worstRow;
  std::ostringstream text;
  text << "the kernel differs from the reference at batch " << row / shape.seq_q / shape.heads
       << ", head " << row / shape.seq_q % shape.heads << ", row " << row % shape.seq_q;
  if (found.worstChannel < 0) {
    text << ": log-sum-exp " << output.lse[row] << ", expected " << expected.lse[row];
  } else {
    const std::int64_t i = row * problem.valueDim + found.worstChannel;
    text << ", channel " << found.worstChannel << ": " << output.out[i] << ", expected "
         << expected.out[i];
  }
  throw Failure(text.str(), ExitNotVerified);
}

static void verify(const CLI::App &command, const VerifyOptions &options) {
  const ChosenPattern chosen = choosePattern(options.pattern, options.values);
  const Problem problem = chooseProblem(command, options.tensors, options.shape, options.seed);
  checkRequirements(chosen, problem.shape, problem.headDim);
  const JitKernel kernel = jit(*chosen.program, *chosen.pattern,
                               kernelOptions(options.code, problem.headDim, problem.valueDim));
  const Plan plan = chosen.plan(kernel.table(), problem.shape, options.threads);
  if (!options.json)
    std::cout << chosen.title() << "\n" << problem.describe() << "\n" << std::flush;

  Output output = problem.makeOutput();
  problem.run(plan, output, options.threads);
  const reference::Result expected = computeReference(chosen, problem);
  const reference::Comparison found =
      reference::compare(expected, problem.valueDim, output.out.data(), output.lse.data());
  print(found, expected, options.json);
  if (!found.ok)
    failAt(found, expected, problem, output);
}

void cli::addVerify(CLI::App &gaze) {
  CLI::App *command = gaze.add_subcommand("verify", "against a float64 dense reference");
  auto options = std::make_shared<VerifyOptions>();
  addPatternOptions(*command, options->pattern);
  addValueOptions(*command, options->values);
  addShapeOptions(*command, options->shape);
  addTensorOptions(*command, options->tensors, /*required=*/false);
  command
      ->add_option("--seed", options->seed, "of the random tensors, where no files are given [0]")
      ->type_name("N");
  addCodeOptions(*command, options->code);
  addThreadsOption(*command, options->threads);
  addJsonFlag(*command, options->json);
  command->footer(
      "Runs the kernel and the reference, which evaluates the pattern pair by pair in\n"
      "float64 and shares nothing with the compiler. An output row may be off by 3e-6 of its\n"
      "magnitude (the weighted mean of max |v|), and by 3e-6 where that is less than 1; the\n"
      "log-sum-exp likewise. NaN is right only where the reference has it. Exit status 3\n"
      "where the kernel is wrong.\n\n"
      "Example:\n"
      "  gaze verify patterns/longformer.gaze --set window=64 --seq 300 --head-dim 32");
  command->callback([command, options] { verify(*command, *options); });
}
