//===- Compiler.cpp - Pattern in, kernel out -----------------------------------===//
#include "compiler/Compiler.h"

#include "compiler/Files.h"
#include "compiler/FrontEnd.h"
#include "compiler/Header.h"
#include "compiler/KernelObject.h"
#include "compiler/Machine.h"
#include "compiler/halide/Emit.h"
#include "compiler/jit/BuildIdentity.h"
#include "compiler/jit/Digest.h"
#include "compiler/jit/Loader.h"
#include "compiler/jit/ObjectCache.h"
#include "dsl/Names.h"
#include "dsl/Print.h"

#include <HalideRuntime.h>
#include <HalideRuntimeCuda.h>
#include <HalideRuntimeOpenCL.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace gaze {
namespace {

[[noreturn]] void fail(CompileError::Kind kind, const std::string &message) {
  throw CompileError(kind, "gaze: error: " + message + "\n");
}

bool isFloat(gaze_element element) {
  return element == GAZE_ELEMENT_FLOAT32 || element == GAZE_ELEMENT_FLOAT16 ||
         element == GAZE_ELEMENT_BFLOAT16;
}

static_assert(dsl::maxAxes == GAZE_MAX_AXES, "what the language allows, a gaze_input_tensor holds");

void checkDimension(int value, const char *name) {
  if (value < 8 || value > 256 || value % 8 != 0)
    fail(CompileError::Kind::Pattern, std::string(name) +
                                          " must be a multiple of 8 from 8 to 256, not " +
                                          std::to_string(value));
}

TargetInfo targetOf(const KernelOptions &options) {
  if (const std::optional<TargetInfo> target = findTarget(options.target))
    return *target;
  std::string known;
  for (const std::string &name : targetNames())
    known += (known.empty() ? "" : ", ") + name;
  fail(CompileError::Kind::Pattern, "unknown target '" + options.target + "'; known: " + known);
}

std::string nameOf(const dsl::Pattern &pattern, const KernelOptions &options) {
  return options.name.empty() ? pattern.name.text : options.name;
}

EmitOptions resolve(const dsl::Pattern &pattern, const KernelOptions &options) {
  const ChosenSchedule chosen = chooseSchedule(options);
  EmitOptions result;
  // No kernel is called gaze_...: the functions of one cannot be another's table.
  result.prefix = "gaze_" + nameOf(pattern, options);
  result.headDim = chosen.basis.headDim;
  result.valueDim = chosen.basis.valueDim;
  result.target = targetOf(options);
  result.schedule = chosen.schedule;
  result.element = options.element;
  return result;
}

LoweredKernel lower(const dsl::Program &program, const dsl::Pattern &pattern) {
  dsl::Diagnostics diagnostics;
  std::optional<LoweredKernel> lowered = lowerToKernel(program, pattern, diagnostics);
  if (!lowered)
    throw CompileError(CompileError::Kind::Pattern, diagnostics.render(program.sources));
  return std::move(*lowered);
}

/// What the object holds beside what the kernel IR says.
std::string placesOf(const Kernel &kernel) {
  std::string places;
  for (const Requirement &requirement : kernel.requirements)
    places += requirement.place + "\n";
  for (const IndexSite &site : kernel.sites)
    places += site.place + "\n";
  return places;
}

/// The object of a kernel for this process, from the cache where it may come from there.
std::string objectFor(const LoweredKernel &lowered, const EmitOptions &options, Cached cached,
                      bool &fromCache) {
  fromCache = false;
  const auto compile = [&] { return kernelObject(lowered.kernel, options.prefix, {options}); };
  if (cached == Cached::Never)
    return compile();
  const ObjectCache cache = ObjectCache::ofUser();
  const std::string key = digest(buildIdentity() + "\n" + identityOf(options) + "\n" +
                                 placesOf(lowered.kernel) + lowered.text);
  if (cached == Cached::Use)
    if (std::optional<std::string> found = cache.find(key)) {
      fromCache = true;
      return std::move(*found);
    }
  std::string object = compile();
  cache.store(key, object);
  return object;
}

} // namespace

