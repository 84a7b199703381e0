//===- Tune.cpp - gaze tune FILE [shape] -o S.schedule.json ------------------===//
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"

using namespace gaze;

void cli::addTune(CLI::App &gaze) {
  CLI::App *command = gaze.add_subcommand("tune", "search schedules (not supported yet)");
  command->footer("");
  command->allow_extras();
  command->callback([] { failNotSupported("gaze tune"); });
}
