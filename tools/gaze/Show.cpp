//===- Show.cpp - gaze show: the mask, to look at -----------------------------===//
#include "compiler/Compiler.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Draw.h"
#include "tools/gaze/Failure.h"

#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct ShowOptions {
  PatternOptions pattern;
  ValueOptions values;
  ShapeOptions shape;
  CodeOptions code;
  std::int64_t head = 0;
  std::string picture;
  int threads = 0;
  bool json = false;

  ShowOptions() {
    shape.seq = 1024;
    shape.heads = 1;
  }
};

/// Longer sequences would take gigabytes of bits.
constexpr std::int64_t reachLimit = 2048;

/// What `show` says about a pattern, summed over heads and batch entries.
struct Numbers {
  std::int64_t kept, pairs;
  gaze_plan_info tiles;
  std::int64_t tileQ, tileK;
  double flops, flopsDense; ///< may pass 2^63
  std::optional<int> reach; ///< 0: never

  double density() const { return static_cast<double>(kept) / static_cast<double>(pairs); }
  double saved() const {
    const std::int64_t computed = tiles.full_tiles + tiles.partial_tiles;
    return static_cast<double>(tiles.empty_tiles) /
           static_cast<double>(computed + tiles.empty_tiles);
  }
};

} // namespace

/// COLUMNS, the terminal's width, or 80.
static int terminalWidth() {
  const char *columns = std::getenv("COLUMNS");
  const long asked = columns ? std::strtol(columns, nullptr, 10) : 0;
  if (asked > 0)
    return static_cast<int>(std::min(asked, 1000L));
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

/// Heads hear each other through the output projection, so a layer's mask is the
/// union of theirs.
static std::optional<int> reachOf(const Mask &mask, const gaze_kernel &kernel,
                                  const gaze_shape &shape) {
  if (shape.seq_q != shape.seq_k || shape.q_start != 0 || shape.seq_k > reachLimit)
    return std::nullopt;
  PairBits bits(shape.seq_q, shape.seq_k);
  for (std::int64_t head = 0; head < (kernel.reads_head ? shape.heads : 1); ++head)
    mask.count(head, 0, nullptr, &bits);
  return reachLayers(bits, shape.seq_k);
}

static Numbers measure(const Mask &mask, const gaze_kernel &kernel, const Plan &plan,
                       const gaze_shape &shape) {
  Numbers numbers;
  numbers.kept = mask.countAll();
  numbers.pairs = shape.batch * shape.heads * shape.seq_q * shape.seq_k;
  numbers.tiles = plan.info();
  numbers.tileQ = kernel.tile_q;
  numbers.tileK = kernel.tile_k;
  const double flopsOfPair = 2.0 * (kernel.head_dim + kernel.value_dim);
  numbers.flops = static_cast<double>(numbers.kept) * flopsOfPair;
  numbers.flopsDense = static_cast<double>(numbers.pairs) * flopsOfPair;
  numbers.reach = reachOf(mask, kernel, shape);
  return numbers;
}

static void printJson(const Numbers &numbers) {
  const bool reaches = numbers.reach.value_or(0) > 0;
  const nlohmann::ordered_json object = {
      {"kept_pairs", numbers.kept},
      {"density", numbers.density()},
      {"tiles",
       {{"full", numbers.tiles.full_tiles},
        {"partial", numbers.tiles.partial_tiles},
        {"empty", numbers.tiles.empty_tiles}}},
      {"tile", {{"q", numbers.tileQ}, {"k", numbers.tileK}}},
      {"flops", numbers.flops},
      {"flops_dense", numbers.flopsDense},
      {"reach_layers", reaches ? nlohmann::ordered_json(*numbers.reach) : nullptr}};
  std::cout << object.dump(2) << "\n";
}

static std::string reachText(const Numbers &numbers) {
  if (!numbers.reach)
    return "not computed (for self-attention of at most " + withCommas(reachLimit) + ")";
  if (*numbers.reach == 0)
    return "never: some query never hears of some key, in any number of layers";
  return std::to_string(*numbers.reach) + (*numbers.reach == 1 ? " layer" : " layers");
}

static void printText(const Numbers &numbers) {
  std::cout << std::fixed << std::setprecision(1) << "kept pairs  " << withCommas(numbers.kept)
            << " of " << withCommas(numbers.pairs) << ", density " << 100 * numbers.density()
            << " %\n"
            << "tiles       " << withCommas(numbers.tiles.full_tiles) << " full, "
            << withCommas(numbers.tiles.partial_tiles) << " partial, "
            << withCommas(numbers.tiles.empty_tiles) << " empty, of " << numbers.tileQ
            << " queries x " << numbers.tileK << " keys\n"
            << "work saved  " << 100 * numbers.saved() << " % of the tiles are skipped\n"
            << "reach       " << reachText(numbers) << "\n";
}

static void show(const CLI::App &command, const ShowOptions &options) {
  if (!options.picture.empty())
    failNotSupported("-o (a PNG or SVG)");
  const ChosenPattern chosen = choosePattern(options.pattern, options.values);
  const gaze_shape shape = shapeOf(options.shape);
  checkRequirements(chosen, shape, options.shape.headDim);
  if (options.head >= shape.heads)
    throw Failure("--head " + std::to_string(options.head) + ": the heads are 0 to " +
                  std::to_string(shape.heads - 1));
  const JitKernel jitted =
      jit(*chosen.program, *chosen.pattern, kernelOptions(options.code, options.shape.headDim));
  const gaze_kernel &kernel = jitted.table();
  const Plan plan = chosen.plan(kernel, shape, options.threads);
  const dsl::Interpreter interpreter = chosen.interpreter();
  const Mask mask(interpreter, kernel, plan, shape, options.threads);
  if (options.json)
    return printJson(measure(mask, kernel, plan, shape));

  Grid grid = gridFor(shape, terminalWidth());
  mask.count(options.head, 0, &grid);
  std::cout << chosen.title() << "\n";
  if (kernel.reads_head || kernel.reads_batch)
    std::cout << "head " << options.head << " of " << shape.heads
              << " is drawn; the numbers are of all together\n";
  else if (command.count("--head") > 0)
    std::cout << "every head has this mask\n";
  std::cout << "\n" << drawMask(grid, shape) << "\n" << std::flush;
  printText(measure(mask, kernel, plan, shape));
}

void cli::addShow(CLI::App &gaze) {
  CLI::App *command =
      gaze.add_subcommand("show", "the mask, to look at; density, tiles, work saved, reach");
  auto options = std::make_shared<ShowOptions>();
  addPatternOptions(*command, options->pattern);
  addValueOptions(*command, options->values);
  addShapeOptions(*command, options->shape);
  command->add_option("--head", options->head, "the head to draw, where masks differ by head [0]")
      ->type_name("H")
      ->check(CLI::Range(std::int64_t(0), std::int64_t(1) << 40).description(""));
  command->add_option("-o", options->picture, "a picture (not supported yet)")
      ->type_name("OUT.png|OUT.svg");
  addCodeOptions(*command, options->code);
  addThreadsOption(*command, options->threads);
  addJsonFlag(*command, options->json);
  command->footer(
      "Shades tell which share of a character's pairs is kept: none, ░ up to a third,\n"
      "▒ up to two thirds, ▓ less than all, █ all. Reach: how many layers it takes\n"
      "until every query has heard of every key that dense attention with the same\n"
      "causality would give it; in --json null where it never does or is not computed.\n\n"
      "Example:\n"
      "  gaze show patterns/longformer.gaze --set window=128 --seq 1024");
  command->callback([command, options] { show(*command, *options); });
}
