//===- Check.cpp - gaze check FILE... ----------------------------------------===//
#include "compiler/Compiler.h"
#include "dsl/Load.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/PatternLibrary.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

using namespace gaze;

/// Says on standard error what there is to say about the file; false when it is wrong.
static bool check(const std::string &file) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program =
      dsl::load(cli::patternFile(file), cli::libraryFolders(), diagnostics);
  std::cerr << diagnostics.render(program.sources);
  if (diagnostics.hasErrors())
    return false;
  bool right = true;
  for (const dsl::Pattern &pattern : program.patterns) {
    try {
      emit(program, pattern, KernelOptions(), Stage::Kernel);
    } catch (const CompileError &error) {
      if (error.kind == CompileError::Kind::Internal)
        throw;
      std::cerr << cli::Failure::rendered(error.what()).what();
      right = false;
    }
  }
  return right;
}

void cli::addCheck(CLI::App &gaze) {
  CLI::App *command = gaze.add_subcommand("check", "is it right? silent when it is");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "pattern files, or names of the library")
      ->required()
      ->type_name("");
  command->footer("Example:\n  gaze check patterns/*.gaze");
  command->callback([files] {
    bool right = true;
    for (const std::string &file : *files)
      try {
        right &= check(file);
      } catch (const Failure &failure) {
        std::cerr << failure.what();
        right = false;
      }
    if (!right)
      throw Failure::rendered(""); // all has been said
  });
}
