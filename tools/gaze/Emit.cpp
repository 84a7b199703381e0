//===- Emit.cpp - gaze emit FILE --stage ast|gaze|kernel|halide|asm ----------===//
#include "compiler/Compiler.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct EmitOptions {
  PatternOptions pattern;
  CodeOptions code;
  int headDim = 64;
  int valueDim = 0;
  std::string stage;
};

} // namespace

void cli::addEmit(CLI::App &gaze) {
  static const std::map<std::string, Stage> stages = {
      {"ast", Stage::Ast},       {"gaze", Stage::Gaze}, {"kernel", Stage::Kernel},
      {"halide", Stage::Halide}, {"llvm", Stage::Llvm}, {"asm", Stage::Asm}};
  CLI::App *command = gaze.add_subcommand("emit", "what the compiler made of it at a stage");
  auto options = std::make_shared<EmitOptions>();
  addPatternOptions(*command, options->pattern);
  command
      ->add_option("--stage", options->stage,
                   "ast: the text again, checked; gaze: the dialect before the passes; kernel: "
                   "after them; halide: lowered statements; llvm: LLVM's IR; asm: assembly")
      ->type_name("STAGE")
      ->required()
      ->check(oneOf({"ast", "gaze", "kernel", "halide", "llvm", "asm"}));
  addHeadDimOption(*command, options->headDim);
  addValueDimOption(*command, options->valueDim);
  addCodeOptions(*command, options->code);
  command->footer("Example:\n  gaze emit patterns/longformer.gaze --stage gaze");
  command->callback([options] {
    const KernelOptions kernel = kernelOptions(options->code, options->headDim, options->valueDim);
    const ChosenPattern chosen = choosePattern(options->pattern);
    std::cout << emit(*chosen.program, *chosen.pattern, kernel, stages.at(options->stage));
  });
}
