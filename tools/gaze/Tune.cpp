//===- Tune.cpp - gaze tune FILE [shape] -o S.schedule.json ------------------===//
//
// Which schedule comes next is ScheduleSearch's business, what is done with it that of
// Candidates, and what is kept that of TuningFile. Here are the budget, what is said, and
// the end: the best schedule runs by turns with the default once more, and where it does
// not win beyond the noise, the default is the answer.
//
//===----------------------------------------------------------------------===//
#include "compiler/Compiler.h"
#include "compiler/Machine.h"
#include "compiler/jit/BuildIdentity.h"
#include "compiler/jit/Digest.h"
#include "runtime/Threads.h"
#include "tools/gaze/Candidates.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Gpu.h"
#include "tools/gaze/Interrupts.h"
#include "tools/gaze/Problem.h"
#include "tools/gaze/Progress.h"
#include "tools/gaze/ScheduleSearch.h"
#include "tools/gaze/TuningFile.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct TuneOptions {
  PatternOptions pattern;
  ValueOptions values;
  TensorOptions tensors;
  ShapeOptions shape;
  CodeOptions code;
  std::string out;
  std::optional<double> minutes;
  std::optional<std::int64_t> trials;
  std::uint64_t seed = 0;
  int threads = 0;
  bool json = false;

  TuneOptions() {
    shape.heads = 8;
    shape.seq = 8192;
  }
};

/// When to stop.
class Budget {
public:
  explicit Budget(const TuneOptions &options) : trials(options.trials) {
    if (options.minutes || !trials)
      ms = options.minutes.value_or(2) * 60e3;
  }

  void count() { ++tried; }
  std::int64_t counted() const { return tried; }
  double secondsLeft() const { return ms ? (*ms - clock.ms()) / 1e3 : 0; }

  /// Why it is time to stop, or an empty string.
  std::string over() const {
    if (interrupts.received())
      return "interrupted";
    if (trials && tried >= *trials)
      return "trials";
    // The last comparison takes its time, too.
    if (ms && clock.ms() > *ms - std::min(5e3, *ms / 10))
      return "minutes";
    return "";
  }

private:
  Interrupts interrupts;
  Stopwatch clock;
  std::optional<double> ms;
  std::optional<std::int64_t> trials;
  std::int64_t tried = 0;
};

/// How a search ended.
struct Answer {
  Schedule schedule;
  double ms = 0, defaultMs = 0;
  std::string stopped;
};

class Tuner {
public:
  Tuner(const TuneOptions &options, const ScheduleBasis &basis, Candidates &candidates,
        TuningFile &file, Budget &budget);

  Answer run(const std::optional<Schedule> &also);
  const std::vector<Trial> &trials() const { return tuning.trials; }

private:
  std::optional<Trial> tryOne(const Schedule &candidate, const Trial &incumbent);
  Trial measure(const Schedule &candidate, const Trial &incumbent);
  void keep(const Trial &trial);
  Answer confirm();
  /// What a longer comparison with the default showed replaces a trial's time.
  void correct(Schedule schedule, const Duel &last);

  const TuneOptions &options;
  ScheduleBasis basis;
  Schedule standard;
  Candidates &candidates;
  TuningFile &file;
  Budget &budget;
  Tuning tuning;
  Trial best;
  Progress progress;
};

} // namespace

//===----------------------------------------------------------------------===//
// What is said
//===----------------------------------------------------------------------===//

/// "tile_q 16, keys 4": the knobs that are not those of `standard`, or all that the target has.
static std::string knobsText(const Schedule &schedule, const Schedule *standard = nullptr) {
  std::string text;
  for (const Knob &knob : knobs())
    if (standard ? schedule.*knob.value != standard->*knob.value : schedule.*knob.value != 0)
      text += (text.empty() ? "" : ", ") + std::string(knob.name) + " " +
              std::to_string(schedule.*knob.value);
  return text.empty() ? "the default" : text;
}

