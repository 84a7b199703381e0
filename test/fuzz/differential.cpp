//===- differential.cpp - Random programs beside the float64 reference ----------------===//
//
//   differential --count 300                300 seeds from the clock's
//   differential --count 10000 --seed 1     seeds 1 to 10000
//   differential --count 1000 --whole       all kernels compute, not one in eight
//   differential found/*.gaze               cases from files again
//
// A seed is one text, compiled for one target, type, head size and schedule, and run on four
// problems: the output and the log-sum-exp are compared, or the mask and the tiles of the plan
// where only those were compiled. Each runs in a process of its own. What fails is reduced and
// printed with its seed, and is written to a file that can be run again; the exit status is then 1.
//
//===----------------------------------------------------------------------===//
#include "Isolated.h"
#include "Reduce.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace gaze::test;

namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::uint64_t count = 300, atLeast = 0;
  std::uint64_t seed = 0;
  double seconds = 1e9;
  double reducing = 120;
  unsigned limit = 120;
  bool keepsGoing = false, prints = false, isWhole = false;
  std::string folder = ".";
  std::vector<std::string> files;
};

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A failure without its numbers and names.
std::string kindOf(const std::string &failure) {
  return failure.substr(0, failure.find_first_of("0123456789'\n"));
}

class Differential {
public:
  explicit Differential(const Arguments &given) : given(given) {}

  int runSeeds() {
    std::cout << "differential: seeds from " << given.seed << "\n" << std::flush;
    std::uint64_t seed = given.seed;
    for (; seed - given.seed < given.count && secondsSince(start) < given.seconds; ++seed)
      // As a file has it, so that what fails does so again from its file.
      if (!run(parseCase(print(randomCase(seed, given.isWhole))), "seed " + std::to_string(seed),
               given.folder + "/differential-" + std::to_string(seed) + ".gaze") &&
          !given.keepsGoing)
        break;
    const std::uint64_t ran = seed - given.seed;
    if (ran < given.count && failures == 0)
      std::cout << "stopped after " << given.seconds << " seconds\n";
    report(ran, "seeds");
    return failures > 0 || !areEnough(ran);
  }

  int runFiles() {
    for (const std::string &path : given.files) {
      std::ifstream file(path);
      if (!file)
        throw std::invalid_argument("cannot read " + path);
      std::ostringstream text;
      text << file.rdbuf();
      run(parseCase(text.str()), path, "");
    }
    report(given.files.size(), "files");
    return failures > 0;
  }

private:
  /// False where it fails.
  bool run(const Case &one, const std::string &name, const std::string &keptAs) {
    const Outcome outcome = runIsolated(one, given.limit);
    all.compared += outcome.compared;
    all.masks += outcome.masks;
    all.outside += outcome.outside;
    all.refused += outcome.refused;
    all.limited += outcome.limited;
    all.empty += outcome.empty;
    all.inParts += outcome.inParts;
    if (outcome.failure.empty())
      return true;
    ++failures;
    std::cout << name << ": " << outcome.failure << "\n" << std::flush;
    if (keptAs.empty())
      return false;
    keepReduced(one, outcome.failed, outcome.failure, keptAs);
    return false;
  }

  /// Whether what was run says something: so many seeds, of which few came to nothing.
  bool areEnough(std::uint64_t ran) const {
    if (ran < given.atLeast)
      std::cout << "fewer seeds than " << given.atLeast << "\n";
    const auto refused = static_cast<std::uint64_t>(all.refused + problemsOfCase * all.limited);
    const bool areRefused = ran >= 100 && refused > problemsOfCase * ran * 15 / 100;
    if (areRefused)
      std::cout << "more than 15 % were refused\n";
    return ran >= given.atLeast && !areRefused;
  }

  void keepReduced(Case one, int problem, std::string failure, const std::string &path) {
    if (problem >= 0)
      one.problems = {one.problems[static_cast<std::size_t>(problem)]};
    std::ofstream(path + ".whole") << print(one);
    const Clock::time_point from = Clock::now();
    const std::string kind = kindOf(failure);
    const Case reduced = reduce(
        one,
        [&](const Case &smaller) {
          const Outcome outcome = runIsolated(smaller, given.limit);
          if (outcome.failure.empty() || kindOf(outcome.failure) != kind)
            return false;
          failure = outcome.failure;
          return true;
        },
        [&] { return secondsSince(from) < given.reducing; });
    if (given.reducing > 0)
      std::cout << "reduced, in " << path << ": " << failure << "\n"
                << print(reduced) << std::flush;
    std::ofstream(path) << print(reduced);
  }

  void report(std::uint64_t count, const char *of) const {
    std::cout << count << " " << of << ": " << all.compared << " problems compared (" << all.inParts
              << " in parts, " << all.empty << " without a pair), " << all.masks << " masks, "
              << all.outside << " with an index outside, " << all.refused << " refused; "
              << all.limited << " texts past a limit; " << failures << " failed; "
              << static_cast<int>(secondsSince(start)) << " s\n";
  }

  const Arguments &given;
  const Clock::time_point start = Clock::now();
  Outcome all;
  int failures = 0;
};

} // namespace

int main(int argc, char **argv) {
  Arguments given;
  given.seed =
      static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()) /
      1000000 % 1000000000000 * 1000;
  CLI::App app("Random programs beside the float64 reference.");
  app.add_option("--count", given.count, "so many seeds");
  app.add_option("--at-least", given.atLeast, "fail where --seconds ended it before so many");
  app.add_option("--seed", given.seed, "the first one; default: from the clock");
  app.add_option("--seconds", given.seconds, "begin no seed after that");
  app.add_option("--limit", given.limit, "seconds that one seed may take");
  app.add_option("--reduce", given.reducing, "seconds that a failure is reduced");
  app.add_option("--folder", given.folder, "where reduced failures are written");
  app.add_flag("--whole", given.isWhole, "all kernels with Q, K and V");
  app.add_flag("--keep-going", given.keepsGoing, "do not end at the first failure");
  app.add_flag("--print", given.prints, "print the case of the first seed, and end");
  app.add_option("FILE", given.files, "cases to run instead of seeds");
  CLI11_PARSE(app, argc, argv);
  try {
    if (given.prints) {
      std::cout << print(randomCase(given.seed, given.isWhole));
      return 0;
    }
    Differential differential(given);
    return given.files.empty() ? differential.runSeeds() : differential.runFiles();
  } catch (const std::exception &error) {
    std::cerr << "differential: error: " << error.what() << "\n";
    return 2;
  }
}
