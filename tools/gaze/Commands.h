//===- Commands.h - The commands of `gaze`, one file each --------------------===//
//
// Each function adds its command to the app: the flags, and a callback that runs it
// once everything is parsed. A command that cannot do its work throws a Failure.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_COMMANDS_H
#define GAZE_TOOLS_COMMANDS_H

#include <string>

namespace CLI {
class App;
}

namespace gaze::cli {

void addCheck(CLI::App &gaze);
void addShow(CLI::App &gaze);
void addRun(CLI::App &gaze);
void addVerify(CLI::App &gaze);
void addCompile(CLI::App &gaze);
void addBench(CLI::App &gaze);
void addTune(CLI::App &gaze);
void addEmit(CLI::App &gaze);
void addHelp(CLI::App &gaze);

/// The command of that name. Throws a Failure with a suggestion.
const CLI::App &findCommand(const CLI::App &gaze, const std::string &name);

} // namespace gaze::cli

#endif // GAZE_TOOLS_COMMANDS_H
