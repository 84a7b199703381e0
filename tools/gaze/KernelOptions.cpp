//===- KernelOptions.cpp - What flags ask of the compiler ----------------------===//
//
// Apart from the flags themselves, which programs without a compiler have as well.
//
//===----------------------------------------------------------------------===//
#include "dsl/Text.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Gpu.h"
#include "tools/gaze/Problem.h"

#include <iostream>

using namespace gaze;
using namespace gaze::cli;

/// A schedule never changes what is computed, so one that was made for another machine or
/// kernel is used; it may be slow, and that is worth a word. `gpu` is the name of the one that
/// the kernel runs on, or empty.
static void warnOfOtherOrigin(const std::string &path, const KernelOptions &options,
                              const std::string &gpu) {
  ChosenSchedule chosen = chooseSchedule(options);
  if (!chosen.given)
    return;
  chosen.madeFor.gpu = gpu;
  MadeFor there = *chosen.given;
  there.cores = 0; // the threads share no schedule
  const std::string different = differences(chosen.madeFor, there);
  if (!different.empty())
    std::cerr << "gaze: warning: '" << path << "' was made for something else: here " << different
              << ". It is used, but another schedule may be faster; gaze tune finds one\n";
}

static KernelOptions optionsOn(const std::string &gpu, const CodeOptions &options, int headDim,
                               int valueDim, gaze_element otherwise) {
  KernelOptions result;
  result.headDim = headDim;
  result.valueDim = valueDim;
  result.element = elementOf(options, otherwise);
  result.target = options.target;
  if (options.schedule.empty())
    return result;

  const std::string wrong = dsl::readFile(options.schedule, result.scheduleJson.emplace());
  if (!wrong.empty())
    throw Failure("cannot read '" + options.schedule + "': " + wrong);
  result.schedulePath = options.schedule;
  warnOfOtherOrigin(options.schedule, result, gpu);
  return result;
}

KernelOptions cli::kernelOptions(const CodeOptions &options, int headDim, int valueDim,
                                 gaze_element otherwise) {
  return optionsOn("", options, headDim, valueDim, otherwise);
}

KernelOptions cli::kernelOptions(const CodeOptions &options, const Problem &problem) {
  std::string gpu;
  if (options.onGpu() && !options.schedule.empty())
    gpu = deviceOf(options.api(), options.device).name();
  return optionsOn(gpu, options, problem.headDim, problem.valueDim, problem.element());
}
