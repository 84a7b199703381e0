//===- Check.cpp - gaze check FILE... ----------------------------------------===//
#include "compiler/Compiler.h"
#include "dsl/Load.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"

#include <memory>

using namespace gaze;

/// What is wrong with the file, ready for standard error; nothing when it is right.
static std::string findMistakes(const std::string &file) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program = dsl::load(file, cli::libraryFolders(), diagnostics);
  if (!diagnostics.empty())
    return diagnostics.render(program.sources);
  std::string text;
  for (const dsl::Pattern &pattern : program.patterns) {
    try {
      emit(program, pattern, KernelOptions(), Stage::Kernel);
    } catch (const CompileError &error) {
      if (error.kind == CompileError::Kind::Internal)
        throw;
      text += cli::Failure::rendered(error.what()).what();
    }
  }
  return text;
}

void cli::addCheck(CLI::App &gaze) {
  CLI::App *command = gaze.add_subcommand("check", "is it right? silent when it is");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "pattern files")->required()->type_name("");
  command->footer("Example:\n  gaze check patterns/*.gaze");
  command->callback([files] {
    std::string mistakes;
    for (const std::string &file : *files)
      mistakes += findMistakes(file);
    if (!mistakes.empty())
      throw Failure::rendered(mistakes);
  });
}
