//===- KernelTable.cpp - The gaze_kernel of an object file ------------------------===//
#include "compiler/object/KernelTable.h"

#include "gaze/gaze.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <cstring>
#include <memory>
#include <stdexcept>

using namespace llvm;

namespace gaze {
namespace {

std::unique_ptr<TargetMachine> machineFor(const Triple &triple) {
  static const bool initialized = [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    return true;
  }();
  (void)initialized;
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    throw std::runtime_error(error);
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(triple, "", "", TargetOptions(), Reloc::PIC_));
}

gaze_type typeOf(ValueType type) {
  return type == ValueType::I64 ? GAZE_INT : type == ValueType::I1 ? GAZE_BOOL : GAZE_FLOAT;
}

gaze_select_by selectBy(SelectBy by) {
  return by == SelectBy::Mean     ? GAZE_SELECT_MEAN
         : by == SelectBy::MinMax ? GAZE_SELECT_MINMAX
                                  : GAZE_SELECT_FIRST;
}

gaze_order orderOf(Order order) {
  switch (order) {
  case Order::Tiles:
    return GAZE_ORDER_TILES;
  case Order::Congruent:
    return GAZE_ORDER_CONGRUENT;
  case Order::Columns:
    return GAZE_ORDER_COLUMNS;
  case Order::Selected:
    return GAZE_ORDER_SELECTED;
  }
  __builtin_unreachable();
}

using Fields = std::vector<Constant *>;

/// Writes constants as a C compiler lays the structs of gaze/gaze.h out: their members
/// in order, with natural alignment.
class TableWriter {
public:
  TableWriter(Module &module, const Kernel &kernel)
      : module(module), context(module.getContext()), kernel(kernel) {}

  /// What all variants share is written once.
  void writeShared() {
    std::vector<Fields> parameters, requirements, inputs, sites, selections;
    for (const KernelParameter &parameter : kernel.parameters)
      parameters.push_back({text(parameter.name), i32(typeOf(parameter.type)),
                            i32(parameter.hasDefault), i64(bitsOfDefault(parameter))});
    for (const Requirement &requirement : kernel.requirements)
      requirements.push_back({text(requirement.message), text(requirement.place)});
    for (const KernelInput &input : kernel.inputs)
      inputs.push_back({text(input.name), i32(typeOf(input.type)),
                        i32(static_cast<std::int64_t>(input.sizes.results.size())),
                        text(input.axes)});
    for (const IndexSite &site : kernel.sites)
      sites.push_back({i32(site.input), i32(site.axis), text(site.place)});
    for (const Selection &selection : kernel.selections)
      selections.push_back({i32(selectBy(selection.by))});
    shared = {array(parameters), array(requirements), array(inputs), array(sites),
              array(selections)};
  }

  /// The members of a gaze_kernel, in its order.
  Constant *table(const EmitOptions &options, const std::vector<Constant *> &variants) {
    const Schedule &schedule = options.schedule;
    const auto count = [&](const auto &list) {
      return i32(static_cast<std::int64_t>(list.size()));
    };
    const bool hasParts = options.hasParts(kernel);
    const auto function = [&](const char *name, bool exists = true) {
      return exists ? functionOf(options, name) : null();
    };
    const bool mustHold = !kernel.requirements.empty();
    const bool hasInputs = !kernel.inputs.empty();
    const bool hasSites = !kernel.sites.empty();
    const bool selects = !kernel.selections.empty();
    const bool computes = !options.maskOnly && !options.target.isGpu();
    Constant *result = structure({
        i32(GAZE_ABI_VERSION),
        i32(sizeof(gaze_kernel)),
        text(kernel.name),
        text(options.target.name),
        i64(static_cast<std::int64_t>(options.target.cpu)),
        i32(options.element),
        i32(options.headDim),
        i32(options.valueDim),
        i32(schedule.tileQ),
        i32(schedule.tileK),
        i32(options.target.isGpu() ? schedule.tileK : schedule.edgeK),
        i32(schedule.chunkTiles),
        i32(schedule.maxRows),
        i32(kernel.keepReadsHead),
        i32(kernel.keepReadsBatch),
        i32(kernel.faultsReadHead),
        i32(kernel.faultsReadBatch),
        i32(kernel.candidatesReadHead),
        i32(kernel.candidatesReadBatch),
        i64(scratchBytes(schedule, options.headDim, options.valueDim)),
        count(kernel.parameters),
        count(kernel.requirements),
        count(kernel.inputs),
        count(kernel.sites),
        i32(hasParts ? static_cast<std::int64_t>(kernel.parts.size()) : 0),
        count(kernel.selections),
        count(variants),
        shared.parameters,
        shared.requirements,
        shared.inputs,
        shared.sites,
        hasParts ? parts(options) : null(),
        shared.selections,
        pointers(variants),
        function("require", mustHold),
        function("sizes", hasInputs),
        function("classify"),
        function("mask"),
        function("faults", hasSites),
        function("accumulate", computes),
        function("finish", computes),
        function("accumulate_rows", computes),
        function("finish_rows", computes),
        function("save_rows", hasParts),
        function("merge_rows", hasParts),
        function("selection_sizes", selects),
        function("classify_candidates", selects),
        function("mask_candidates", selects),
        function("block_means", selects),
        function("block_extremes", selects),
        function("mean_scores", selects),
        function("extreme_scores", selects),
        options.hasGpuFunctions() ? gpuCode(options) : null(),
    });
    if (module.getDataLayout().getTypeAllocSize(result->getType()) != sizeof(gaze_kernel))
      throw std::logic_error("a member of gaze_kernel is not written");
    return result;
  }