struct JitKernel::Storage {
  LoadedObject code;
  const gaze_kernel *table;
  bool fromCache;
};

JitKernel::JitKernel(std::shared_ptr<const Storage> given) : storage(std::move(given)) {}

const gaze_kernel &JitKernel::table() const { return *storage->table; }

bool JitKernel::fromCache() const { return storage->fromCache; }

ChosenSchedule chooseSchedule(const KernelOptions &options) {
  if (!isFloat(options.element))
    fail(CompileError::Kind::Pattern, "Q, K and V are float32, float16 or bfloat16");
  const TargetInfo target = targetOf(options);
  ChosenSchedule chosen;
  ScheduleBasis &basis = chosen.basis;
  basis.gpu = target.isGpu();
  basis.lanes = target.lanes;
  basis.registers = target.registers;
  basis.dtype = options.element == GAZE_ELEMENT_FLOAT16    ? "f16"
                : options.element == GAZE_ELEMENT_BFLOAT16 ? "bf16"
                                                           : "f32";
  basis.headDim = options.headDim;
  basis.valueDim = options.valueDim ? options.valueDim : options.headDim;
  checkDimension(basis.headDim, "head_dim");
  checkDimension(basis.valueDim, "the head_dim of V");
  if (options.target == "host") {
    const Machine machine = thisMachine();
    chosen.madeFor.cpu = machine.cpu;
    chosen.madeFor.cores = machine.cores;
  }
  chosen.madeFor.target = target.name;
  chosen.madeFor.dtype = basis.dtype;
  chosen.madeFor.headDim = basis.headDim;
  chosen.madeFor.valueDim = basis.valueDim;

  ScheduleFile file;
  std::string wrong;
  if (options.scheduleJson)
    wrong = fromJson(*options.scheduleJson, file);
  chosen.schedule = file.schedule;
  chosen.given = file.madeFor;
  completeSchedule(chosen.schedule, basis);
  if (wrong.empty())
    wrong = invalidReason(chosen.schedule, basis);
  if (!wrong.empty())
    fail(CompileError::Kind::Pattern,
         "the schedule " +
             (options.schedulePath.empty() ? "" : dsl::inQuotes(options.schedulePath) + " ") +
             "cannot be used: " + wrong);
  return chosen;
}

void checkRunsHere(const std::string &target) {
  const std::optional<TargetInfo> found = findTarget(target);
  if (found && !runsHere(*found))
    fail(CompileError::Kind::Pattern,
         "this machine cannot run kernels for " + target + ": it lacks some of the instructions");
}

/// Instead of Halide's own, which end the process.
static int requirementFailed(void *, const char *, const char *) {
  return halide_error_code_requirement_failed;
}
static int outOfMemory(void *) { return halide_error_code_out_of_memory; }

/// What kernels call.
static std::vector<std::pair<std::string, void *>> halideFunctions() {
  return {
#define GAZE_FUNCTION(name) {#name, reinterpret_cast<void *>(&(name))}
      GAZE_FUNCTION(halide_malloc),
      GAZE_FUNCTION(halide_free),
      {"halide_error_requirement_failed", reinterpret_cast<void *>(&requirementFailed)},
      {"halide_error_out_of_memory", reinterpret_cast<void *>(&outOfMemory)},
      GAZE_FUNCTION(halide_copy_to_device),
      GAZE_FUNCTION(halide_cuda_device_interface),
      GAZE_FUNCTION(halide_cuda_finalize_kernels),
      GAZE_FUNCTION(halide_cuda_initialize_kernels),
      GAZE_FUNCTION(halide_cuda_run),
      GAZE_FUNCTION(halide_opencl_device_interface),
      GAZE_FUNCTION(halide_opencl_finalize_kernels),
      GAZE_FUNCTION(halide_opencl_initialize_kernels),
      GAZE_FUNCTION(halide_opencl_run),
#undef GAZE_FUNCTION
  };
}

