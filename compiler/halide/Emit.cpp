//===- Emit.cpp - From a Kernel to object code --------------------------------===//
#include "compiler/halide/Emit.h"

#include "compiler/Files.h"
#include "compiler/halide/Algorithm.h"
#include "compiler/halide/AlignedLoads.h"
#include "compiler/halide/Attend.h"
#include "compiler/halide/GpuDoubles.h"
#include "compiler/halide/PieceLoops.h"
#include "compiler/halide/ScheduleCpu.h"
#include "compiler/halide/ScheduleGpu.h"
#include "compiler/halide/Selection.h"

#include <functional>
#include <numeric>
#include <sstream>

using namespace Halide;

namespace gaze {
namespace {

constexpr int rowBlock = 4;

/// Checks that the runtime makes at the door are not repeated for every tile; the
/// functions of many kernels share one runtime; tensors may pass 2^31 bytes.
Target kernelTarget(const EmitOptions &options) {
  Target target(options.target.name);
  for (const Target::Feature feature :
       {Target::NoBoundsQuery, Target::NoRuntime, Target::LargeBuffers,
        options.checksPromises ? Target::CheckUnsafePromises : Target::NoAsserts})
    target.set_feature(feature);
  target.set_feature(Target::ASAN, options.addressSanitizer);
  return target;
}

/// What plans of a kernel for a GPU run on.
Target hostOf(Target target) {
  for (const Target::Feature feature :
       {Target::CUDA, Target::CUDACapability75, Target::OpenCL, Target::CLDoubles})
    target.set_feature(feature, false);
  return target;
}

/// Takes out all asserts that are there yet. Buffers may be larger than they say, and those of a
/// device have no memory that checks could read; promises are checked within expressions, which
/// stay. What a driver says is checked by asserts that come later.
class WithoutAsserts : public Internal::IRMutator {
  using IRMutator::visit;
  Internal::Stmt visit(const Internal::AssertStmt *) override {
    return Internal::Evaluate::make(0);
  }
};

/// Halide's errors (and its warnings, on standard error) as one exception type.
template <typename Body> void translateErrors(Body body) {
  try {
    body();
  } catch (const Halide::Error &error) { // no std::exception
    throw EmitError(error.what());
  }
}

/// `kernel`, as if `part` were all of it.
Kernel onlyPart(const Kernel &kernel, const Part &part) {
  Kernel only = kernel;
  only.keep = part.keep;
  only.bounds = part.bounds;
  only.keepsEverything = false;
  return only;
}

using AddFunction =
    std::function<void(Pipeline pipeline, const std::vector<Argument> &, const std::string &name)>;

/// The functions of a part are those of its number.
void addParts(const Kernel &kernel, const KernelSizes &sizes, const EmitOptions &options,
              const AddFunction &add) {
  const int lanes = options.target.lanes;
  for (std::size_t i = 0; i < kernel.parts.size(); ++i) {
    const Part &part = kernel.parts[i];
    const std::string number = "_" + std::to_string(i);
    const Kernel only = onlyPart(kernel, part);
    Accumulate accumulate(only, sizes,
                          isListed(part.order) ? KeyOrder::Listed : KeyOrder::AsTheyAre);
    scheduleForCpu(accumulate, options.schedule, lanes);
    add(accumulate.stateOut, accumulate.arguments(), "accumulate" + number);
    Classify classify(kernel, part.bounds);
    scheduleForCpu(classify, lanes);
    add(classify.verdicts, classify.arguments(), "classify" + number);
    if (isListed(part.order)) {
      Selects selects(kernel, part);
      add(selects.selected, selects.arguments(), "selects" + number);
    }
  }
  SaveRows save(sizes);
  scheduleForCpu(save, lanes);
  add(save.rows, save.arguments(), "save_rows");
  MergeRows merge(sizes);
  scheduleForCpu(merge, lanes);
  add(merge.stateOut, merge.arguments(), "merge_rows");
}

/// What the runtime selects blocks with.
void addSelection(const Kernel &kernel, const EmitOptions &options, const AddFunction &add) {
  const ElementUse element{options.element, options.target.convertsFloat16, false};
  const int lanes = options.target.lanes;
  SelectionSizes sizes(kernel);
  add(sizes.sizes, sizes.arguments(), "selection_sizes");
  BlockMeans means(options.headDim, element);
  scheduleForCpu(means, lanes);
  add(means.means, means.arguments(), "block_means");
  BlockExtremes extremes(options.headDim, element);
  scheduleForCpu(extremes, lanes);
  add(extremes.extremes, extremes.arguments(), "block_extremes");
  for (const bool byExtremes : {false, true}) {
    BlockScores scores(options.headDim, byExtremes);
    scheduleForCpu(scores, lanes);
    add(scores.scores, scores.arguments(), byExtremes ? "extreme_scores" : "mean_scores");
  }
}

Module kernelModule(const Kernel &kernel, const EmitOptions &options) {
  const Target target = hostOf(kernelTarget(options));
  const int lanes = options.target.lanes;
  std::vector<Module> modules;
  const auto add = [&](Pipeline pipeline, const std::vector<Argument> &arguments,
                       const std::string &name) {
    if (options.checksPromises)
      pipeline.add_custom_lowering_pass(new WithoutAsserts);
    modules.push_back(pipeline.compile_to_module(arguments, options.prefix + "_" + name, target));
  };

  if (!options.maskOnly && !options.target.isGpu()) {
    const KernelSizes sizes{
        options.headDim,
        options.valueDim,
        options.schedule.tileQ,
        options.schedule.tileK,
        options.schedule.edgeK,
        {options.element, options.target.convertsFloat16,
         options.element == GAZE_ELEMENT_BFLOAT16 && options.target.dotsBFloat16}};
    Accumulate accumulate(kernel, sizes);
    scheduleForCpu(accumulate, options.schedule, lanes);
    add(accumulate.stateOut, accumulate.arguments(), "accumulate");

    Finish finish(sizes);
    scheduleForCpu(finish, lanes);
    add(Pipeline({finish.out, finish.lse}), finish.arguments(), "finish");

    // Rows of K, of V and of weights are whole vectors.
    const int rowLanes =
        std::gcd(std::gcd(lanes, sizes.edgeK), std::gcd(sizes.headDim, sizes.valueDim));
    AccumulateRows accumulateRows(kernel, sizes, rowLanes, rowBlock);
    scheduleForCpu(accumulateRows, options.schedule, lanes);
    add(accumulateRows.stateOut, accumulateRows.arguments(), "accumulate_rows");

    FinishRows finishRows(sizes);
    scheduleForCpu(finishRows, lanes);
    add(Pipeline({finishRows.out, finishRows.lse}), finishRows.arguments(), "finish_rows");
    if (options.hasParts(kernel))
      addParts(kernel, sizes, options, add);
  }

  const auto addMasks = [&](const Function &bounds, const Function &keep, const std::string &of) {
    Classify classify(kernel, bounds);
    scheduleForCpu(classify, lanes);
    add(classify.verdicts, classify.arguments(), "classify" + of);

    Mask mask(kernel, keep);
    scheduleForCpu(mask, lanes);
    add(mask.kept, mask.arguments(), "mask" + of);
  };
  addMasks(kernel.bounds, kernel.keep, "");
  if (!kernel.selections.empty()) {
    addMasks(kernel.candidateBounds, kernel.candidates, "_candidates");
    addSelection(kernel, options, add);
  }

  if (!kernel.inputs.empty()) {
    Sizes sizesOfInputs(kernel);
    add(sizesOfInputs.sizes, sizesOfInputs.arguments(), "sizes");
  }
  if (!kernel.faults.results.empty()) {
    Faults faults(kernel);
    scheduleForCpu(faults);
    add(faults.faults, faults.arguments(), "faults");
  }
  if (!kernel.requirements.empty()) {
    Require require(kernel);
    add(require.holds, require.arguments(), "require");
  }
  Module all = link_modules(options.prefix, modules);
  // link_modules (Halide 21) forgets it, and without it strict_float means nothing.
  all.set_any_strict_float(true);
  return all;
}

/// 16-bit elements go as they are where the driver's compiler may not know them.
ElementUse gpuElement(const EmitOptions &options) {
  const bool converts =
      options.target.api == GAZE_API_CUDA && options.element == GAZE_ELEMENT_FLOAT16;
  ElementUse element{options.element, converts, false};
  element.asBits = !converts;
  return element;
}

Module gpuModule(const Kernel &kernel, const EmitOptions &options, GpuFunction which) {
  const auto compile = [&](Pipeline pipeline, const std::vector<Argument> &arguments,
                           const char *name) {
    // Without asserts Halide's runtime would end the process where it launches what the driver
    // has not compiled.
    pipeline.add_custom_lowering_pass(new WithoutAsserts);
    const Target target = kernelTarget(options).without_feature(Target::NoAsserts);
    if (options.target.api == GAZE_API_OPENCL)
      keepDoubles(pipeline);
    else
      nameForCuda(pipeline);
    Module module = pipeline.compile_to_module(arguments, options.prefix + "_" + name, target);
    module.set_any_strict_float(true);
    return module;
  };
  const GpuSizes sizes(options.schedule, options.headDim, options.valueDim, gpuElement(options));
  switch (which) {
  case GpuFunction::Attend: {
    Attend attend(kernel, sizes);
    scheduleForGpu(attend);
    Pipeline states(attend.states);
    useOwnTileCounts(states, attend);
    alignLoads(states, attend.q);
    return compile(states, attend.arguments(), "attend");
  }
  case GpuFunction::Finish: {
    FinishPieces finish(sizes);
    scheduleForGpu(finish);
    return compile(finish.out, finish.arguments(), "finish");
  }
  case GpuFunction::LogSumExp: {
    LogSumExpOfPieces lse(sizes);
    scheduleForGpu(lse);
    return compile(lse.lse, lse.arguments(), "log_sum_exp");
  }
  }
  __builtin_unreachable();
}

/// GAZE_CPU_*: what the runtime asks the CPU for before it calls a kernel.
std::uint64_t instructionsOf(const Target &target) {
  static const std::pair<Target::Feature, std::uint64_t> named[] = {
      {Target::SSE41, GAZE_CPU_SSE41},
      {Target::AVX, GAZE_CPU_AVX},
      {Target::AVX2, GAZE_CPU_AVX2},
      {Target::FMA, GAZE_CPU_FMA},
      {Target::F16C, GAZE_CPU_F16C},
      {Target::AVX512, 0}, // no target has it without the next
      {Target::AVX512_Skylake, GAZE_CPU_AVX512},
      {Target::AVX512_Cannonlake, GAZE_CPU_AVX512_VBMI},
      {Target::AVX512_Zen4, GAZE_CPU_AVX512_BF16},
      {Target::AVX512_Zen5, GAZE_CPU_AVX512_BF16},
      {Target::AVX512_SapphireRapids, GAZE_CPU_AVX512_BF16 | GAZE_CPU_AMX},
  };
  static const Target::Feature unnamed[] = {Target::FMA4, Target::AVX512_KNL, Target::AVXVNNI,
                                            Target::AVX10_1};
  std::uint64_t bits = 0;
  for (const auto &[feature, instructions] : named)
    if (target.has_feature(feature))
      bits |= instructions;
  for (const Target::Feature feature : unnamed)
    if (target.has_feature(feature))
      bits |= GAZE_CPU_UNNAMED;
  return bits;
}

TargetInfo describe(const Target &target) {
  const bool isArm = target.arch == Target::ARM;
  const bool manyRegisters = isArm || target.has_feature(Target::AVX512);
  const bool dotsBFloat16 =
      target.has_feature(Target::AVX512_Zen4) || target.has_feature(Target::AVX512_SapphireRapids);
  return TargetInfo{target.to_string(),
                    target.natural_vector_size(Float(32)),
                    manyRegisters ? 32 : 16,
                    target.has_feature(Target::F16C),
                    dotsBFloat16,
                    instructionsOf(target),
                    isArm ? "aarch64-unknown-linux-gnu" : "x86_64-unknown-linux-gnu"};
}

TargetInfo describeGpu(const Target &target, gaze_api api) {
  TargetInfo info = describe(hostOf(target));
  info.name = target.to_string();
  info.api = api;
  return info;
}

OutputFileType fileType(Output output) {
  switch (output) {
  case Output::Assembly:
    return OutputFileType::assembly;
  case Output::Llvm:
    return OutputFileType::llvm_assembly;
  case Output::Statements:
    return OutputFileType::stmt;
  default:
    return OutputFileType::object;
  }
}

/// Replaces an object file by the texts in it that a GPU's driver is given, which end with a 0.
void keepDeviceCode(const std::string &path) {
  static const std::string beginnings[] = {"//\n// Generated by LLVM NVPTX", "/*OpenCL C"};
  const std::string object = readBytes(path);
  std::string code;
  for (const std::string &beginning : beginnings)
    for (std::size_t at = object.find(beginning); at != std::string::npos;
         at = object.find(beginning, at + 1))
      code += object.c_str() + at;
  writeBytes(path, code);
}

} // namespace

const std::vector<std::string> &targetNames() {
  static const std::vector<std::string> names = {
      "host", "x86-64", "x86-64-v3", "x86-64-v4", "x86-64-v4-bf16", "aarch64", "cuda", "opencl"};
  return names;
}

std::optional<TargetInfo> findTarget(const std::string &name) {
  if (name == "host")
    return describe(get_host_target());
  if (name == "x86-64")
    return describe(Target("x86-64-linux-sse41"));
  if (name == "x86-64-v3")
    return describe(Target("x86-64-linux-sse41-avx-avx2-fma-f16c"));
  if (name == "x86-64-v4")
    return describe(Target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake"));
  if (name == "x86-64-v4-bf16")
    return describe(Target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_"
                           "cannonlake-avx512_zen4"));
  if (name == "aarch64")
    return describe(Target("arm-64-linux"));
  const std::string planner = "x86-64-linux-sse41-avx-avx2-fma-f16c-";
  if (name == "cuda") // PTX, which newer GPUs take as well
    return describeGpu(Target(planner + "cuda-cuda_capability_75"), GAZE_API_CUDA);
  if (name == "opencl") // positions as floats are float64 in masks
    return describeGpu(Target(planner + "opencl-cl_doubles"), GAZE_API_OPENCL);
  return std::nullopt;
}

bool runsHere(const TargetInfo &target) {
  const Target here = get_host_target(), there = hostOf(Target(target.name));
  for (int i = 0; i < Target::FeatureEnd; ++i)
    if (const auto feature = static_cast<Target::Feature>(i);
        there.has_feature(feature) && !here.has_feature(feature))
      return false;
  return here.arch == there.arch && here.os == there.os;
}

std::string identityOf(const EmitOptions &options) {
  // A new option does not compile here until it is a part of the text.
  const auto &[prefix, target, schedule, element, headDim, valueDim, maskOnly, checksPromises,
               addressSanitizer] = options;
  std::ostringstream text;
  text << "halide " << HALIDE_VERSION_MAJOR << "." << HALIDE_VERSION_MINOR << "."
       << HALIDE_VERSION_PATCH << "\n"
       << prefix << " " << target.name << " " << target.lanes << " " << element << " " << headDim
       << " " << valueDim << " " << maskOnly << " " << checksPromises << " " << addressSanitizer;
  for (const Knob &knob : knobs())
    text << " " << knob.name << "=" << schedule.*knob.value;
  return text.str();
}

void emitKernel(const Kernel &kernel, const EmitOptions &options, Output output,
                const std::string &path) {
  translateErrors([&] { kernelModule(kernel, options).compile({{fileType(output), path}}); });
}

void emitGpuFunction(const Kernel &kernel, const EmitOptions &options, GpuFunction which,
                     Output output, const std::string &path) {
  translateErrors([&] {
    gpuModule(kernel, options, which).compile({{fileType(output), path}});
    if (output == Output::Device)
      keepDeviceCode(path);
  });
}

} // namespace gaze
