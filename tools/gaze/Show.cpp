//===- Show.cpp - gaze show: the mask, to look at -----------------------------===//
#include "compiler/Compiler.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Draw.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/HeadGroups.h"
#include "tools/gaze/KernelMask.h"
#include "tools/gaze/Numbers.h"
#include "tools/gaze/OutputFile.h"
#include "tools/gaze/Picture.h"
#include "tools/gaze/Problem.h"
#include "tools/gaze/Ticks.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct ShowOptions {
  PatternOptions pattern;
  ValueOptions values;
  TensorOptions tensors;
  ShapeOptions shape;
  CodeOptions code;
  std::uint64_t seed = 0;
  std::optional<std::int64_t> head;
  std::optional<std::string> picture;
  int threads = 0;
  bool json = false;
  const CLI::App *command = nullptr; ///< knows which options were given

  ShowOptions() {
    shape.seq = 1024;
    shape.heads = 1;
  }
};

/// What was found out about the masks of all heads and batch entries.
struct Shown {
  std::string title;
  gaze_shape shape;
  std::int64_t heads, batches; ///< that differ, or 1
  bool oneHead;                ///< was asked for
  bool headsAssumed;           ///< the mask differs by head, and nobody said how many
  std::vector<HeadGroup> groups;
  Numbers numbers;
};

/// More would not be looked at, at a terminal.
constexpr std::size_t mostDrawings = 4;

} // namespace

/// Every count is one of pairs, or smaller.
static void checkCountable(const gaze_shape &shape) {
  std::int64_t pairs = shape.batch;
  for (const std::int64_t factor : {shape.heads, shape.seq_q, shape.seq_k})
    if (__builtin_mul_overflow(pairs, factor, &pairs))
      throw Failure("the pairs of all heads and batch entries are more than 2^63 - 1 and cannot be "
                    "counted; give a shorter sequence, or fewer heads or batch entries");
}

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

static std::string sizes(const Shown &shown) {
  const gaze_shape &shape = shown.shape;
  std::string text = withCommas(shape.seq_q) + (shape.seq_q == 1 ? " query x " : " queries x ") +
                     withCommas(shape.seq_k) + (shape.seq_k == 1 ? " key" : " keys");
  if (shape.q_start != 0)
    text += ", query 0 stands at key " + withCommas(shape.q_start);
  return text;
}

/// How many different masks no picture is of; empty where each has one, or one was
/// asked for.
static std::string leftOut(const Shown &shown) {
  const auto drawn = std::count_if(shown.groups.begin(), shown.groups.end(),
                                   [](const HeadGroup &group) { return group.grid.has_value(); });
  const auto groups = static_cast<std::int64_t>(shown.groups.size());
  if (groups == drawn || shown.oneHead)
    return "";
  return withCommas(groups - drawn) + " more of the " + withCommas(groups) + " different masks " +
         (groups - drawn == 1 ? "is" : "are") + " not drawn";
}

/// Samples that are equal do not prove that the masks are.
static std::string alikeNote(const Shown &shown) {
  const bool merged =
      std::any_of(shown.groups.begin(), shown.groups.end(), [](const HeadGroup &group) {
        return !group.census.exact && group.planes.size() > 1;
      });
  return merged ? "masks that look alike in the sample are shown as one" : "";
}

static std::string pictureOf(Shown &shown, PictureFormat format) {
  Picture picture;
  const Numbers &numbers = shown.numbers;
  picture.title = shown.title;
  picture.tileQ = numbers.tileQ;
  picture.tileK = numbers.tileK;
  picture.captions = {sizes(shown) + ", density " + about(numbers) + percent(numbers.density()),
                      "tiles: " + tilesText(numbers)};
  if (!numbers.exact)
    picture.captions.push_back(sampleText(numbers));
  if (!numbers.selection.empty())
    picture.captions.push_back("selection: " + numbers.selection);
  if (const std::string rest = leftOut(shown); !rest.empty())
    picture.captions.push_back(rest);
  if (const std::string note = alikeNote(shown); !note.empty())
    picture.captions.push_back(note);
  for (HeadGroup &group : shown.groups)
    if (group.grid)
      picture.panels.push_back(
          {labelOf(group, shown.heads, shown.batches), std::move(*group.grid)});
  return drawPicture(std::move(picture), format);
}

