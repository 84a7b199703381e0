//===- Structure.cpp - Patterns, kernels, defs, calls and `where` ----------------===//
#include "compiler/ir/Gaze.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

//===----------------------------------------------------------------------===//
// Parameter lists: (window: i64 = 512, cap: f64)
//===----------------------------------------------------------------------===//

static ParseResult parseParameters(OpAsmParser &parser, ArrayAttr &parameters) {
  SmallVector<Attribute> list;
  auto parseOne = [&]() -> ParseResult {
    std::string name;
    Type type;
    TypedAttr defaultValue;
    SMLoc place = parser.getCurrentLocation();
    if (parser.parseKeywordOrString(&name) || parser.parseColonType(type))
      return failure();
    if (succeeded(parser.parseOptionalEqual()) && parser.parseAttribute(defaultValue, type))
      return failure();
    list.push_back(gaze::ir::ParameterAttr::getChecked([&] { return parser.emitError(place); },
                                                       parser.getContext(), StringRef(name), type,
                                                       defaultValue));
    return success(list.back() != nullptr);
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOne))
    return failure();
  parameters = parser.getBuilder().getArrayAttr(list);
  return success();
}

static void printParameters(OpAsmPrinter &printer, Operation *, ArrayAttr parameters) {
  printer << '(';
  llvm::interleaveComma(parameters.getAsRange<gaze::ir::ParameterAttr>(), printer,
                        [&](auto parameter) {
                          printer.printKeywordOrString(parameter.getName());
                          printer << ": " << parameter.getType();
                          if (parameter.getDefaultValue()) {
                            printer << " = ";
                            printer.printAttributeWithoutType(parameter.getDefaultValue());
                          }
                        });
  printer << ')';
}

#define GET_OP_CLASSES
#include "GazeOps.cpp.inc"

