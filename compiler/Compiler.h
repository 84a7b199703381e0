//===- Compiler.h - Pattern in, kernel out ------------------------------------===//
//
// The façade that the tools and C++ users call. Loading and checking a pattern
// file is dsl/Load.h; from there:
//
//   gaze::KernelOptions options;
//   options.headDim = 64;
//   gaze::JitKernel kernel = gaze::jit(program, *pattern, options);
//   gaze_plan_create(&kernel.table(), ...);              // gaze/gaze.h
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_COMPILER_H
#define GAZE_COMPILER_COMPILER_H

#include "compiler/ScheduleFile.h"
#include "dsl/Ast.h"
#include "dsl/Interpreter.h"
#include "gaze/gaze.h"

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gaze {

/// What the compiler cannot do, with text that is ready for standard error.
class CompileError : public std::runtime_error {
public:
  enum class Kind {
    Pattern, ///< the pattern, a size or the schedule is wrong
    File,    ///< a file cannot be written
    Internal ///< our own fault
  };
  CompileError(Kind kind, const std::string &message) : std::runtime_error(message), kind(kind) {}
  const Kind kind;
};

/// What a JIT kernel has to do with the user's cache (docs/schedules.md).
enum class Cached {
  Use,     ///< take the object from there, or compile and put it there
  Refresh, ///< compile and put it there
  Never
};

struct KernelOptions {
  std::string name; ///< of the symbols in the object; default: the pattern's name
  int headDim = 64; ///< of Q and K: a multiple of 8, from 8 to 256
  int valueDim = 0; ///< of V and the output; 0: headDim
  /// Of Q, K, V and the output: float32, float16 or bfloat16.
  gaze_element element = GAZE_ELEMENT_FLOAT32;
  std::string target = "host"; ///< host, x86-64, -v3, -v4, -v4-bf16, aarch64, cuda or opencl
  bool maskOnly = false;       ///< jit: without what Q, K and V go through, for masks alone
  /// jit: every index that the generated code relies on is checked. For tests; it takes time.
  bool checksPromises = false;
  /// compileToFiles: with AddressSanitizer, for a program that is linked with -fsanitize=address.
  /// For tests.
  bool addressSanitizer = false;
  std::optional<std::string> scheduleJson; ///< text of a schedule file; default: Schedule.h's rule
  std::string schedulePath;                ///< of that file, for messages; may be empty
  Cached cached = Cached::Use;             ///< jit only
};

/// The schedule that options come to on this machine.
struct ChosenSchedule {
  Schedule schedule; ///< complete and valid
  ScheduleBasis basis;
  MadeFor madeFor; ///< as far as the options tell; the CPU and its cores for the target host
  std::optional<MadeFor> given; ///< what the file says that it was made for
};

/// Throws CompileError.
ChosenSchedule chooseSchedule(const KernelOptions &options);

/// A kernel in this process, from the same object code that `compileToFiles` writes.
class JitKernel {
public:
  const gaze_kernel &table() const;
  /// The object came from the cache: nothing was compiled.
  bool fromCache() const;

  struct Storage;
  explicit JitKernel(std::shared_ptr<const Storage> storage);

private:
  std::shared_ptr<const Storage> storage;
};

/// In how many parts a plan may compute the pattern, each in an order of its own; 1: in tiles
/// alone. Throws CompileError.
std::size_t mostParts(const dsl::Program &program, const dsl::Pattern &pattern,
                      const KernelOptions &options);

/// Throws CompileError where this machine lacks instructions of a known target.
void checkRunsHere(const std::string &target);

/// Compiles and loads. Throws CompileError.
JitKernel jit(const dsl::Program &program, const dsl::Pattern &pattern,
              const KernelOptions &options);

struct FileOptions {
  std::string folder; ///< made where missing
  /// One object with a kernel for each, of which a plan takes the best that the CPU can run;
  /// empty: KernelOptions::target alone.
  std::vector<std::string> targets;
  std::map<std::string, dsl::Value> defaults; ///< of parameters, instead of the pattern's own
};

/// Where compileToFiles will write: NAME.o, NAME.h and NAME.schedule.json, or
/// NAME.TARGET.schedule.json for each of several targets. Throws CompileError.
std::vector<std::string> kernelFiles(const dsl::Pattern &pattern, const KernelOptions &options,
                                     const FileOptions &files);

/// Writes these files and returns their paths. A file is complete or not there. Throws
/// CompileError.
std::vector<std::string> compileToFiles(const dsl::Program &program, const dsl::Pattern &pattern,
                                        const KernelOptions &options, const FileOptions &files);

enum class Stage {
  Ast,    ///< the pattern as text again, checked
  Gaze,   ///< the gaze dialect before the passes
  Kernel, ///< the kernel IR after them
  Halide, ///< Halide's lowered statements
  Llvm,   ///< LLVM's IR, optimised
  Asm     ///< the target's assembly
};

/// What the compiler made of the pattern at that stage, as text. Throws CompileError.
std::string emit(const dsl::Program &program, const dsl::Pattern &pattern,
                 const KernelOptions &options, Stage stage);

} // namespace gaze

#endif // GAZE_COMPILER_COMPILER_H
