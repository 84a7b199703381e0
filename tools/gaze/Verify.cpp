//===- Verify.cpp - gaze verify: the kernel against the float64 reference -----===//
#include "compiler/Compiler.h"
#include "compiler/reference/Compare.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/CostTable.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Gpu.h"
#include "tools/gaze/Problem.h"
#include "tools/gaze/Progress.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

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
  bool dense = false; ///< with random tensors as well
  bool json = false;
};

/// What the mask costs.
struct FoundCost {
  bool causal;                             ///< beside dense causal attention
  std::optional<reference::MaskCost> cost; ///< none where dense attention does not exist
  std::string whyNot;
};

} // namespace

static reference::Result computeReference(const ChosenPattern &chosen, const Problem &problem,
                                          reference::Pairs pairs,
                                          std::optional<gaze_element> plain = {}) {
  Progress progress;
  const std::string what = pairs == reference::Pairs::Kept ? "reference" : "dense attention";
  const auto show = [&](double share) {
    progress.show(what + " in float64: " + std::to_string(static_cast<int>(share * 100)) + " %");
  };
  return reference::attention(chosen.interpreter(), problem.shape, problem.headDim,
                              problem.valueDim, problem.q.values().data(),
                              problem.k.values().data(), problem.v.values().data(), show, pairs,
                              plain);
}

static FoundCost computeCost(const ChosenPattern &chosen, const Problem &problem,
                             const reference::Result &sparse) {
  FoundCost found = {sparse.causal, {}, {}};
  try {
    const reference::Result dense = computeReference(
        chosen, problem, sparse.causal ? reference::Pairs::UpToQuery : reference::Pairs::All);
    found.cost = reference::maskCost(sparse, dense, problem.shape, problem.valueDim);
  } catch (const dsl::OutOfRange &error) { // for a pair that the pattern does not keep
    found.whyNot = error.what();
  }
  return found;
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

/// What an output may be off by, about: of its row's magnitude in float32, in any case in 16 bits.
static double bound(const reference::Tolerance &tolerance, gaze_element element) {
  return element == GAZE_ELEMENT_FLOAT32 ? reference::toleranceF32
                                         : std::max(tolerance.out, reference::toleranceF32);
}

static std::int64_t rowsUndecided(const reference::Result &expected) {
  return std::count(expected.undecided.begin(), expected.undecided.end(), 1);
}

/// What ties between blocks mean, for patterns with `top_blocks`.
static std::string textOfSelection(const reference::Comparison &found,
                                   const reference::Result &expected) {
  const std::int64_t rows = rowsUndecided(expected);
  std::string text = "selection              ";
  if (rows == 0)
    return text + "decided in every row: float32 rounding cannot change it\n";
  return text + std::to_string(rows) + " of " + std::to_string(expected.lse.size()) +
         " rows have blocks whose scores are nearer\n"
         "                       than float32 rounding; " +
         std::to_string(found.rowsUndecided) + " of these differ, which is no error\n";
}

static void printText(const reference::Comparison &found, const reference::Result &expected,
                      const reference::Tolerance &tolerance, gaze_element element) {
  std::cout << "largest error          " << found.maxAbsError << "\n"
            << "of the log-sum-exp     " << found.maxLseError << "\n"
            << "rows that keep no key  " << expected.rowsEmpty << "\n";
  if (const std::int64_t rows = rowsWithNan(expected))
    std::cout << "rows with NaN          " << rows << ", as the formula gives for these inputs\n";
  std::cout
      << "tolerance              " << bound(tolerance, element)
      << (element == GAZE_ELEMENT_FLOAT32
              ? " of each row's magnitude or its scores' rounding, and four times the largest "
                "error of plain float32\n"
              : ", twice the largest error of plain float32 rounded to the type\n");
  if (expected.selects)
    std::cout << textOfSelection(found, expected);
  std::cout << (found.ok ? "ok\n" : "not ok\n");
}

static nlohmann::ordered_json toJson(const reference::Comparison &found,
                                     const reference::Result &expected,
                                     const reference::Tolerance &tolerance, gaze_element element) {
  nlohmann::ordered_json object = {
      {"max_abs_error", number(found.maxAbsError)}, {"max_lse_error", number(found.maxLseError)},
      {"rows_empty", expected.rowsEmpty},           {"rows_nan", rowsWithNan(expected)},
      {"tolerance", bound(tolerance, element)},     {"ok", found.ok}};
  if (expected.selects)
    object["selection"] = {{"rows_undecided", rowsUndecided(expected)},
                           {"rows_different", found.rowsUndecided}};
  return object;
}

static std::string textOf(const FoundCost &found) {
  if (found.cost)
    return costTable(*found.cost, found.causal);
  return "no dense attention to compare with: for pairs that the pattern does not keep,\n" +
         found.whyNot + "\n";
}

/// `cost` where it was asked for.
static void print(const reference::Comparison &found, const reference::Result &expected,
                  const reference::Tolerance &tolerance, const std::optional<FoundCost> &cost,
                  gaze_element element, bool json) {
  if (json) {
    nlohmann::ordered_json object = toJson(found, expected, tolerance, element);
    if (cost)
      object["dense"] = cost->cost ? costJson(*cost->cost, cost->causal) : nullptr;
    std::cout << object.dump(2) << "\n";
    return;
  }
  printText(found, expected, tolerance, element);
  if (cost)
    std::cout << "\n" << textOf(*cost);
}

/// Throws a Failure where a parameter overflows float32, in which kernels compute what
/// depends on the score: the reference does not, so it is no judge there.
static void excuseOverflow(const ChosenPattern &chosen) {
  for (std::size_t i = 0; i < chosen.values.size(); ++i) {
    const dsl::Value &value = chosen.values[i];
    if (value.type != dsl::Type::Float || std::isfinite(static_cast<float>(value.real)))
      continue;
    std::ostringstream text;
    text << "--set " << chosen.pattern->parameters[i].name.text << "=" << value.real
         << " is past float32, in which kernels compute scores, and infinite there; the reference "
            "computes with the number, so their results differ and say nothing of the kernel";
    throw Failure(text.str());
  }
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
    text << ", channel " << found.worstChannel << ": " << output.out.values()[i] << ", expected "
         << expected.out[i];
  }
  throw Failure(text.str(), ExitNotVerified);
}

