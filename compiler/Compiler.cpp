//===- Compiler.cpp - Pattern in, kernel out -----------------------------------===//
#include "compiler/Compiler.h"

#include "compiler/FrontEnd.h"
#include "compiler/Header.h"
#include "compiler/Machine.h"
#include "compiler/halide/Emit.h"
#include "compiler/jit/BuildIdentity.h"
#include "compiler/jit/Digest.h"
#include "compiler/jit/Loader.h"
#include "compiler/jit/ObjectCache.h"
#include "dsl/Print.h"

#include <HalideRuntime.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace fs = std::filesystem;

namespace gaze {
namespace {

[[noreturn]] void fail(CompileError::Kind kind, const std::string &message) {
  throw CompileError(kind, "gaze: error: " + message + "\n");
}

/// Our own fault; who catches it says so.
[[noreturn]] void failInternally(const std::string &message) {
  throw CompileError(CompileError::Kind::Internal, message);
}

/// A folder under the system's temporary folder that goes when this goes.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    if (error)
      fail(CompileError::Kind::File,
           "there is no folder for temporary files (TMPDIR, or /tmp): " + error.message());
    std::string name = (parent / "gaze-XXXXXX").string();
    if (!mkdtemp(name.data()))
      fail(CompileError::Kind::File,
           "cannot make a temporary folder " + name + ": " + std::strerror(errno));
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  fs::path path;
};

/// Any bytes: dsl::readFile takes text alone.
std::string readFile(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in)
    fail(CompileError::Kind::File, "cannot read " + path.string());
  return bytes.str();
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
  fail(CompileError::Kind::Pattern,
       "unknown target '" + options.target +
           "'; known: host, x86-64, x86-64-v3, x86-64-v4, x86-64-v4-bf16");
}

EmitOptions resolve(const dsl::Pattern &pattern, const KernelOptions &options) {
  const ChosenSchedule chosen = chooseSchedule(options);
  EmitOptions result;
  result.prefix = options.name.empty() ? pattern.name.text : options.name;
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

void emitTo(const Kernel &kernel, const EmitOptions &options, Output output, const fs::path &path) {
  try {
    emitKernel(kernel, options, output, path.string());
  } catch (const EmitError &error) {
    failInternally(std::string("in the Halide stage: ") + error.what());
  }
}

std::string emitToText(const Kernel &kernel, const EmitOptions &options, Output output) {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "kernel";
  emitTo(kernel, options, output, path);
  return readFile(path);
}

/// The object of a kernel for this process, from the cache where it may come from there.
std::string objectFor(const LoweredKernel &lowered, const EmitOptions &options, Cached cached,
                      bool &fromCache) {
  fromCache = false;
  if (cached == Cached::Never)
    return emitToText(lowered.kernel, options, Output::Object);
  const ObjectCache cache = ObjectCache::ofUser();
  const std::string key =
      digest(buildIdentity() + "\n" + identityOf(options) + "\n" + lowered.text);
  if (cached == Cached::Use)
    if (std::optional<std::string> found = cache.find(key)) {
      fromCache = true;
      return std::move(*found);
    }
  std::string object = emitToText(lowered.kernel, options, Output::Object);
  cache.store(key, object);
  return object;
}

} // namespace

/// Everything that a gaze_kernel points to.
struct JitKernel::Storage {
  Kernel kernel;
  std::string target;
  std::vector<gaze_parameter> parameters;
  std::vector<gaze_requirement> requirements;
  std::vector<gaze_input> inputs;
  std::vector<gaze_site> sites;
  std::vector<gaze_part> parts;
  std::vector<gaze_select_by> selections;
  std::unique_ptr<LoadedObject> code;
  bool fromCache = false;
  gaze_kernel table = {};
};

