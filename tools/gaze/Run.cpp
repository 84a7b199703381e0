//===- Run.cpp - gaze run FILE --q --k --v -o OUT [--lse LSE] ----------------===//
#include "compiler/Compiler.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Commands.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Gpu.h"
#include "tools/gaze/OutputFile.h"
#include "tools/gaze/Problem.h"

#include <CLI/CLI.hpp>
#include <memory>

using namespace gaze;
using namespace gaze::cli;

namespace {

struct RunOptions {
  PatternOptions pattern;
  ValueOptions values;
  TensorOptions tensors;
  std::optional<std::int64_t> qStart;
  CodeOptions code;
  int threads = 0;
  std::string out;
  std::string lse;
};

} // namespace

static void run(const RunOptions &options) {
  checkDevice(options.code);
  const ChosenPattern chosen = choosePattern(options.pattern, options.values);
  const Problem problem = readProblem(options.tensors, options.qStart, options.code);
  checkRequirements(chosen, problem.shape, problem.headDim);
  keepSources("-o", options.out, chosen, options.code.schedule, options.tensors);
  keepSources("--lse", options.lse, chosen, options.code.schedule, options.tensors);
  if (isSameFile(options.out, options.lse))
    throw Failure("-o and --lse name the same file", ExitWrongUsage);
  OutputFile outFile(options.out);
  std::optional<OutputFile> lseFile;
  if (!options.lse.empty())
    lseFile.emplace(options.lse);

  const JitKernel kernel =
      jit(*chosen.program, *chosen.pattern, kernelOptions(options.code, problem));
  const Plan plan =
      chosen.plan(kernel.table(), problem.shape, options.threads, options.code.device);
  Output output = problem.makeOutput();
  problem.run(plan, output, options.threads);
  output.out.readBack();

  writeNpy(outFile, problem.type, problem.outShape(), output.out.values().data());
  if (lseFile)
    writeNpy(*lseFile, ElementType::Float32, problem.lseShape(), output.lse.data());
  outFile.commit();
  if (lseFile)
    lseFile->commit();
}

void cli::addRun(CLI::App &gaze) {
  CLI::App *command = gaze.add_subcommand("run", "compile and run on real tensors");
  auto options = std::make_shared<RunOptions>();
  addPatternOptions(*command, options->pattern);
  addValueOptions(*command, options->values);
  addTensorOptions(*command, options->tensors, /*required=*/true);
  addQStartOption(*command, options->qStart);
  command->add_option("-o", options->out, "the output, of the type of Q's file")
      ->type_name("OUT.npy")
      ->required();
  command
      ->add_option("--lse", options->lse,
                   "the log-sum-exp of every row, float32 [batch, heads, seq_q]")
      ->type_name("LSE.npy");
  addCodeOptions(*command, options->code);
  addDeviceOption(*command, options->code);
  addThreadsOption(*command, options->threads);
  command->footer(
      "Tensors are .npy files of float16, float32 or float64, in C order. Without --dtype\n"
      "three files of float16 take a float16 kernel, others one of float32; numbers are\n"
      "rounded to the kernel's type. bfloat16, which .npy files do not know, comes from\n"
      "these types and goes back to Q's.\n\n"
      "Example:\n"
      "  gaze run patterns/longformer.gaze --set window=256 --q q.npy --k k.npy "
      "--v v.npy -o out.npy");
  command->callback([options] { run(*options); });
}
