//===- main.cpp - The `gaze` command -----------------------------------------===//
//
// Flags in, one command, its exit status out. Whatever goes wrong ends here, as one
// message on standard error: see Failure.h for the exit statuses.
//
//===----------------------------------------------------------------------===//
#include "compiler/Compiler.h"
#include "dsl/Names.h"
#include "dsl/Text.h"
#include "gaze/gaze.hpp"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <iostream>
#include <new>
#include <sstream>
#include <unistd.h>

using namespace gaze;
using namespace gaze::cli;

static ExitStatus report(const std::string &text, ExitStatus status) {
  std::istringstream lines(text); // with names that users gave
  for (std::string line; std::getline(lines, line);)
    std::cerr << dsl::printable(line) << "\n";
  return status;
}

static ExitStatus reportInternal(const std::string &what) {
  return report("gaze: internal error: " + what +
                    "\nThis is a fault of gaze and not yours; please report it with the pattern "
                    "and the command line.\n",
                ExitInternal);
}

static ExitStatus reportCompileError(const CompileError &error) {
  if (error.kind == CompileError::Kind::Internal)
    return reportInternal(error.what());
  return report(Failure::rendered(error.what()).what(), ExitWrongInput);
}

/// What the command does not know: the first option, or else the first argument.
static std::string unexpected(const CLI::App &command, const std::vector<std::string> &arguments) {
  const auto option = std::find_if(arguments.begin(), arguments.end(), [](const auto &argument) {
    return argument.size() > 1 && argument[0] == '-';
  });
  const std::string called = (command.get_parent() ? "gaze " : "") + command.get_name();
  if (option == arguments.end())
    return called + " has no use for " + dsl::inQuotes(arguments.front());
  const std::string name = option->substr(0, option->find('='));
  const std::string what = called + " has no option " + dsl::inQuotes(name);
  dsl::Suggestion suggestion(name);
  for (const CLI::Option *known : command.get_options())
    suggestion.consider(known->get_name(), "");
  if (suggestion.nearestName().empty() && command.get_option_no_throw("--set") &&
      name.rfind("--", 0) == 0)
    return what + "; a parameter of the pattern is set by " +
           dsl::inQuotes("--set " + name.substr(2) + "=VALUE");
  return what + suggestion.text();
}

/// Parses the command line and runs its command; throws what the command throws.
static ExitStatus parseAndRun(CLI::App &app, int argc, char **argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (!first.empty() && first[0] != '-')
    findCommand(app, first); // its message is better than CLI11's
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &asked) { // --help, --version
    app.exit(asked);
  } catch (const CLI::ParseError &error) {
    std::string command, what = error.what();
    std::vector<const CLI::App *> parsers = {&app};
    for (const CLI::App *parsed : app.get_subcommands()) {
      command = " " + parsed->get_name();
      parsers.push_back(parsed);
    }
    if (dynamic_cast<const CLI::ExtrasError *>(&error))
      for (const CLI::App *parser : parsers)
        if (const std::vector<std::string> left = parser->remaining(); !left.empty())
          what = unexpected(*parser, left);
    throw Failure(what + "\nSee `gaze help" + command + "`.", ExitWrongUsage);
  }
  if (!std::cout.flush())
    throw Failure("cannot write to standard output");
  return ExitRight;
}

/// A file that is opened later would otherwise be standard output where the caller has closed that.
/// Writing to what is opened here fails, as it did before.
static void occupyStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv) {
  occupyStandardStreams();
  std::signal(SIGXFSZ, SIG_IGN); // `ulimit -f`: an error of the write, as a full disk is
  try {
    CLI::App app("Gaze: sparse-attention patterns, compiled to fast kernels.", "gaze");
    app.set_version_flag("--version", std::string("gaze ") + gaze_version());
    app.require_subcommand(1);
    app.footer("Exit status: 0 right; 1 the pattern, a value or a tensor is wrong; 2 wrong usage;\n"
               "3 verification failed; 70 a fault of gaze itself.\n\n"
               "Environment: GAZE_PATH, folders (separated by colons) that are searched for\n"
               "imports before the pattern library; GAZE_CACHE, the folder in which compiled\n"
               "kernels are kept [$XDG_CACHE_HOME/gaze or ~/.cache/gaze], or off.");
    addCheck(app);
    addShow(app);
    addRun(app);
    addVerify(app);
    addCompile(app);
    addBench(app);
    addTune(app);
    addEmit(app);
    addHelp(app);
    return parseAndRun(app, argc, argv);
  } catch (const Failure &failure) {
    return report(failure.what(), failure.status);
  } catch (const CompileError &error) {
    return reportCompileError(error);
  } catch (const Error &error) {
    if (error.code() == GAZE_INTERNAL_ERROR)
      return reportInternal(error.what());
    return report(Failure(error.what()).what(), ExitWrongInput);
  } catch (const std::bad_alloc &) {
    return report("gaze: error: not enough memory\n", ExitWrongInput);
  } catch (const std::exception &error) {
    return reportInternal(error.what());
  } catch (...) {
    return reportInternal("an exception of unknown type");
  }
}