namespace {

gaze_type typeOf(ValueType type) {
  return type == ValueType::I64 ? GAZE_INT : type == ValueType::I1 ? GAZE_BOOL : GAZE_FLOAT;
}

gaze_order orderOf(Order order) {
  switch (order) {
  case Order::Tiles:
    return GAZE_ORDER_TILES;
  case Order::Congruent:
    return GAZE_ORDER_CONGRUENT;
  case Order::Columns:
    return GAZE_ORDER_COLUMNS;
  }
  __builtin_unreachable();
}

gaze_select_by selectBy(SelectBy by) {
  return by == SelectBy::Mean     ? GAZE_SELECT_MEAN
         : by == SelectBy::MinMax ? GAZE_SELECT_MINMAX
                                  : GAZE_SELECT_FIRST;
}

/// The table without its functions.
std::shared_ptr<JitKernel::Storage> describe(Kernel kernel, const EmitOptions &options) {
  const auto storage = std::make_shared<JitKernel::Storage>();
  storage->kernel = std::move(kernel);
  storage->target = options.target.name;
  for (const KernelParameter &parameter : storage->kernel.parameters) {
    gaze_parameter entry = {
        parameter.name.c_str(), typeOf(parameter.type), parameter.hasDefault, {}};
    entry.default_value.integer = parameter.integer;
    if (entry.type == GAZE_FLOAT)
      entry.default_value.real = parameter.real;
    storage->parameters.push_back(entry);
  }
  for (const Requirement &requirement : storage->kernel.requirements)
    storage->requirements.push_back({requirement.message.c_str(), requirement.place.c_str()});
  for (const KernelInput &input : storage->kernel.inputs)
    storage->inputs.push_back({input.name.c_str(), typeOf(input.type),
                               static_cast<std::int32_t>(input.sizes.results.size()),
                               input.axes.c_str()});
  for (const IndexSite &site : storage->kernel.sites)
    storage->sites.push_back({site.input, site.axis, site.place.c_str()});

  if (options.hasParts(storage->kernel))
    for (const Part &part : storage->kernel.parts)
      storage->parts.push_back({orderOf(part.order), {}, {}, {}, {}});
  for (const Selection &selection : storage->kernel.selections)
    storage->selections.push_back(selectBy(selection.by));

  gaze_kernel &table = storage->table;
  table.abi_version = GAZE_ABI_VERSION;
  table.struct_size = sizeof(gaze_kernel);
  table.name = storage->kernel.name.c_str();
  table.target = storage->target.c_str();
  table.element = options.element;
  table.head_dim = options.headDim;
  table.value_dim = options.valueDim;
  table.tile_q = options.schedule.tileQ;
  table.tile_k = options.schedule.tileK;
  table.edge_k = options.schedule.edgeK;
  table.chunk_tiles = options.schedule.chunkTiles;
  table.max_rows = options.schedule.maxRows;
  table.reads_head = storage->kernel.keepReadsHead;
  table.reads_batch = storage->kernel.keepReadsBatch;
  table.faults_read_head = storage->kernel.faultsReadHead;
  table.faults_read_batch = storage->kernel.faultsReadBatch;
  table.candidates_read_head = storage->kernel.candidatesReadHead;
  table.candidates_read_batch = storage->kernel.candidatesReadBatch;
  table.scratch_bytes = scratchBytes(options.schedule, options.headDim, options.valueDim);
  table.parameter_count = static_cast<std::int32_t>(storage->parameters.size());
  table.requirement_count = static_cast<std::int32_t>(storage->requirements.size());
  table.input_count = static_cast<std::int32_t>(storage->inputs.size());
  table.site_count = static_cast<std::int32_t>(storage->sites.size());
  table.part_count = static_cast<std::int32_t>(storage->parts.size());
  table.selection_count = static_cast<std::int32_t>(storage->selections.size());
  table.parameters = storage->parameters.data();
  table.requirements = storage->requirements.data();
  table.inputs = storage->inputs.data();
  table.sites = storage->sites.data();
  table.parts = storage->parts.data();
  table.selections = storage->selections.data();
  return storage;
}

/// Writes `text` to `path`, complete or not at all.
void writeWhole(const fs::path &path, const std::string &text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    fail(CompileError::Kind::File, "cannot write " + path.string() + ": " + std::strerror(errno));
}

} // namespace

JitKernel::JitKernel(std::shared_ptr<const Storage> given) : storage(std::move(given)) {}

const gaze_kernel &JitKernel::table() const { return storage->table; }

bool JitKernel::fromCache() const { return storage->fromCache; }

ChosenSchedule chooseSchedule(const KernelOptions &options) {
  if (!isFloat(options.element))
    fail(CompileError::Kind::Pattern, "Q, K and V are float32, float16 or bfloat16");
  const TargetInfo target = targetOf(options);
  ChosenSchedule chosen;
  ScheduleBasis &basis = chosen.basis;
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
    fail(CompileError::Kind::Pattern, "the schedule cannot be used: " + wrong);
  return chosen;
}

void checkRunsHere(const std::string &target) {
  const std::optional<TargetInfo> found = findTarget(target);
  if (found && !runsHere(*found))
    fail(CompileError::Kind::Pattern,
         "this machine cannot run kernels for " + target + ": it lacks some of the instructions");
}