static void drawAtTerminal(const Shown &shown) {
  std::cout << shown.title << "\n";
  if (shown.headsAssumed)
    std::cout
        << "the mask differs by head, and one head is shown; --heads says how many there are\n";
  for (const HeadGroup &group : shown.groups) {
    if (!group.grid)
      continue;
    const std::string label = labelOf(group, shown.heads, shown.batches);
    std::cout << (label.empty() ? "" : "\n" + label) << "\n" << drawMask(*group.grid);
  }
  if (const std::string rest = leftOut(shown); !rest.empty())
    std::cout << "\n" << rest << "\n";
  if (const std::string note = alikeNote(shown); !note.empty())
    std::cout << "\n" << note << "\n";
  if (shown.groups.size() > 1)
    std::cout << "\nof all heads and batch entries together:\n";
  else if (shown.oneHead && shown.heads == 1)
    std::cout << "\nevery head has this mask\n";
  std::cout << "\n";
}

static Reach reachOf(const MaskSource &mask, const Shown &shown, int threads) {
  const bool ahead = std::any_of(shown.groups.begin(), shown.groups.end(),
                                 [](const HeadGroup &group) { return group.census.looksAhead; });
  const std::int64_t seq = shown.shape.seq_q;
  const std::int64_t wanted = ahead ? seq * seq : seq * (seq + 1) / 2;
  const bool dense =
      std::any_of(shown.groups.begin(), shown.groups.end(), [&](const HeadGroup &group) {
        return group.census.exact && group.census.keptPairs == wanted;
      });
  Reach reach = reachOf(mask, shown.heads, shown.batches, ahead, threads);
  // A few queries tell no more than a bound, but who keeps everything needs one layer.
  if (dense && shown.batches == 1 && reach.kind == Reach::Kind::AtLeast)
    reach.kind = Reach::Kind::Exactly;
  return reach;
}

static Drawn whatToDraw(const ShowOptions &options, const Shown &shown, const gaze_kernel &kernel) {
  const bool oneMask = shown.oneHead || shown.heads * shown.batches == 1;
  std::optional<Plane> only;
  if (options.head)
    only = Plane{shown.heads == 1 ? 0 : *options.head, 0};
  if (options.picture)
    return {pictureAxes(shown.shape, kernel.tile_q, kernel.tile_k, oneMask ? 1 : mostPanels),
            mostPanels, only};
  return {terminalAxes(shown.shape, terminalWidth()), options.json ? 0 : mostDrawings, only};
}

/// Q and K from files, where they are given.
static std::optional<Problem> readTensors(const ShowOptions &options) {
  if (!options.tensors.given())
    return std::nullopt;
  return chooseProblem(*options.command, options.tensors, options.shape, options.code,
                       options.seed);
}

/// The plan with what `top_blocks` selects for `given`, or for random tensors. Says for which.
static std::string select(runtime::Owned<gaze_plan> &plan, const std::optional<Problem> &given,
                          const ShowOptions &options) {
  if (!plan->mustSelect())
    return "";
  std::optional<Problem> made;
  if (!given)
    made = randomProblem(options.shape, plan->kernel->element, options.seed, Parts::QueriesAndKeys);
  const Problem &problem = given ? *given : *made;
  plan = problem.select(*plan, options.threads);
  return given ? "'" + options.tensors.q + "' and '" + options.tensors.k + "'"
               : "random tensors, seed " + std::to_string(options.seed);
}