std::size_t mostParts(const dsl::Program &program, const dsl::Pattern &pattern,
                      const KernelOptions &options) {
  const Kernel kernel = lower(program, pattern).kernel;
  return resolve(pattern, options).hasParts(kernel) ? kernel.parts.size() : 1;
}

JitKernel jit(const dsl::Program &program, const dsl::Pattern &pattern,
              const KernelOptions &options) {
  EmitOptions resolved = resolve(pattern, options);
  resolved.prefix = "gaze_jit"; // a pattern may be called as a function of the C library is
  resolved.maskOnly = options.maskOnly;
  resolved.checksPromises = options.checksPromises;
  checkRunsHere(options.target);
  const LoweredKernel lowered = lower(program, pattern);
  bool fromCache;
  const std::string object = objectFor(lowered, resolved, options.cached, fromCache);
  try {
    LoadedObject code(object, halideFunctions());
    const auto *table = static_cast<const gaze_kernel *>(code.address(resolved.prefix));
    return JitKernel(std::make_shared<const JitKernel::Storage>(
        JitKernel::Storage{std::move(code), table, fromCache}));
  } catch (const LoadError &error) {
    throw CompileError(CompileError::Kind::Internal,
                       std::string("the compiled kernel cannot be loaded: ") + error.what());
  }
}

/// With what it was made for: the CPU is the one that it was tuned on, where it was.
static ScheduleFile usedSchedule(const dsl::Pattern &pattern, const KernelOptions &options) {
  const ChosenSchedule chosen = chooseSchedule(options);
  ScheduleFile file;
  file.schedule = chosen.schedule;
  file.madeFor = chosen.madeFor;
  file.madeFor->pattern = pattern.name.text;
  if (chosen.given) {
    file.madeFor->cpu = chosen.given->cpu;
    file.madeFor->cores = chosen.given->cores;
    file.madeFor->gpu = chosen.given->gpu;
  }
  return file;
}

/// `targets`, or that of `options`, from the least demanding.
static std::vector<KernelOptions> forEachTarget(const KernelOptions &options,
                                                const std::vector<std::string> &targets) {
  std::vector<KernelOptions> result;
  for (const std::string &name : targetNames())
    for (const std::string &target : targets)
      if (target == name) {
        result.push_back(options);
        result.back().target = target;
      }
  for (const std::string &target : targets) {
    KernelOptions one = options;
    one.target = target;
    const bool isGpu = targetOf(one).isGpu(); // refuses what is unknown
    if (targets.size() > 1 && (target == "host" || target == "aarch64" || isGpu))
      fail(CompileError::Kind::Pattern,
           "the target " + target +
               " stands alone: one object can hold kernels for x86-64, "
               "x86-64-v3, x86-64-v4 and x86-64-v4-bf16");
    if (std::count(targets.begin(), targets.end(), target) > 1)
      fail(CompileError::Kind::Pattern, "the target " + target + " is named twice");
  }
  if (result.empty())
    result.push_back(options);
  return result;
}

/// `x86-64-v3` as a part of an identifier.
static std::string inIdentifier(std::string target) {
  std::replace(target.begin(), target.end(), '-', '_');
  return target;
}

static void setDefaults(Kernel &kernel, const std::map<std::string, dsl::Value> &defaults) {
  for (KernelParameter &parameter : kernel.parameters)
    if (const auto found = defaults.find(parameter.name); found != defaults.end()) {
      parameter.hasDefault = true;
      parameter.integer = found->second.integer;
      parameter.real = found->second.real;
    }
}

/// The object, the header, and a schedule for each target.
static std::vector<std::string> fileNames(const std::string &name,
                                          const std::vector<KernelOptions> &targets) {
  std::vector<std::string> names = {name + ".o", name + ".h"};
  for (const KernelOptions &target : targets)
    names.push_back(name + (targets.size() == 1 ? "" : "." + target.target) + ".schedule.json");
  return names;
}