JitKernel jit(const dsl::Program &program, const dsl::Pattern &pattern,
              const KernelOptions &options) {
  EmitOptions resolved = resolve(pattern, options);
  resolved.maskOnly = options.maskOnly;
  checkRunsHere(options.target);
  LoweredKernel lowered = lower(program, pattern);
  bool fromCache;
  const std::string object = objectFor(lowered, resolved, options.cached, fromCache);
  const auto storage = describe(std::move(lowered.kernel), resolved);
  storage->fromCache = fromCache;
  try {
    storage->code = std::make_unique<LoadedObject>(
        object, std::vector<std::pair<std::string, void *>>{
                    {"halide_malloc", reinterpret_cast<void *>(&halide_malloc)},
                    {"halide_free", reinterpret_cast<void *>(&halide_free)}});
    gaze_kernel &table = storage->table;
    const auto find = [&](auto &function, const std::string &name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(
          storage->code->address(resolved.prefix + "_" + name));
    };
    if (table.requirement_count > 0)
      find(table.require, "require");
    if (table.input_count > 0)
      find(table.sizes, "sizes");
    if (table.site_count > 0)
      find(table.faults, "faults");
    if (table.selection_count > 0) {
      find(table.selection_sizes, "selection_sizes");
      find(table.classify_candidates, "classify_candidates");
      find(table.mask_candidates, "mask_candidates");
      find(table.block_means, "block_means");
      find(table.block_extremes, "block_extremes");
      find(table.mean_scores, "mean_scores");
      find(table.extreme_scores, "extreme_scores");
    }
    find(table.classify, "classify");
    find(table.mask, "mask");
    if (!resolved.maskOnly) {
      find(table.accumulate, "accumulate");
      find(table.finish, "finish");
      find(table.accumulate_rows, "accumulate_rows");
      find(table.finish_rows, "finish_rows");
    }
    if (table.part_count > 0) {
      find(table.save_rows, "save_rows");
      find(table.merge_rows, "merge_rows");
    }
    for (std::size_t i = 0; i < storage->parts.size(); ++i) {
      gaze_part &part = storage->parts[i];
      const std::string number = "_" + std::to_string(i);
      find(part.classify, "classify" + number);
      if (part.order == GAZE_ORDER_TILES) {
        find(part.accumulate, "accumulate" + number);
      } else {
        find(part.selects, "selects" + number);
        find(part.accumulate_listed, "accumulate" + number);
      }
    }
  } catch (const LoadError &error) {
    failInternally(std::string("the compiled kernel cannot be loaded: ") + error.what());
  }
  return JitKernel(storage);
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
  }
  return file;
}

CompiledFiles compileToFiles(const dsl::Program &program, const dsl::Pattern &pattern,
                             const KernelOptions &options, const std::string &folder) {
  const EmitOptions resolved = resolve(pattern, options);
  if (!canNameKernel(resolved.prefix))
    fail(CompileError::Kind::Pattern, "'" + resolved.prefix +
                                          "' cannot be the name of a kernel in C: it is taken or "
                                          "no identifier; give another with --name");
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    fail(CompileError::Kind::File, "cannot make the folder " + folder + ": " + error.message());
  const auto storage = describe(lower(program, pattern).kernel, resolved);

  // Everything is written beside its place first, then renamed.
  std::string staging = (fs::path(folder) / ".gaze-XXXXXX").string();
  if (!mkdtemp(staging.data()))
    fail(CompileError::Kind::File, "cannot write to " + folder + ": " + std::strerror(errno));
  struct RemoveStaging {
    const std::string &path;
    ~RemoveStaging() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  } removeStaging{staging};
  const std::string &name = resolved.prefix;
  const fs::path staged(staging);
  emitTo(storage->kernel, resolved, Output::Object, staged / (name + ".o"));
  const dsl::Span source = pattern.name.span;
  writeWhole(staged / (name + ".h"),
             kernelHeader(storage->table, name, program.sources.file(source.file).path()));
  writeWhole(staged / (name + ".schedule.json"), toJson(usedSchedule(pattern, options)));

  for (const char *suffix : {".o", ".h", ".schedule.json"})
    if (const fs::path to = fs::path(folder) / (name + suffix); fs::is_directory(to, error))
      fail(CompileError::Kind::File, "cannot write " + to.string() + ": it is a folder");
  const auto place = [&](const std::string &file) {
    const fs::path to = fs::path(folder) / file;
    fs::rename(staged / file, to, error);
    if (error)
      fail(CompileError::Kind::File, "cannot write " + to.string() + ": " + error.message());
    return to.string();
  };
  return {place(name + ".o"), place(name + ".h"), place(name + ".schedule.json")};
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
    return emitToText(lower(program, pattern).kernel, resolve(pattern, options),
                      stage == Stage::Halide ? Output::Statements
                      : stage == Stage::Llvm ? Output::Llvm
                                             : Output::Assembly);
  }
}

} // namespace gaze
