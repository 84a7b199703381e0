//===- Options.h - Flags that several commands share -------------------------===//
#ifndef GAZE_TOOLS_OPTIONS_H
#define GAZE_TOOLS_OPTIONS_H

#include "compiler/Compiler.h"
#include "gaze/gaze.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Validator;
} // namespace CLI

namespace gaze::cli {

/// FILE [--pattern NAME]
struct PatternOptions {
  std::string file;
  std::string name; ///< empty: the file's only pattern
};
void addPatternOptions(CLI::App &command, PatternOptions &options);

/// [--set NAME=VALUE]... [--input NAME=FILE.npy]...
struct ValueOptions {
  std::vector<std::string> settings;
  std::vector<std::string> inputs;
};
void addValueOptions(CLI::App &command, ValueOptions &options);

/// [--batch B] [--heads H] ... What is set before the flags are added is the
/// default that --help shows.
struct ShapeOptions {
  std::int64_t batch = 1;
  std::int64_t heads = 2;
  std::int64_t kvHeads = 0; ///< 0: heads
  std::int64_t seq = 512;
  std::int64_t seqQ = 0; ///< 0: seq
  std::int64_t seqK = 0; ///< 0: seq
  int headDim = 64;
  int valueDim = 0;                   ///< 0: headDim
  std::optional<std::int64_t> qStart; ///< default: seq_k - seq_q
};
void addShapeOptions(CLI::App &command, ShapeOptions &options);
/// --head-dim and --value-dim alone, for commands that compile and do not run.
void addHeadDimOption(CLI::App &command, int &headDim);
void addValueDimOption(CLI::App &command, int &valueDim);
void addQStartOption(CLI::App &command, std::optional<std::int64_t> &qStart);
/// True where any flag of addShapeOptions but --q-start was given.
bool shapeWasGiven(const CLI::App &command);
/// Throws a Failure where the sizes contradict each other.
gaze_shape shapeOf(const ShapeOptions &options);

/// [--q Q.npy --k K.npy --v V.npy]
struct TensorOptions {
  std::string q, k, v; ///< v is empty where a command takes none
  bool given() const { return !q.empty(); }
};
/// Either `required`, or all three or none.
void addTensorOptions(CLI::App &command, TensorOptions &options, bool required);
/// --q and --k alone, both or none.
void addQueryAndKeyOptions(CLI::App &command, TensorOptions &options);

/// [--dtype T] [--target T] [--schedule FILE]
struct CodeOptions {
  std::string dtype; ///< f32, f16 or bf16; empty: that of the tensors
  std::string target = "host";
  int device = 0;       ///< of a GPU target: counted from 0
  std::string schedule; ///< a file, or empty

  gaze_api api() const {
    return target == "cuda" ? GAZE_API_CUDA : target == "opencl" ? GAZE_API_OPENCL : GAZE_API_CPU;
  }
  bool onGpu() const { return api() != GAZE_API_CPU; }
};
void addCodeOptions(CLI::App &command, CodeOptions &options);
/// --device, for commands that run kernels.
void addDeviceOption(CLI::App &command, CodeOptions &options);
/// The same without --target.
void addElementAndScheduleOptions(CLI::App &command, CodeOptions &options);
/// The type that --dtype names, `otherwise` without it.
gaze_element elementOf(const CodeOptions &options, gaze_element otherwise = GAZE_ELEMENT_FLOAT32);
/// "f32", "f16", "bf16"
std::string dtypeName(gaze_element element);
/// Reads the schedule file, and warns on standard error where it was made for another CPU,
/// target, type or head_dim. Throws a Failure, also for what is not supported yet, and
/// CompileError where the schedule cannot be used.
KernelOptions kernelOptions(const CodeOptions &options, int headDim, int valueDim = 0,
                            gaze_element otherwise = GAZE_ELEMENT_FLOAT32);

/// [--threads N], 0: all cores
void addThreadsOption(CLI::App &command, int &threads);

/// For `transform`: holds a flag to an int in decimal, `least` to `most`. CLI11 takes 010 for 8.
CLI::Validator wholeNumber(std::int64_t least, std::int64_t most);

/// Holds a flag to a few words.
CLI::Validator oneOf(std::vector<std::string> words);

void addJsonFlag(CLI::App &command, bool &json);

} // namespace gaze::cli

#endif // GAZE_TOOLS_OPTIONS_H