std::vector<std::string> kernelFiles(const dsl::Pattern &pattern, const KernelOptions &options,
                                     const FileOptions &files) {
  std::vector<std::string> paths;
  for (const std::string &name :
       fileNames(nameOf(pattern, options), forEachTarget(options, files.targets)))
    paths.push_back(fs::path(files.folder) / name);
  return paths;
}

/// Writes files beside their places first and renames them when all are complete.
static std::vector<std::string> placeFiles(const std::string &folder,
                                           const std::vector<std::string> &names,
                                           const std::vector<std::string> &contents) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    fail(CompileError::Kind::File, "cannot make the folder " + folder + ": " + error.message());
  const TemporaryFolder staged{fs::path(folder)};
  for (std::size_t i = 0; i < names.size(); ++i) {
    writeBytes(staged.path() / names[i], contents[i]);
    if (const fs::path to = fs::path(folder) / names[i]; fs::is_directory(to, error))
      fail(CompileError::Kind::File, "cannot write " + to.string() + ": it is a folder");
  }
  std::vector<std::string> paths;
  for (const std::string &name : names) {
    const fs::path to = fs::path(folder) / name;
    fs::rename(staged.path() / name, to, error);
    if (error)
      fail(CompileError::Kind::File, "cannot write " + to.string() + ": " + error.message());
    paths.push_back(to.string());
  }
  return paths;
}

std::vector<std::string> compileToFiles(const dsl::Program &program, const dsl::Pattern &pattern,
                                        const KernelOptions &options, const FileOptions &files) {
  const std::vector<KernelOptions> targets = forEachTarget(options, files.targets);
  std::vector<EmitOptions> variants;
  for (const KernelOptions &target : targets) {
    variants.push_back(resolve(pattern, target));
    variants.back().addressSanitizer = options.addressSanitizer;
  }
  const std::string name = nameOf(pattern, options);
  if (!canNameKernel(name))
    fail(CompileError::Kind::Pattern,
         dsl::inQuotes(name) + " cannot be the name of a kernel in C: it is taken, too long or no "
                               "identifier; give another with --name");
  std::vector<std::string> schedules;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    // With a digit, so that they are not the functions of a kernel that is called like a variant.
    if (targets.size() > 1)
      variants[i].prefix =
          "gaze_" + std::to_string(i) + "_" + name + "_" + inIdentifier(targets[i].target);
    schedules.push_back(toJson(usedSchedule(pattern, targets[i])));
  }
  Kernel kernel = lower(program, pattern).kernel;
  setDefaults(kernel, files.defaults);
  const dsl::Span source = pattern.name.span;
  std::vector<std::string> contents = {
      kernelObject(kernel, name, variants),
      kernelHeader(kernel, name, variants, program.sources.file(source.file).path())};
  contents.insert(contents.end(), schedules.begin(), schedules.end());
  return placeFiles(files.folder, fileNames(name, targets), contents);
}

std::string emit(const dsl::Program &program, const dsl::Pattern &pattern,
                 const KernelOptions &options, Stage stage) {
  switch (stage) {
  case Stage::Ast: {
    std::string text;
    for (const dsl::Def &def : program.defs)
      text += dsl::print(def);
    return text + dsl::print(pattern);
  }
  case Stage::Gaze:
    return emitDialect(program, pattern);
  case Stage::Kernel: {
    dsl::Diagnostics diagnostics;
    const std::optional<std::string> text = emitKernelIR(program, pattern, diagnostics);
    if (!text)
      throw CompileError(CompileError::Kind::Pattern, diagnostics.render(program.sources));
    return *text;
  }
  default:
    return kernelText(lower(program, pattern).kernel, resolve(pattern, options),
                      stage == Stage::Halide ? Output::Statements
                      : stage == Stage::Llvm ? Output::Llvm
                                             : Output::Assembly);
  }
}

} // namespace gaze
