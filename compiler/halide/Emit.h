//===- Emit.h - From a Kernel to object code ----------------------------------===//
//
// The only door to Halide for the rest of the compiler; no Halide type here.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_EMIT_H
#define GAZE_COMPILER_HALIDE_EMIT_H

#include "compiler/Kernel.h"
#include "compiler/Schedule.h"
#include "gaze/gaze.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gaze {

/// A target that kernels can be compiled for.
struct TargetInfo {
  std::string name;     ///< as Halide spells it; of a GPU, with what plans run on
  int lanes;            ///< floats of a vector
  int registers;        ///< vectors that its registers hold
  bool convertsFloat16; ///< has F16C: float16 to float32 and back
  bool dotsBFloat16;    ///< has vdpbf16ps, which adds products of pairs of bfloat16 to floats
  std::uint64_t cpu;    ///< instructions that it needs: GAZE_CPU_* of gaze/gaze.h
  std::string triple;   ///< as LLVM names it
  gaze_api api = GAZE_API_CPU; ///< what computes attention

  bool isGpu() const { return api != GAZE_API_CPU; }
};

/// The names of all targets: host, and from the least demanding on x86-64, x86-64-v3, x86-64-v4,
/// x86-64-v4-bf16 (with AVX-512 BF16, as in Zen 4 and Sapphire Rapids), aarch64, and for GPUs cuda
/// and opencl, whose plans are made by an x86-64-v3.
const std::vector<std::string> &targetNames();

/// Nothing where `name` is not among them.
std::optional<TargetInfo> findTarget(const std::string &name);

/// This machine has every feature of the target.
bool runsHere(const TargetInfo &target);

/// Device: what the driver of a GPU is given, PTX or OpenCL C.
enum class Output { Object, Assembly, Llvm, Statements, Device };

struct EmitOptions {
  std::string prefix; ///< the functions are PREFIX_accumulate and so on: gaze/gaze.h
  TargetInfo target;
  Schedule schedule;
  gaze_element element = GAZE_ELEMENT_FLOAT32;
  int headDim;
  int valueDim;
  bool maskOnly = false; ///< without PREFIX_accumulate and PREFIX_finish, or what a GPU runs
  /// Each unsafe_promise_clamped is checked: a function returns a code that is not 0 where one
  /// does not hold. For tests; who loads the code provides the functions
  /// halide_error_requirement_failed and halide_error_out_of_memory.
  bool checksPromises = false;
  /// With AddressSanitizer, whose library who loads the code provides. For tests.
  bool addressSanitizer = false;

  /// The functions of the kernel's parts are there.
  bool hasParts(const Kernel &kernel) const {
    return !maskOnly && schedule.orders > 1 && !kernel.parts.empty();
  }

  bool hasGpuFunctions() const { return !maskOnly && target.isGpu(); }
};

/// Everything of the options that decides the code, and Halide's version, as text: with
/// the kernel IR it decides the object.
std::string identityOf(const EmitOptions &options);

/// What Halide said of a pipeline that we built: our own fault.
class EmitError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Writes all functions of the kernel that run on the CPU to the file `path`. PREFIX_require is
/// there only where the kernel has requirements, PREFIX_sizes and PREFIX_faults only where it has
/// inputs. Throws EmitError.
void emitKernel(const Kernel &kernel, const EmitOptions &options, Output output,
                const std::string &path);

/// Those that run on a GPU: PREFIX_attend, PREFIX_finish, PREFIX_log_sum_exp.
enum class GpuFunction { Attend, Finish, LogSumExp };
inline constexpr GpuFunction gpuFunctions[] = {GpuFunction::Attend, GpuFunction::Finish,
                                               GpuFunction::LogSumExp};

/// Likewise one of them. In one file Halide 21 would keep the device code of the last alone.
void emitGpuFunction(const Kernel &kernel, const EmitOptions &options, GpuFunction which,
                     Output output, const std::string &path);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_EMIT_H
