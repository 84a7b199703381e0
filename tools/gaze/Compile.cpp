//===- Compile.cpp - gaze compile FILE -o DIR [--name NAME] ------------------===//
#include "compiler/Compiler.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"

#include <iostream>
#include <memory>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct CompileOptions {
  PatternOptions pattern;
  CodeOptions code;
  int headDim = 64;
  std::string folder;
  std::string name;
};

} // namespace

/// Names of C: letters, digits and underscores.
static void checkName(const std::string &name) {
  const auto wrong = [](unsigned char c) { return !std::isalnum(c) && c != '_'; };
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ||
      std::any_of(name.begin(), name.end(), wrong))
    throw Failure("--name '" + name + "' is no name in C: letters, digits and underscores",
                  ExitWrongUsage);
}

static void compile(const CLI::App &command, const CompileOptions &options) {
  KernelOptions kernel = kernelOptions(options.code, options.headDim);
  if (command.count("--name") > 0) {
    checkName(options.name);
    kernel.name = options.name;
  }
  const ChosenPattern chosen = choosePattern(options.pattern);
  const CompiledFiles files =
      compileToFiles(*chosen.program, *chosen.pattern, kernel, options.folder);
  std::cout << files.object << "\n" << files.header << "\n" << files.schedule << "\n";
}

void cli::addCompile(CLI::App &gaze) {
  CLI::App *command =
      gaze.add_subcommand("compile", "NAME.o, NAME.h and NAME.schedule.json, to link");
  auto options = std::make_shared<CompileOptions>();
  addPatternOptions(*command, options->pattern);
  command->add_option("-o", options->folder, "folder for the files; made where missing")
      ->type_name("DIR")
      ->required();
  command->add_option("--name", options->name, "of the files and the symbol [the pattern's]")
      ->type_name("NAME");
  addHeadDimOption(*command, options->headDim);
  addCodeOptions(*command, options->code);
  command->footer("Prints the paths of what it wrote. Link the object with the runtime library\n"
                  "(libgaze_runtime.a); see docs/examples/minimal.\n\n"
                  "Example:\n"
                  "  gaze compile patterns/longformer.gaze -o kernels --head-dim 64");
  command->callback([command, options] { compile(*command, *options); });
}