static void show(const ShowOptions &options) {
  const PictureFormat format =
      options.picture ? pictureFormat(*options.picture) : PictureFormat::Png;
  const ChosenPattern chosen = choosePattern(options.pattern, options.values);
  const std::optional<Problem> given = readTensors(options);
  const gaze_shape shape = given ? given->shape : shapeOf(options.shape);
  const int headDim = given ? given->headDim : options.shape.headDim;
  checkCountable(shape);
  checkRequirements(chosen, shape, headDim);
  if (options.head.value_or(0) >= shape.heads)
    throw Failure("--head " + std::to_string(*options.head) + ": the heads are 0 to " +
                  std::to_string(shape.heads - 1));
  std::optional<OutputFile> file;
  if (options.picture) {
    keepSources("-o", *options.picture, chosen, options.code.schedule, options.tensors);
    file.emplace(*options.picture);
  }

  KernelOptions code = given
                           ? kernelOptions(options.code, headDim, given->valueDim, given->element())
                           : kernelOptions(options.code, headDim, options.shape.valueDim);
  code.maskOnly = true;
  const JitKernel jitted = jit(*chosen.program, *chosen.pattern, code);
  const gaze_kernel &kernel = jitted.table();
  auto plan = chosen.preparePlan(kernel, shape, options.threads);
  const std::string selection = select(plan, given, options);
  const KernelMask mask(*plan);
  Shown shown{chosen.title(),
              shape,
              kernel.reads_head ? shape.heads : 1,
              kernel.reads_batch ? shape.batch : 1,
              options.head.has_value(),
              kernel.reads_head && !given && options.command->count("--heads") == 0,
              {},
              {}};
  shown.groups = surveyGroups(mask, shown.heads, shown.batches, whatToDraw(options, shown, kernel),
                              options.threads);
  shown.numbers = addUp(shown.groups, kernel, shape);
  shown.numbers.parts = mostParts(*chosen.program, *chosen.pattern, code);
  shown.numbers.selection = selection;
  shown.numbers.reach = reachOf(mask, shown, options.threads);

  if (file) {
    const std::string picture = pictureOf(shown, format);
    file->write(picture.data(), picture.size());
    file->commit();
  } else if (!options.json) {
    drawAtTerminal(shown);
  }
  std::cout << (options.json ? numbersJson(shown.numbers) : numbersText(shown.numbers));
}

void cli::addShow(CLI::App &gaze) {
  CLI::App *command =
      gaze.add_subcommand("show", "the mask, to look at; density, tiles, work saved, reach");
  auto options = std::make_shared<ShowOptions>();
  addPatternOptions(*command, options->pattern);
  addValueOptions(*command, options->values);
  addShapeOptions(*command, options->shape);
  addQueryAndKeyOptions(*command, options->tensors);
  command
      ->add_option(
          "--seed", options->seed,
          "of the random Q and K that top_blocks selects for, where no files are given [0]")
      ->type_name("N")
      ->transform(wholeNumber(0, std::numeric_limits<std::int64_t>::max()));
  command
      ->add_option("--head", options->head,
                   "draw this head alone, where masks differ by head [all that differ]")
      ->type_name("H")
      ->transform(wholeNumber(0, std::int64_t(1) << 40));
  command->add_option("-o", options->picture, "a picture, drawn instead of the one at the terminal")
      ->type_name("OUT.png|OUT.svg");
  addCodeOptions(*command, options->code);
  addThreadsOption(*command, options->threads);
  addJsonFlag(*command, options->json);
  command->footer(
      "Shades tell which share of a character's pairs is kept: none, ░ up to a third,\n"
      "▒ up to two thirds, ▓ less than all, █ all. Where heads or batch entries differ,\n"
      "each different mask is drawn; the numbers are of all together.\n\n"
      "Memory: what the kernel reads of K and V, a tile at a time, and what\n"
      "the plan takes. In parts: regular steps, lone columns and selected blocks may be\n"
      "computed in orders of their own, which reads and computes less than these tiles.\n"
      "Reach: how many layers it takes until every query has heard of every key that\n"
      "dense attention with the same causality would give it, or a query that never\n"
      "does; for long sequences a bound from below. Counts that would take long are\n"
      "estimated from a sample, and say so: \"about\", and in --json \"exact\". The last\n"
      "tile of keys is partial where the sequence ends within it.\n\n"
      "A pattern with top_blocks has another mask for other tensors. It is shown for --q and --k,\n"
      "which give the shape as well, or for random tensors, and says for which: \"selection\".\n"
      "Its reach is that of layers that all select alike.\n\n"
      "Examples:\n"
      "  gaze show patterns/longformer.gaze --set window=128 --seq 1024\n"
      "  gaze show patterns/longformer.gaze --seq 1000000 -o longformer.png");
  options->command = command;
  command->callback([options] { show(*options); });
}