  Constant *global(Constant *value, const Twine &name, GlobalValue::LinkageTypes linkage) {
    return new GlobalVariable(module, value->getType(), /*isConstant=*/true, linkage, value, name);
  }

private:
  static std::int64_t bitsOfDefault(const KernelParameter &parameter) {
    std::int64_t bits = parameter.integer;
    if (parameter.type == ValueType::F64)
      std::memcpy(&bits, &parameter.real, sizeof(bits));
    return bits;
  }

  Constant *i32(std::int64_t value) {
    return ConstantInt::getSigned(Type::getInt32Ty(context), value);
  }
  Constant *i64(std::int64_t value) {
    return ConstantInt::getSigned(Type::getInt64Ty(context), value);
  }
  Constant *null() { return ConstantPointerNull::get(PointerType::get(context, 0)); }
  Constant *structure(const Fields &fields) { return ConstantStruct::getAnon(context, fields); }
  Constant *text(const std::string &value) {
    return global(ConstantDataArray::getString(context, value), "text",
                  GlobalValue::PrivateLinkage);
  }

  /// A pointer to structs, or null.
  Constant *array(const std::vector<Fields> &entries) {
    std::vector<Constant *> elements;
    for (const Fields &fields : entries)
      elements.push_back(structure(fields));
    return pointers(elements);
  }
  /// A pointer to constants of one type, or null.
  Constant *pointers(const std::vector<Constant *> &elements) {
    if (elements.empty())
      return null();
    ArrayType *type = ArrayType::get(elements[0]->getType(), elements.size());
    return global(ConstantArray::get(type, elements), "array", GlobalValue::PrivateLinkage);
  }

  Constant *functionOf(const EmitOptions &options, const std::string &name) {
    // Its type does not matter: only the address is taken. Hidden: those of another kernel of
    // this name, in the program that loads a library with this one, are not taken instead.
    auto *function = cast<llvm::Function>(
        module
            .getOrInsertFunction(options.prefix + "_" + name,
                                 FunctionType::get(Type::getVoidTy(context), {}))
            .getCallee());
    function->setVisibility(GlobalValue::HiddenVisibility);
    return function;
  }

  Constant *gpuCode(const EmitOptions &options) {
    const GpuBlock block = gpuBlock(options.schedule, options.valueDim);
    return array(
        {{i32(options.target.api), i32(block.threads()),
          i32(sharedBytes(options.schedule, options.headDim, options.valueDim)),
          i32(std::int64_t{block.threads()} * block.stateFloats()), functionOf(options, "attend"),
          functionOf(options, "finish"), functionOf(options, "log_sum_exp")}});
  }

  Constant *parts(const EmitOptions &options) {
    std::vector<Fields> entries;
    for (std::size_t i = 0; i < kernel.parts.size(); ++i) {
      const std::string number = "_" + std::to_string(i);
      const bool listed = isListed(kernel.parts[i].order);
      Constant *accumulate = functionOf(options, "accumulate" + number);
      entries.push_back({i32(orderOf(kernel.parts[i].order)),
                         listed ? functionOf(options, "selects" + number) : null(),
                         functionOf(options, "classify" + number), listed ? null() : accumulate,
                         listed ? accumulate : null()});
    }
    return array(entries);
  }

  Module &module;
  LLVMContext &context;
  const Kernel &kernel;
  struct {
    Constant *parameters, *requirements, *inputs, *sites, *selections;
  } shared = {};
};

std::string objectOf(Module &module, TargetMachine &machine) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream stream(bytes);
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, CodeGenFileType::ObjectFile))
    throw std::runtime_error("LLVM cannot write objects for " + machine.getTargetTriple().str());
  passes.run(module);
  return std::string(bytes.begin(), bytes.end());
}

} // namespace

std::string kernelTable(const Kernel &kernel, const std::string &symbol,
                        const std::vector<EmitOptions> &variants) {
  LLVMContext context;
  Module module(symbol, context);
  const Triple triple(variants.front().target.triple);
  const std::unique_ptr<TargetMachine> machine = machineFor(triple);
  module.setTargetTriple(triple);
  module.setDataLayout(machine->createDataLayout());

  TableWriter writer(module, kernel);
  writer.writeShared();
  std::vector<Constant *> others;
  for (std::size_t i = variants.size() - 1; i > 0; --i)
    others.push_back(
        writer.global(writer.table(variants[i], {}), "variant", GlobalValue::PrivateLinkage));
  writer.global(writer.table(variants.front(), others), symbol, GlobalValue::ExternalLinkage);
  return objectOf(module, *machine);
}

} // namespace gaze