namespace gaze::ir {

//===----------------------------------------------------------------------===//
// What regions may hold
//===----------------------------------------------------------------------===//

/// The region must be one block that takes no arguments and yields `type`.
static LogicalResult verifyYields(Operation *op, Region &region, StringRef name, Type type) {
  Block &block = region.front();
  if (block.getNumArguments() != 0)
    return op->emitOpError("region '") << name << "' takes no arguments";
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError("region '") << name << "' must end with gaze.yield";
  if (yield.getValue().getType() != type)
    return yield.emitOpError("must give ") << type << " in region '" << name << "'";
  return success();
}

/// No coordinate in `region`, outside of `where`, may be one that `allowed` refuses.
static LogicalResult verifyReads(Region &region, StringRef name,
                                 function_ref<bool(Coordinate)> allowed) {
  for (Operation &op : region.getOps()) {
    if (auto read = dyn_cast<CoordinateOp>(op); read && !allowed(read.getCoordinate()))
      return read.emitOpError("'")
             << stringifyCoordinate(read.getCoordinate()) << "' cannot be read in '" << name << "'";
    if (isa<ScoreOp>(op) && !allowed(Coordinate::Score))
      return op.emitOpError("cannot be read in '") << name << "'";
  }
  return success();
}

static LogicalResult verifyParameters(Operation *op, ArrayAttr parameters) {
  llvm::StringSet<> names;
  for (ParameterAttr parameter : parameters.getAsRange<ParameterAttr>())
    if (!names.insert(parameter.getName()).second)
      return op->emitOpError("has two parameters '") << parameter.getName() << "'";
  return success();
}

/// `faults` ends with gaze.fault and does not read the score.
template <typename OpType> static LogicalResult verifyFaults(OpType op) {
  if (op.getFaults().empty())
    return success();
  Block &block = op.getFaults().front();
  if (block.getNumArguments() != 0 || block.empty() || !isa<FaultOp>(block.back()))
    return op.emitOpError("region 'faults' takes no arguments and must end with gaze.fault");
  return verifyReads(op.getFaults(), "faults",
                     [](Coordinate coordinate) { return coordinate != Coordinate::Score; });
}

/// The regions that patterns and kernels share.
template <typename OpType> static LogicalResult verifySharedRegions(OpType op) {
  Builder builder(op.getContext());
  if (failed(verifyParameters(op, op.getParameters())))
    return failure();
  llvm::StringSet<> inputs;
  for (Operation &inner : op.getInputs().getOps()) {
    if (!isa<InputOp, SelectionOp>(inner))
      return inner.emitOpError("cannot stand in 'inputs'; gaze.input can");
    StringRef name = inner.getAttrOfType<StringAttr>("input").getValue();
    if (!inputs.insert(name).second)
      return inner.emitOpError("is the second input '") << name << "'";
  }
  for (Operation &inner : op.getRequirements().getOps())
    if (!isa<RequireOp>(inner))
      return inner.emitOpError("cannot stand in 'requirements'; gaze.require can");

  auto noScore = [](Coordinate coordinate) { return coordinate != Coordinate::Score; };
  auto scaleReads = [](Coordinate coordinate) {
    return coordinate != Coordinate::Score && coordinate != Coordinate::K;
  };
  if (!op.getKeep().empty() &&
      (failed(verifyYields(op, op.getKeep(), "keep", builder.getI1Type())) ||
       failed(verifyReads(op.getKeep(), "keep", noScore))))
    return failure();
  if (!op.getCandidates().empty() &&
      (failed(verifyYields(op, op.getCandidates(), "candidates", builder.getI1Type())) ||
       failed(verifyReads(op.getCandidates(), "candidates", noScore))))
    return failure();
  if (!op.getScale().empty() &&
      (failed(verifyYields(op, op.getScale(), "scale", builder.getF64Type())) ||
       failed(verifyReads(op.getScale(), "scale", scaleReads))))
    return failure();
  if (!op.getScore().empty() &&
      failed(verifyYields(op, op.getScore(), "score", builder.getF32Type())))
    return failure();
  return verifyFaults(op);
}

LogicalResult PatternOp::verifyRegions() { return verifySharedRegions(*this); }

LogicalResult RequireOp::verifyRegions() {
  if (failed(verifyYields(*this, getCondition(), "condition", Builder(getContext()).getI1Type())))
    return failure();
  return verifyReads(getCondition(), "requirements", CoordinateOp::isShape);
}

//===----------------------------------------------------------------------===//
// gaze.kernel
//===----------------------------------------------------------------------===//

/// Names of the arguments of 'bounds', in their order.
static constexpr StringRef boundsArguments[] = {"q_lo",    "q_hi",    "k_lo",     "k_hi",
                                                "head_lo", "head_hi", "batch_lo", "batch_hi"};

static LogicalResult verifyBounds(Operation *op, Region &bounds, bool hasFaults) {
  if (bounds.empty())
    return success();
  Block &block = bounds.front();
  if (block.getNumArguments() != std::size(boundsArguments) ||
      !llvm::all_of(block.getArgumentTypes(), [](Type type) { return type.isInteger(64); }))
    return op->emitOpError("region 'bounds' takes the low and the high end of q, k, head and "
                           "batch: eight i64");
  auto verdict = block.empty() ? VerdictOp() : dyn_cast<VerdictOp>(block.back());
  if (!verdict)
    return op->emitOpError("region 'bounds' must end with gaze.verdict");
  if (bool(verdict.getInside()) != hasFaults)
    return verdict.emitOpError("says whether indices are inside where there are 'faults'");
  return verifyReads(bounds, "bounds", CoordinateOp::isShape);
}

static void nameBoundsArguments(Region &bounds, function_ref<void(Value, StringRef)> set) {
  for (auto [argument, name] : llvm::zip(bounds.getArguments(), boundsArguments))
    set(argument, name);
}

LogicalResult KernelOp::verifyRegions() {
  for (Operation &inner : getParts().getOps())
    if (!isa<PartOp>(inner))
      return inner.emitOpError("cannot stand in 'parts'; gaze.part can");
  if (failed(verifySharedRegions(*this)))
    return failure();
  if (failed(verifyBounds(*this, getBounds(), !getFaults().empty())))
    return failure();
  return verifyBounds(*this, getCandidateBounds(), /*hasFaults=*/false);
}

void KernelOp::getAsmBlockArgumentNames(Region &region, function_ref<void(Value, StringRef)> set) {
  if (&region == &getBounds() || &region == &getCandidateBounds())
    nameBoundsArguments(region, set);
}

//===----------------------------------------------------------------------===//
// gaze.part
//===----------------------------------------------------------------------===//

/// What `selects` may read: a congruence holds for all queries and keys, a column for all
/// queries.
static LogicalResult verifySelects(PartOp part) {
  Region &selects = part.getSelects();
  const bool isListed = part.getOrder() == Order::Congruent || part.getOrder() == Order::Columns;
  if (isListed == selects.empty())
    return part.emitOpError("has a region 'selects' in the orders 'congruent' and 'columns' alone");
  if (selects.empty())
    return success();
  const bool columns = part.getOrder() == Order::Columns;
  if (columns && failed(verifyYields(part, selects, "selects", Builder(part).getI1Type())))
    return failure();
  Block &block = selects.front();
  if (!columns &&
      (block.getNumArguments() != 0 || block.empty() || !isa<CongruenceOp>(block.back())))
    return part.emitOpError("region 'selects' takes no arguments and must end with "
                            "gaze.congruence");
  return verifyReads(selects, "selects", [&](Coordinate coordinate) {
    return coordinate != Coordinate::Score && coordinate != Coordinate::Q &&
           (columns || coordinate != Coordinate::K);
  });
}

LogicalResult PartOp::verifyRegions() {
  if (failed(verifySelects(*this)) ||
      failed(verifyYields(*this, getKeep(), "keep", Builder(*this).getI1Type())) ||
      failed(verifyReads(getKeep(), "keep",
                         [](Coordinate coordinate) { return coordinate != Coordinate::Score; })))
    return failure();
  return verifyBounds(*this, getBounds(), /*hasFaults=*/false);
}

void PartOp::getAsmBlockArgumentNames(Region &region, function_ref<void(Value, StringRef)> set) {
  if (&region == &getBounds())
    nameBoundsArguments(region, set);
}

//===----------------------------------------------------------------------===//
// gaze.def: @local(%left: i64, %right: i64) -> i1 { ... }
//===----------------------------------------------------------------------===//

ParseResult DefOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  Type result;
  if (parser.parseSymbolName(name, getSymNameAttrName(state.name), state.attributes) ||
      parser.parseArgumentList(arguments, AsmParser::Delimiter::Paren, /*allowType=*/true) ||
      parser.parseArrow() || parser.parseType(result) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  SmallVector<StringRef> names;
  for (const OpAsmParser::Argument &argument : arguments)
    names.push_back(argument.ssaName.name.drop_front());
  state.addAttribute(getArgumentNamesAttrName(state.name),
                     parser.getBuilder().getStrArrayAttr(names));
  state.addAttribute(getResultTypeAttrName(state.name), TypeAttr::get(result));
  return parser.parseRegion(*state.addRegion(), arguments);
}

void DefOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(getBody().getArguments(), printer,
                        [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ") -> " << getResultType();
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getSymNameAttrName(), getArgumentNamesAttrName(), getResultTypeAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

void DefOp::getAsmBlockArgumentNames(Region &region, function_ref<void(Value, StringRef)> setName) {
  for (auto [argument, name] :
       llvm::zip(region.getArguments(), getArgumentNames().getAsValueRange<StringAttr>()))
    setName(argument, name);
}

LogicalResult DefOp::verifyRegions() {
  Block &block = getBody().front();
  if (getArgumentNames().size() != block.getNumArguments())
    return emitOpError("must have a name for each argument");
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return emitOpError("must end with gaze.yield");
  if (yield.getValue().getType() != getResultType())
    return yield.emitOpError("must give the result type of the def, ") << getResultType();
  return success();
}

/// Adds all defs that `root` calls, directly or not, to `reached`.
static void collectCallees(Operation *root, SymbolTableCollection &symbols,
                           llvm::SmallPtrSetImpl<Operation *> &reached) {
  SmallVector<Operation *> work{root};
  while (!work.empty())
    work.pop_back_val()->walk([&](CallOp call) {
      auto def = symbols.lookupNearestSymbolFrom<DefOp>(call, call.getCalleeAttr());
      if (def && reached.insert(def).second)
        work.push_back(def);
    });
}

LogicalResult DefOp::verifySymbolUses(SymbolTableCollection &symbols) {
  llvm::SmallPtrSet<Operation *, 8> reached;
  collectCallees(*this, symbols, reached);
  if (reached.contains(*this))
    return emitOpError("calls itself: a def must not recurse");
  return success();
}

/// Whether `op` stands in a `where` that gives the score a value.
static bool scoreIsGiven(Operation *op) {
  for (auto where = op->getParentOfType<WhereOp>(); where;
       where = where->getParentOfType<WhereOp>())
    for (CoordinateAttr name : where.getCoordinates().getAsRange<CoordinateAttr>())
      if (name.getValue() == Coordinate::Score)
        return true;
  return false;
}

bool readsScore(DefOp def) {
  SymbolTableCollection symbols;
  llvm::SmallPtrSet<Operation *, 8> seen{def};
  SmallVector<DefOp> work{def};
  while (!work.empty()) {
    WalkResult result = work.pop_back_val().getBody().walk([&](Operation *op) {
      if (!isa<ScoreOp, CallOp>(op) || scoreIsGiven(op))
        return WalkResult::advance();
      if (isa<ScoreOp>(op))
        return WalkResult::interrupt();
      auto callee = symbols.lookupNearestSymbolFrom<DefOp>(op, cast<CallOp>(op).getCalleeAttr());
      if (callee && seen.insert(callee).second)
        work.push_back(callee);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// gaze.call
//===----------------------------------------------------------------------===//

/// Whether the score has a value where `op` stands.
static bool scoreIsThere(Operation *op) {
  if (op->getParentOfType<DefOp>() || scoreIsGiven(op))
    return true;
  Operation *top = op;
  while (top && !isa_and_nonnull<PatternOp, KernelOp>(top->getParentOp()))
    top = top->getParentOp();
  if (!top)
    return true;
  auto pattern = dyn_cast<PatternOp>(top->getParentOp());
  Region &score = pattern ? pattern.getScore() : cast<KernelOp>(top->getParentOp()).getScore();
  return top->getParentRegion() == &score;
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto def = symbols.lookupNearestSymbolFrom<DefOp>(*this, getCalleeAttr());
  if (!def)
    return emitOpError("names no def: '") << getCallee() << "'";
  if (!llvm::equal(getOperandTypes(), def.getBody().getArgumentTypes()) ||
      getType() != def.getResultType())
    return emitOpError("does not fit the types of the def '") << getCallee() << "'";
  if (!scoreIsThere(*this) && readsScore(def))
    return emitOpError("calls the def '")
           << getCallee() << "', which reads the score, where there is none";
  return success();
}

//===----------------------------------------------------------------------===//
// gaze.where: q = %0, k = %1 given (%inner = %outer : i64) -> i1 { ... }
//===----------------------------------------------------------------------===//

static ParseResult parseBinding(OpAsmParser &parser, SmallVectorImpl<Attribute> &names,
                                OperationState &state) {
  StringRef keyword;
  SMLoc place = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  std::optional<Coordinate> coordinate = symbolizeCoordinate(keyword);
  if (!coordinate)
    return parser.emitError(place) << "'" << keyword << "' is no coordinate";
  names.push_back(CoordinateAttr::get(parser.getContext(), *coordinate));
  OpAsmParser::UnresolvedOperand operand;
  return failure(parser.parseEqual() || parser.parseOperand(operand) ||
                 parser.resolveOperand(operand, coordinateType(parser.getContext(), *coordinate),
                                       state.operands));
}

static ParseResult parseGiven(OpAsmParser &parser, OperationState &state,
                              SmallVectorImpl<OpAsmParser::Argument> &arguments) {
  if (failed(parser.parseOptionalKeyword("given")))
    return success();
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, [&]() -> ParseResult {
    OpAsmParser::UnresolvedOperand operand;
    OpAsmParser::Argument &argument = arguments.emplace_back();
    return failure(parser.parseArgument(argument) || parser.parseEqual() ||
                   parser.parseOperand(operand) || parser.parseColonType(argument.type) ||
                   parser.resolveOperand(operand, argument.type, state.operands));
  });
}

ParseResult WhereOp::parse(OpAsmParser &parser, OperationState &state) {
  SmallVector<Attribute> names;
  SmallVector<OpAsmParser::Argument> arguments;
  Type result;
  if (parser.parseCommaSeparatedList([&] { return parseBinding(parser, names, state); }) ||
      parseGiven(parser, state, arguments) || parser.parseArrowTypeList(state.types) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  state.getOrAddProperties<Properties>().coordinates = parser.getBuilder().getArrayAttr(names);
  llvm::copy(
      ArrayRef<int32_t>{static_cast<int32_t>(names.size()), static_cast<int32_t>(arguments.size())},
      state.getOrAddProperties<Properties>().operandSegmentSizes.begin());
  return parser.parseRegion(*state.addRegion(), arguments);
}

void WhereOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  llvm::interleaveComma(llvm::zip(getCoordinates().getAsRange<CoordinateAttr>(), getValues()),
                        printer, [&](auto binding) {
                          auto [name, value] = binding;
                          printer << stringifyCoordinate(name.getValue()) << " = " << value;
                        });
  if (!getGiven().empty()) {
    printer << " given (";
    llvm::interleaveComma(llvm::zip(getBody().getArguments(), getGiven()), printer, [&](auto pair) {
      auto [inner, outer] = pair;
      printer << inner << " = " << outer << " : " << outer.getType();
    });
    printer << ')';
  }
  printer << " -> " << getType();
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getCoordinatesAttrName(), getOperandSegmentSizesAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult WhereOp::verify() {
  if (getCoordinates().empty() || getCoordinates().size() != getValues().size())
    return emitOpError("must give one value to each of at least one coordinate");
  llvm::SmallPtrSet<Attribute, 8> seen;
  for (auto [name, value] : llvm::zip(getCoordinates().getAsRange<CoordinateAttr>(), getValues())) {
    if (!seen.insert(name).second)
      return emitOpError("gives '") << stringifyCoordinate(name.getValue()) << "' two values";
    Type type = coordinateType(getContext(), name.getValue());
    if (value.getType() != type)
      return emitOpError("must give '")
             << stringifyCoordinate(name.getValue()) << "' a value of type " << type;
  }
  return success();
}

LogicalResult WhereOp::verifyRegions() {
  Block &block = getBody().front();
  if (!llvm::equal(block.getArgumentTypes(), getGiven().getTypes()))
    return emitOpError("must have one argument of the region for each given value");
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return emitOpError("must end with gaze.yield");
  if (yield.getValue().getType() != getType())
    return yield.emitOpError("must give the result type of gaze.where, ") << getType();
  return success();
}

} // namespace gaze::ir
