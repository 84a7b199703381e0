//===- ToKernel.cpp - From a lowered gaze.kernel to plain data --------------------===//
//
// One node for each operation, in the same order: gaze-lower-to-kernel has left
// nothing else. The arguments of 'bounds' become Low and High nodes.
//
//===----------------------------------------------------------------------===//
#include "compiler/ToKernel.h"

#include "compiler/Locations.h"
#include "compiler/passes/KernelOperations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace gaze {

static ValueType valueType(Type type) {
  if (type.isF32())
    return ValueType::F32;
  if (type.isF64())
    return ValueType::F64;
  return type.isInteger(1) ? ValueType::I1 : ValueType::I64;
}

/// An i1 is 0 or 1 (MLIR reads a signed one as -1).
static std::int64_t integerOf(IntegerAttr attribute) {
  return attribute.getType().isInteger(1) ? attribute.getValue().getBoolValue()
                                          : attribute.getInt();
}

/// Selections stand behind the inputs.
static int inputIndex(ir::KernelOp kernel, StringRef name) {
  auto all = kernel.getInputs().getOps();
  auto found = llvm::find_if(all, [&](Operation &input) {
    return input.getAttrOfType<StringAttr>("input").getValue() == name;
  });
  return static_cast<int>(std::distance(all.begin(), found));
}

static bool reads(Region &region, ir::Coordinate coordinate) {
  return llvm::any_of(region.getOps<ir::CoordinateOp>(),
                      [&](ir::CoordinateOp op) { return op.getCoordinate() == coordinate; });
}

namespace {

class FunctionBuilder {
public:
  explicit FunctionBuilder(ir::KernelOp kernel) : kernel(kernel) {}

  Function build(Region &region) {
    if (region.empty())
      return {};
    Block &block = region.front();
    for (BlockArgument argument : block.getArguments())
      addEnd(argument);
    for (Operation &op : block.without_terminator())
      add(&op);
    for (Value result : block.getTerminator()->getOperands())
      function.results.push_back(indices.lookup(result));
    return std::move(function);
  }

private:
  void addEnd(BlockArgument argument) {
    Node node{argument.getArgNumber() % 2 == 0 ? gaze::Op::Low : gaze::Op::High,
              ValueType::I64,
              {},
              argument.getArgNumber() / 2};
    push(argument, std::move(node));
  }

  void add(Operation *op) {
    Node node{*passes::kernelOperation(op), valueType(op->getResult(0).getType()), {}};
    for (Value operand : op->getOperands())
      node.operands.push_back(indices.lookup(operand));
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      if (auto real = dyn_cast<FloatAttr>(constant.getValue()))
        node.real = real.getValueAsDouble();
      else
        node.integer = integerOf(cast<IntegerAttr>(constant.getValue()));
    }
    if (auto coordinate = dyn_cast<ir::CoordinateOp>(op))
      node.integer = static_cast<std::int64_t>(coordinate.getCoordinate());
    if (auto parameter = dyn_cast<ir::ParameterOp>(op))
      node.integer = parameterIndex(parameter.getParameter());
    if (auto input = op->getAttrOfType<FlatSymbolRefAttr>("input"))
      node.integer = inputIndex(kernel, input.getValue());
    if (auto size = dyn_cast<ir::InputSizeOp>(op))
      node.axis = static_cast<int>(size.getAxisAttr().getInt());
    push(op->getResult(0), std::move(node));
  }

  std::int64_t parameterIndex(StringRef name) {
    auto all = kernel.getParameters().getAsRange<ir::ParameterAttr>();
    auto found = llvm::find_if(
        all, [&](ir::ParameterAttr parameter) { return parameter.getName() == name; });
    return std::distance(all.begin(), found);
  }

  void push(Value value, Node node) {
    indices[value] = static_cast<int>(function.nodes.size());
    function.nodes.push_back(std::move(node));
  }

  ir::KernelOp kernel;
  Function function;
  llvm::DenseMap<Value, int> indices;
};

} // namespace