static std::string threeDigits(double value) {
  std::ostringstream text;
  text << std::showpoint << std::setprecision(3) << value;
  return text.str();
}

/// What the search may set each knob to.
static void printLadders(const ScheduleBasis &basis, const Schedule &standard) {
  for (const Knob &knob : knobsOf(basis)) {
    std::cout << std::left << std::setw(12) << knob.name;
    for (const int value : ladder(knob, basis, standard))
      std::cout << value << (value == standard.*knob.value ? "* " : " ");
    std::cout << "\n";
  }
  std::cout << "* the default\n" << std::flush;
}

static void print(const Answer &answer, const Tuner &tuner, const Budget &budget,
                  const TuneOptions &options) {
  if (options.json) {
    const auto schedule = nlohmann::ordered_json::parse(toJson(answer.schedule));
    std::cout << nlohmann::ordered_json{{"schedule", schedule},
                                        {"ms", answer.ms},
                                        {"default_ms", answer.defaultMs},
                                        {"speedup", answer.defaultMs / answer.ms},
                                        {"tried", budget.counted()},
                                        {"trials", tuner.trials().size()},
                                        {"stopped", answer.stopped},
                                        {"file", options.out}}
                     .dump(2)
              << "\n";
    return;
  }
  std::cout << "best        " << knobsText(answer.schedule) << "\n"
            << "time        " << threeDigits(answer.ms) << " ms, the default "
            << threeDigits(answer.defaultMs) << " ms, " << threeDigits(answer.defaultMs / answer.ms)
            << " times as long\n"
            << "tried       " << budget.counted()
            << (budget.counted() == 1 ? " schedule, " : " schedules, ") << tuner.trials().size()
            << " with those known from before and the default; stopped: "
            << (answer.stopped == "exhausted" ? "nothing is left to try" : answer.stopped)
            << "\nwritten     " << options.out << "\n";
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

Tuner::Tuner(const TuneOptions &options, const ScheduleBasis &basis, Candidates &candidates,
             TuningFile &file, Budget &budget)
    : options(options), basis(basis), standard(defaultSchedule(basis)), candidates(candidates),
      file(file), budget(budget) {
  const Duel twice = candidates.compare(standard, standard, 5, 500);
  tuning.defaultMs = tuning.ms = std::min(twice.first, twice.second);
  if (file.known.empty())
    file.known.push_back({standard, Trial::Verdict::Timed, /*relative=*/1, /*noise=*/0, ""});
  best = file.known.front();
  for (const Trial &trial : file.known)
    keep(trial);
  file.write(best.schedule, tuning);
}

void Tuner::keep(const Trial &trial) {
  tuning.trials.push_back(trial);
  if (!isFaster(trial, best))
    return;
  best = trial;
  tuning.ms = trial.relative * tuning.defaultMs;
}

Trial Tuner::measure(const Schedule &candidate, const Trial &incumbent) {
  Trial trial;
  trial.schedule = candidate;
  try {
    trial.why = candidates.whyNot(candidate);
  } catch (const Error &error) {
    if (error.code() != GAZE_DEVICE_ERROR && error.code() != GAZE_OUT_OF_MEMORY)
      throw;
    // More than the GPU has; where it is broken altogether, the incumbent says so.
    candidates.whyNot(incumbent.schedule);
    trial.verdict = Trial::Verdict::Refused;
    trial.why = error.what();
    return trial;
  }
  if (!trial.why.empty()) {
    trial.verdict = Trial::Verdict::Refused;
    progress.say("gaze: warning: " + knobsText(candidate) + ": " + trial.why +
                 "; it does not count. Please report it");
    return trial;
  }
  const auto compare = [&] { return candidates.compare(incumbent.schedule, candidate, 30, 1500); };
  Duel duel = compare();
  // Luck seldom comes twice; the worse of two times is the one to trust.
  if (duel.secondIsFaster())
    if (const Duel again = compare(); again.ratio() > duel.ratio())
      duel = again;
  trial.relative = incumbent.relative * duel.ratio();
  trial.noise = duel.noise;
  return trial;
}

std::optional<Trial> Tuner::tryOne(const Schedule &candidate, const Trial &incumbent) {
  if (!budget.over().empty())
    return std::nullopt;
  std::ostringstream text;
  text << "trial " << tuning.trials.size() << ", best " << threeDigits(1 / best.relative)
       << " times as fast as the default";
  if (const double left = budget.secondsLeft(); left > 0)
    text << ", " << static_cast<int>(left) << " s left";
  progress.show(text.str() + "; now " + knobsText(candidate, &standard));
  Trial trial = measure(candidate, incumbent);
  if (isFaster(trial, best))
    progress.say("trial " + std::to_string(tuning.trials.size()) + ": " +
                 threeDigits(1 / trial.relative) + " times as fast as the default with " +
                 knobsText(candidate, &standard));
  keep(trial);
  budget.count();
  file.write(best.schedule, tuning);
  return trial;
}

Answer Tuner::run(const std::optional<Schedule> &also) {
  ScheduleSearch search(
      basis, file.known,
      [&](const Schedule &candidate, const Trial &incumbent) {
        return tryOne(candidate, incumbent);
      },
      options.seed);
  const bool exhausted = search.run(also);
  const std::string stopped = exhausted ? "exhausted" : budget.over();
  Answer answer = confirm();
  answer.stopped = stopped;
  file.write(answer.schedule, tuning);
  progress.clear();
  return answer;
}

Answer Tuner::confirm() {
  constexpr int proposals = 3;
  const bool hurry = budget.over() == "interrupted";
  Answer answer = {standard, tuning.defaultMs, tuning.defaultMs, ""};
  for (int i = 0; i < proposals && best.schedule != standard; ++i) {
    progress.show("the best and the default once more");
    const Duel last = candidates.compare(standard, best.schedule, hurry ? 3 : 30, 4000);
    if (last.secondIsFaster()) {
      answer = {best.schedule, last.second, last.first, ""};
      break;
    }
    progress.say(knobsText(best.schedule, &standard) +
                 ": not faster than the default after all, beyond the noise of " +
                 threeDigits(100 * last.noise) + " %");
    correct(best.schedule, last);
  }
  tuning.ms = answer.ms;
  tuning.defaultMs = answer.defaultMs;
  return answer;
}

void Tuner::correct(Schedule schedule, const Duel &last) { // a copy, of `best`
  best = tuning.trials.front();
  for (Trial &trial : tuning.trials) {
    if (trial.schedule == schedule) {
      trial.relative = std::max(last.ratio(), 1.0);
      trial.noise = last.noise;
    }
    if (isFaster(trial, best))
      best = trial;
  }
}

//===----------------------------------------------------------------------===//
// The command
//===----------------------------------------------------------------------===//

static std::string digestOf(const std::vector<NpyInput> &inputs) {
  std::string all;
  const auto add = [&](const auto &elements) {
    all += digest({reinterpret_cast<const char *>(elements.data()), // NOLINT: as bytes
                   elements.size() * sizeof(*elements.data())});
  };
  for (const NpyInput &input : inputs) {
    add(input.shape);
    add(input.ints);
    add(input.floats);
    add(input.bools);
  }
  return inputs.empty() ? "" : digest(all);
}

/// The question that the file answers.
static MadeFor question(const ChosenSchedule &schedule, const ChosenPattern &chosen,
                        const Problem &problem, const TuneOptions &options) {
  MadeFor made = schedule.madeFor;
  if (options.code.onGpu()) {
    made.gpu = deviceOf(options.code.api(), options.code.device).name();
  } else {
    const Machine machine = thisMachine();
    made.cpu = machine.cpu;
    made.cores = machine.cores;
    made.threads = runtime::threadCount(options.threads);
  }
  made.pattern = chosen.title();
  made.shape = problem.describe();
  made.inputs = digestOf(chosen.inputs);
  made.build = buildIdentity();
  return made;
}

static void tune(const CLI::App &command, const TuneOptions &options) {
  checkRunsHere(options.code.target);
  checkDevice(options.code);
  Budget budget(options);
  const ChosenPattern chosen = choosePattern(options.pattern, options.values);
  const Problem problem =
      chooseProblem(command, options.tensors, options.shape, options.code, /*seed=*/0);
  checkRequirements(chosen, problem.shape, problem.headDim);
  const KernelOptions compiling = kernelOptions(options.code, problem);
  const ChosenSchedule given = chooseSchedule(compiling);
  TuningFile file(options.out, question(given, chosen, problem, options), given.basis);
  std::optional<Schedule> also = file.proposal;
  if (compiling.scheduleJson)
    also = given.schedule;
  if (also && !invalidReason(*also, given.basis).empty())
    also.reset(); // the knobs of another build

  const Schedule standard = defaultSchedule(given.basis);
  if (!options.json) {
    std::cout << chosen.title() << "\n" << problem.describe() << "\n";
    printLadders(given.basis, standard);
  }
  Candidates candidates(chosen, problem, compiling, standard, options.threads, options.code.device);
  if (!options.json)
    std::cout << "checked     "
              << (candidates.checkedOn().empty()
                      ? std::string("beside the default's result alone: the float64 reference "
                                    "of a shape that the pattern takes would last too long")
                      : "against float64 for " + candidates.checkedOn())
              << "\n"
              << std::flush;
  Tuner tuner(options, given.basis, candidates, file, budget);
  const Answer answer = tuner.run(also);
  print(answer, tuner, budget, options);
}

void cli::addTune(CLI::App &gaze) {
  CLI::App *command = gaze.add_subcommand("tune", "search for the fastest schedule");
  auto options = std::make_shared<TuneOptions>();
  addPatternOptions(*command, options->pattern);
  addValueOptions(*command, options->values);
  addShapeOptions(*command, options->shape);
  addTensorOptions(*command, options->tensors, /*required=*/false);
  command->add_option("-o", options->out, "the schedule file; an earlier search goes on")
      ->type_name("S.schedule.json")
      ->required();
  command
      ->add_option("--minutes", options->minutes,
                   "time to search for [2, without a limit where --trials is given]")
      ->type_name("M")
      ->check(CLI::Range(0.0, 1e6).description(""))
      ->check(CLI::Validator(
          [](const std::string &given) -> std::string {
            return std::isnan(std::strtod(given.c_str(), nullptr)) ? "it must be a number" : "";
          },
          ""));
  command->add_option("--trials", options->trials, "schedules to try, beside those known")
      ->type_name("N")
      ->transform(wholeNumber(1, std::int64_t(1) << 40));
  command->add_option("--seed", options->seed, "of the order and of the restarts [0]")
      ->type_name("N")
      ->transform(wholeNumber(0, std::numeric_limits<std::int64_t>::max()));
  addCodeOptions(*command, options->code);
  addDeviceOption(*command, options->code);
  addThreadsOption(*command, options->threads);
  addJsonFlag(*command, options->json);
  command->footer("Ctrl-C ends the search, with the best so far written. The same command again\n"
                  "goes on from the file. --schedule gives a schedule to start from beside the\n"
                  "default. The file is for --schedule of run, verify, show, bench, compile and\n"
                  "emit; it names the CPU or the GPU that schedules were timed on;\n"
                  "docs/schedules.md has the rest.\n\n"
                  "Example:\n"
                  "  gaze tune patterns/longformer.gaze --seq 8192 -o longformer.schedule.json");
  command->callback([command, options] { tune(*command, *options); });
}
