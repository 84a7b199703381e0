//===- Help.cpp - gaze help [COMMAND] ----------------------------------------===//
#include "dsl/Names.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

using namespace gaze;

const CLI::App &cli::findCommand(const CLI::App &gaze, const std::string &name) {
  dsl::Suggestion suggestion(name);
  for (const CLI::App *command : gaze.get_subcommands({})) {
    if (command->get_name() == name)
      return *command;
    suggestion.consider(command->get_name(), "the command");
  }
  throw Failure("unknown command '" + name + "'" + suggestion.text() + " (`gaze help` lists them)",
                ExitWrongUsage);
}

void cli::addHelp(CLI::App &gaze) {
  CLI::App *command = gaze.add_subcommand("help", "what a command does, and its flags");
  auto name = std::make_shared<std::string>();
  command->add_option("COMMAND", *name, "the command; none lists them")->type_name("");
  command->callback([&gaze, name] {
    // App::help() would describe the command that is running, this one.
    const CLI::App &about = name->empty() ? gaze : findCommand(gaze, *name);
    std::cout << gaze.get_formatter()->make_help(&about, name->empty() ? "gaze" : "gaze " + *name,
                                                 CLI::AppFormatMode::Normal);
  });
}