static KernelParameter kernelParameter(ir::ParameterAttr parameter) {
  KernelParameter result;
  result.name = parameter.getName().str();
  result.type = valueType(parameter.getType());
  result.hasDefault = parameter.getDefaultValue() != nullptr;
  if (auto real = dyn_cast_or_null<FloatAttr>(parameter.getDefaultValue()))
    result.real = real.getValueAsDouble();
  if (auto integer = dyn_cast_or_null<IntegerAttr>(parameter.getDefaultValue()))
    result.integer = integerOf(integer);
  return result;
}

static Order orderOf(ir::Order order) {
  switch (order) {
  case ir::Order::Tiles:
    return Order::Tiles;
  case ir::Order::Congruent:
    return Order::Congruent;
  case ir::Order::Columns:
    return Order::Columns;
  case ir::Order::Selected:
    return Order::Selected;
  }
  __builtin_unreachable();
}

static SelectBy selectBy(ir::SelectBy by) {
  return by == ir::SelectBy::Mean     ? SelectBy::Mean
         : by == ir::SelectBy::MinMax ? SelectBy::MinMax
                                      : SelectBy::First;
}

/// FILE:LINE:COLUMN, or nothing.
static std::string placeOf(Location location) {
  auto place = dyn_cast<FileLineColLoc>(outermostCaller(location));
  if (!place)
    return "";
  return place.getFilename().str() + ":" + std::to_string(place.getLine()) + ":" +
         std::to_string(place.getColumn());
}

Kernel toKernel(ir::KernelOp kernel) {
  Kernel result;
  result.name = kernel.getSymName().str();
  for (auto parameter : kernel.getParameters().getAsRange<ir::ParameterAttr>())
    result.parameters.push_back(kernelParameter(parameter));
  auto function = [&](Region &region) { return FunctionBuilder(kernel).build(region); };
  for (auto input : kernel.getInputs().getOps<ir::InputOp>())
    result.inputs.push_back({input.getInput().str(), valueType(input.getType()),
                             input.getAxes().str(), function(input.getSizes())});
  for (auto selection : kernel.getInputs().getOps<ir::SelectionOp>())
    result.selections.push_back({selectBy(selection.getBy()), function(selection.getSizes())});
  if (ArrayAttr sites = kernel.getSitesAttr())
    for (auto site : sites.getAsRange<ir::SiteAttr>())
      result.sites.push_back({inputIndex(kernel, site.getInput()), static_cast<int>(site.getAxis()),
                              placeOf(Location(site.getPlace()))});
  result.faults = function(kernel.getFaults());
  result.faultsReadHead = reads(kernel.getFaults(), ir::Coordinate::Head);
  result.faultsReadBatch = reads(kernel.getFaults(), ir::Coordinate::Batch);
  for (auto require : kernel.getRequirements().getOps<ir::RequireOp>())
    result.requirements.push_back(
        {function(require.getCondition()), require.getMessage().str(), placeOf(require.getLoc())});
  result.keep = function(kernel.getKeep());
  result.bounds = function(kernel.getBounds());
  result.candidates = function(kernel.getCandidates());
  result.candidateBounds = function(kernel.getCandidateBounds());
  result.candidatesReadHead = reads(kernel.getCandidates(), ir::Coordinate::Head);
  result.candidatesReadBatch = reads(kernel.getCandidates(), ir::Coordinate::Batch);
  for (auto part : kernel.getParts().getOps<ir::PartOp>())
    result.parts.push_back({orderOf(part.getOrder()), function(part.getSelects()),
                            function(part.getKeep()), function(part.getBounds())});
  result.scale = function(kernel.getScale());
  result.score = function(kernel.getScore());
  result.keepsEverything = kernel.getKeepsEverything();
  result.keepReadsHead = kernel.getReadsHead();
  result.keepReadsBatch = kernel.getReadsBatch();
  return result;
}

} // namespace gaze