static void verify(const CLI::App &command, const VerifyOptions &options) {
  checkDevice(options.code);
  const ChosenPattern chosen = choosePattern(options.pattern, options.values);
  const Problem problem =
      chooseProblem(command, options.tensors, options.shape, options.code, options.seed);
  checkRequirements(chosen, problem.shape, problem.headDim);
  const JitKernel kernel =
      jit(*chosen.program, *chosen.pattern, kernelOptions(options.code, problem));
  const Plan plan =
      chosen.plan(kernel.table(), problem.shape, options.threads, options.code.device);
  if (!options.json)
    std::cout << chosen.title() << "\n"
              << problem.describe() << "\ndtype " << dtypeName(problem.element()) << ", target "
              << options.code.target
              << (options.code.onGpu()
                      ? ", on " +
                            std::string(deviceOf(options.code.api(), options.code.device).name())
                      : "")
              << "\n"
              << std::flush;

  Output output = problem.makeOutput();
  problem.run(plan, output, options.threads);
  output.out.readBack();
  const reference::Result expected =
      computeReference(chosen, problem, reference::Pairs::Kept, problem.element());
  const reference::Tolerance tolerance = reference::toleranceOf(expected, kernel.table());
  const reference::Comparison found = reference::compare(
      expected, problem.valueDim, output.out.values().data(), output.lse.data(), tolerance);
  std::optional<FoundCost> cost;
  if (options.dense || options.tensors.given())
    cost = computeCost(chosen, problem, expected);
  print(found, expected, tolerance, cost, problem.element(), options.json);
  if (!found.ok) {
    excuseOverflow(chosen);
    failAt(found, expected, problem, output);
  }
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
      ->type_name("N")
      ->transform(wholeNumber(0, std::numeric_limits<std::int64_t>::max()));
  command->add_flag("--dense", options->dense,
                    "what the mask costs, for random tensors too; with files it is always told");
  addCodeOptions(*command, options->code);
  addDeviceOption(*command, options->code);
  addThreadsOption(*command, options->threads);
  addJsonFlag(*command, options->json);
  command->footer(
      "Runs the kernel and the reference, which evaluates the pattern pair by pair in\n"
      "float64 and shares nothing with the compiler that is behind the checked text. A plain\n"
      "program in float32, its output rounded to the type, is computed as well: an output may be\n"
      "off by four times its largest error (twice in f16 and bf16), and by 3e-6 of its row's\n"
      "magnitude (the weighted mean of max |v|) or what the rounding of its scores explains,\n"
      "u * (sqrt(head_dim) * |scale| * |q| * |k| + 4 * |score|) each for u = 2^-24; the mean,\n"
      "the root mean square and the bias of all errors have limits of their own. The\n"
      "log-sum-exp may be off by 3e-6 of itself and of 1, by four times the plain program's\n"
      "error, or by what its scores explain; that of bf16 by 2^-9. NaN is right only\n"
      "where the reference has it. Exit status 3 where the kernel is wrong.\n\n"
      "Blocks that top_blocks selects are scored in float32 by the kernel and in float64 by the\n"
      "reference. Where the lowest score that is selected and the highest that is not are\n"
      "no further apart than float32 rounding explains (n * 2^-24 of the sum of magnitudes each,\n"
      "for n = queries of the group + keys of the block + head_dim + 2), either is right: such\n"
      "rows are counted, and no error where they differ; --json has them as "
      "selection.rows_undecided\n"
      "and selection.rows_different.\n\n"
      "With --q, --k and --v it also tells how far the pattern is from dense attention, by\n"
      "head and over all, in float64: what accuracy the mask costs on these tensors. Dense\n"
      "attention has the pattern's scale and score statements, and every key takes part; or,\n"
      "where the pattern looks at no key later than its query, every key up to the query.\n"
      "  pairs kept      the share of dense attention's pairs that the pattern keeps\n"
      "  mass kept       the sum of a row's dense softmax weights over the keys that it keeps;\n"
      "                  the mean over rows\n"
      "  worst 1 %       the same over the 1 % of rows (rounded up) that keep least\n"
      "  relative error  ||sparse - dense|| / ||dense||, Frobenius norms\n"
      "NaN and infinities in the tensors give nan, in --json null.\n\n"
      "Examples:\n"
      "  gaze verify patterns/longformer.gaze --set window=64 --seq 300 --head-dim 32\n"
      "  gaze verify patterns/longformer.gaze --q q.npy --k k.npy --v v.npy");
  command->callback([command, options] { verify(*command, *options); });
}
