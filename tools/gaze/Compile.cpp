//===- Compile.cpp - gaze compile FILE -o DIR [--name NAME] ------------------===//
#include "compiler/Compiler.h"
#include "compiler/Header.h"
#include "dsl/Names.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/DependencyFile.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/OutputFile.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct CompileOptions {
  PatternOptions pattern;
  ValueOptions values;
  CodeOptions code;
  std::vector<std::string> targets;
  int headDim = 64;
  int valueDim = 0;
  std::string folder;
  std::string name;
  std::string depfile; ///< empty: none is written
  bool quiet = false;
};

} // namespace

/// All files that decided what the kernel is, but for gaze itself.
static void writeDependencies(const CompileOptions &options, const dsl::SourceSet &sources,
                              const std::string &object) {
  std::vector<std::string> files;
  for (int i = 0; i < sources.size(); ++i)
    files.push_back(sources.file(i).path());
  if (!options.code.schedule.empty())
    files.push_back(options.code.schedule);
  const std::string rule = dependencyRule(object, files);
  OutputFile file(options.depfile);
  file.write(rule.data(), rule.size());
  file.commit();
}

static void compile(const CLI::App &command, CompileOptions options) {
  if (!options.targets.empty())
    options.code.target = options.targets.front();
  KernelOptions kernel = kernelOptions(options.code, options.headDim, options.valueDim);
  if (command.count("--name") > 0) {
    if (!canNameKernel(options.name))
      throw Failure("--name " + dsl::inQuotes(options.name) +
                        " cannot be the name of a kernel in C: a word of at most 200 letters, "
                        "digits and underscores that C, C++ and gaze leave free",
                    ExitWrongUsage);
    kernel.name = options.name;
  }
  const ChosenPattern chosen = choosePattern(options.pattern);
  const FileOptions files = {options.folder, options.targets,
                             givenValues(*chosen.pattern, options.values.settings)};
  const std::string &schedule = options.code.schedule;
  keepSources("--depfile", options.depfile, chosen, schedule);
  for (const std::string &path : kernelFiles(*chosen.pattern, kernel, files)) {
    // What a schedule file says is in the one that is written.
    keepSources("-o", path, chosen, "");
    if (isSameFile(options.depfile, path))
      throw Failure("--depfile names '" + path + "', which is one of the files of the kernel",
                    ExitWrongUsage);
  }
  const std::vector<std::string> paths =
      compileToFiles(*chosen.program, *chosen.pattern, kernel, files);
  if (!options.depfile.empty())
    writeDependencies(options, chosen.program->sources, paths.front());
  if (!options.quiet)
    for (const std::string &path : paths)
      std::cout << path << "\n";
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
  command
      ->add_option("--depfile", options->depfile,
                   "also write a rule of Make: the object depends on the pattern file, what it\n"
                   "imports, and the schedule")
      ->type_name("FILE");
  command->add_flag("--quiet", options->quiet, "print nothing where all is well");
  addHeadDimOption(*command, options->headDim);
  addValueDimOption(*command, options->valueDim);
  command
      ->add_option("--set", options->values.settings,
                   "another default for a parameter of the pattern; once for each")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  addElementAndScheduleOptions(*command, options->code);
  command
      ->add_option("--target", options->targets,
                   "what to compile for: host, x86-64, x86-64-v3, x86-64-v4, x86-64-v4-bf16 or "
                   "aarch64; with several of x86-64, as in x86-64,x86-64-v3, programs take the "
                   "best that their CPU can run; for GPUs cuda or opencl [host]")
      ->type_name("T,..")
      ->delimiter(',');
  command->footer(
      "Prints the paths of what it wrote. Link the object with the runtime library\n"
      "(libgaze_runtime.a; for GPUs with libgaze_gpu.a before it), or let CMake do all of\n"
      "it: see docs/cpp.md.\n\n"
      "Example:\n"
      "  gaze compile patterns/longformer.gaze -o kernels --head-dim 64");
  command->callback([command, options] { compile(*command, *options); });
}
