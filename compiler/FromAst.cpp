//===- FromAst.cpp - From a checked pattern to the gaze dialect ------------------===//
//
// One walk over the tree, bottom up, so that each node has the values of its
// operands, and with them their types. Defs are polymorphic in the tree and are
// not in the dialect: a call asks for the instance for the types of its
// arguments, which is translated when it is first asked for.
//
// A name means a value of the frame around it. Def arguments are values from the
// call; a let is its expression, read in the frame of its use; `where` makes a
// new frame, in which parameters, lets or arguments are other values. What
// `where` says of coordinates is no matter of the frame, since it reaches into defs: that
// becomes a `gaze.where`, whose region is isolated from what is around
// it. So a value of an outer region that is used inside is handed in on the way.
//
//===----------------------------------------------------------------------===//
#include "compiler/FromAst.h"

#include "compiler/Arithmetic.h"
#include "compiler/ir/Gaze.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/SaveAndRestore.h"

#include <algorithm>
#include <map>

using namespace mlir;

namespace gaze {

static_assert(static_cast<int>(dsl::Ambient::Q) == static_cast<int>(ir::Coordinate::Q) &&
                  static_cast<int>(dsl::Ambient::Score) == static_cast<int>(ir::Coordinate::Score),
              "the tree and the dialect number the coordinates alike");
static_assert(static_cast<int>(dsl::SelectBy::Mean) == static_cast<int>(ir::SelectBy::Mean) &&
                  static_cast<int>(dsl::SelectBy::First) == static_cast<int>(ir::SelectBy::First),
              "and what blocks are scored by");

namespace {

//===----------------------------------------------------------------------===//
// Frames and scopes
//===----------------------------------------------------------------------===//

/// What names mean here.
struct Frame {
  SmallVector<Value> arguments;              ///< of the def, by Symbol::index
  llvm::DenseMap<int, Value> parameters;     ///< replaced by `where`
  llvm::DenseMap<int, Value> replacedLets;   ///< likewise
  llvm::DenseMap<int, Value> translatedLets; ///< the others, once they have been used
};

/// A block under construction, and what it takes in from the block around it.
struct Scope {
  explicit Scope(Block *block, Scope *parent = nullptr) : block(block), parent(parent) {}

  Block *block;
  Scope *parent; ///< the block around a `where`
  SmallVector<Value> given;
  llvm::DenseMap<Value, Value> inside;

  /// `value`, of this block or one around it, in this block.
  Value import(Value value) {
    if (value.getParentBlock() == block)
      return value;
    auto [entry, isNew] = inside.try_emplace(value);
    if (isNew) {
      given.push_back(parent->import(value));
      entry->second = block->addArgument(value.getType(), value.getLoc());
    }
    return entry->second;
  }
};

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

class Translator {
public:
  Translator(MLIRContext &context, const dsl::Program &program, const dsl::Pattern &pattern,
             Locations &locations)
      : program(program), pattern(pattern), locations(locations), builder(&context),
        arithmetic(builder), module(ModuleOp::create(locations.of(pattern.name.span))) {}

  OwningOpRef<ModuleOp> translate() {
    symbols.insert(pattern.name.text);
    builder.setInsertionPointToEnd(module.get().getBody());
    auto op = ir::PatternOp::create(builder, locations.of(pattern.name.span), pattern.name.text,
                                    parameters(), ArrayAttr());
    insertDefsBefore = op;
    for (const dsl::Input &input : pattern.inputs)
      translateInput(op.getInputs(), input);
    for (const dsl::Require &require : pattern.requirements)
      translateRequirement(op.getRequirements(), require);
    if (pattern.keep)
      fill(op.getKeep(), pattern.keep->span, [&] { return expression(*pattern.keep); });
    if (pattern.scale)
      fill(op.getScale(), pattern.scale->span, [&] {
        return arithmetic.convert(expression(*pattern.scale), builder.getF64Type(),
                                  locations.of(pattern.scale->span));
      });
    if (!pattern.scores.empty())
      fill(op.getScore(), pattern.scores.back()->span, [&] { return scores(); });
    return std::move(module);
  }

private:
  using ValueFunction = llvm::function_ref<Value()>;

  ArrayAttr parameters() {
    SmallVector<Attribute> list;
    for (const dsl::Parameter &parameter : pattern.parameters) {
      TypedAttr value;
      if (const dsl::Expr *literal = parameter.defaultValue.get())
        value = parameter.type == dsl::Type::Float
                    ? TypedAttr(builder.getF64FloatAttr(literal->real))
                    : builder.getIntegerAttr(typeOf(parameter.type), literal->integer);
      list.push_back(ir::ParameterAttr::get(builder.getContext(), parameter.name.text,
                                            typeOf(parameter.type), value));
    }
    return builder.getArrayAttr(list);
  }

  Type typeOf(dsl::Type type) {
    switch (type) {
    case dsl::Type::Int:
      return builder.getI64Type();
    case dsl::Type::Float:
      return builder.getF64Type();
    case dsl::Type::Bool:
      return builder.getI1Type();
    }
    llvm_unreachable("all types are handled");
  }

  void translateInput(Region &inputs, const dsl::Input &input) {
    OpBuilder::InsertionGuard guard(builder);
    if (inputs.empty())
      inputs.emplaceBlock();
    builder.setInsertionPointToEnd(&inputs.front());
    std::string axes;
    for (const dsl::ExprPtr &axis : input.axes)
      axes += (axes.empty() ? "" : ", ") + sourceText(axis->span);
    Location location = locations.of(input.name.span);
    auto op = ir::InputOp::create(builder, location, input.name.text, typeOf(input.type),
                                  "[" + axes + "]");
    fill(op.getSizes(), [&] {
      SmallVector<Value> sizes;
      for (const dsl::ExprPtr &axis : input.axes)
        sizes.push_back(expression(*axis));
      ir::SizesOp::create(builder, location, sizes);
    });
  }

  /// What the author of the pattern wrote, on one line.
  std::string sourceText(dsl::Span span) const {
    std::string_view text = program.sources.file(span.file).text();
    std::string result(text.substr(span.begin, span.end - span.begin));
    std::replace_if(result.begin(), result.end(), llvm::isSpace, ' ');
    return result;
  }

  void translateRequirement(Region &requirements, const dsl::Require &require) {
    OpBuilder::InsertionGuard guard(builder);
    if (requirements.empty())
      requirements.emplaceBlock();
    builder.setInsertionPointToEnd(&requirements.front());
    auto op = ir::RequireOp::create(builder, locations.of(require.span), require.message);
    fill(op.getCondition(), require.condition->span,
         [&] { return expression(*require.condition); });
  }

  /// Gives `region` a block with what `translate` emits, in a new frame.
  void fill(Region &region, llvm::function_ref<void()> translate) {
    OpBuilder::InsertionGuard guard(builder);
    Block &block = region.empty() ? region.emplaceBlock() : region.front();
    builder.setInsertionPointToEnd(&block);
    Scope newScope(&block);
    Frame newFrame;
    newFrame.arguments.append(block.args_begin(), block.args_end());
    llvm::SaveAndRestore inScope(scope, &newScope);
    llvm::SaveAndRestore inFrame(frame, &newFrame);
    translate();
  }

  /// Gives `region` a block that yields what `value` translates to, in a new frame.
  Value fill(Region &region, dsl::Span span, ValueFunction value) {
    Value result;
    fill(region, [&] {
      result = value();
      ir::YieldOp::create(builder, locations.of(span), result);
    });
    return result;
  }

  /// Each statement reads the score that the one before it has made.
  Value scores() {
    Value score;
    for (const dsl::ExprPtr &statement : pattern.scores) {
      Location location = locations.of(statement->span);
      auto value = [&] {
        return arithmetic.convert(expression(*statement), builder.getF32Type(), location);
      };
      Frame newFrame;
      llvm::SaveAndRestore inFrame(frame, &newFrame);
      score = score ? where({ir::Coordinate::Score}, {score}, location, value) : value();
    }
    return score;
  }

  /// What `value` translates to where `coordinates` have `values`.
  Value where(ArrayRef<ir::Coordinate> coordinates, ValueRange values, Location location,
              ValueFunction value) {
    Region body;
    Scope inner(&body.emplaceBlock(), scope);
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(inner.block);
      llvm::SaveAndRestore inScope(scope, &inner);
      ir::YieldOp::create(builder, location, value());
    }
    SmallVector<Attribute> names;
    for (ir::Coordinate coordinate : coordinates)
      names.push_back(ir::CoordinateAttr::get(builder.getContext(), coordinate));
    Type type = inner.block->getTerminator()->getOperand(0).getType();
    auto op = ir::WhereOp::create(builder, location, type, builder.getArrayAttr(names), values,
                                  inner.given);
    op.getBody().takeBody(body);
    return op;
  }

  //===--------------------------------------------------------------------===//
  // Expressions
  //===--------------------------------------------------------------------===//

  Value expression(const dsl::Expr &expr) {
    Location location = locations.of(expr.span);
    switch (expr.kind) {
    case dsl::Expr::Kind::IntLiteral:
      return arithmetic.constant(builder.getI64IntegerAttr(expr.integer), location);
    case dsl::Expr::Kind::FloatLiteral:
      return arithmetic.constant(builder.getF64FloatAttr(expr.real), location);
    case dsl::Expr::Kind::BoolLiteral:
      return arithmetic.constant(builder.getBoolAttr(expr.integer != 0), location);
    case dsl::Expr::Kind::NameUse:
      return name(expr, location);
    case dsl::Expr::Kind::Unary:
      return arithmetic.unary(expr.op, expression(*expr.operands[0]), location);
    case dsl::Expr::Kind::Binary: {
      Value lhs = expression(*expr.operands[0]);
      return arithmetic.binary(expr.op, lhs, expression(*expr.operands[1]), location);
    }
    case dsl::Expr::Kind::Comparison:
      return comparison(expr, location);
    case dsl::Expr::Kind::If: {
      SmallVector<Value> values = operands(expr);
      return arithmetic.choose(values[0], values[1], values[2], location);
    }
    case dsl::Expr::Kind::Call:
      return call(expr, location);
    case dsl::Expr::Kind::Where:
      return whereExpression(expr, location);
    case dsl::Expr::Kind::Index:
      return element(expr, location);
    case dsl::Expr::Kind::TopBlocks:
      return topBlocks(expr, location);
    }
    llvm_unreachable("all expressions are handled");
  }

  SmallVector<Value> operands(const dsl::Expr &expr) {
    SmallVector<Value> values;
    for (const dsl::ExprPtr &operand : expr.operands)
      values.push_back(expression(*operand));
    return values;
  }

  /// a < b <= c: each neighbouring pair, each operand once.
  Value comparison(const dsl::Expr &expr, Location location) {
    Value result, left = expression(*expr.operands[0]);
    for (size_t i = 0; i < expr.comparisons.size(); ++i) {
      Value right = expression(*expr.operands[i + 1]);
      Value holds = arithmetic.binary(expr.comparisons[i], left, right, location);
      result = result ? arithmetic.binary(dsl::Operator::And, result, holds, location) : holds;
      left = right;
    }
    return result;
  }

  Value name(const dsl::Expr &expr, Location location) {
    int index = expr.symbol.index;
    switch (expr.symbol.kind) {
    case dsl::Symbol::Kind::Ambient:
      return ambient(static_cast<dsl::Ambient>(index), location);
    case dsl::Symbol::Kind::Parameter:
      return parameter(index, location);
    case dsl::Symbol::Kind::Let:
      return let(index);
    case dsl::Symbol::Kind::DefArgument:
      return scope->import(frame->arguments[static_cast<size_t>(index)]);
    case dsl::Symbol::Kind::Def:
      return callDef(index, {}, location);
    case dsl::Symbol::Kind::Input:
    case dsl::Symbol::Kind::Builtin:
    case dsl::Symbol::Kind::Unresolved:
      break;
    }
    llvm_unreachable("the checker resolves all names");
  }

  Value element(const dsl::Expr &expr, Location location) {
    const dsl::Input &input = pattern.inputs[static_cast<size_t>(expr.symbol.index)];
    return ir::LoadOp::create(builder, location, typeOf(input.type), input.name.text,
                              operands(expr));
  }

  Value topBlocks(const dsl::Expr &expr, Location location) {
    SmallVector<Value> sizes = operands(expr);
    return ir::TopBlocksOp::create(builder, location, builder.getI1Type(), sizes[0], sizes[1],
                                   sizes[2], static_cast<ir::SelectBy>(expr.selectBy));
  }

  Value ambient(dsl::Ambient ambient, Location location) {
    if (ambient == dsl::Ambient::Score)
      return ir::ScoreOp::create(builder, location, builder.getF32Type());
    return ir::CoordinateOp::create(builder, location, builder.getI64Type(),
                                    static_cast<ir::Coordinate>(ambient));
  }

  Value parameter(int index, Location location) {
    if (Value replaced = frame->parameters.lookup(index))
      return scope->import(replaced);
    const dsl::Parameter &parameter = pattern.parameters[static_cast<size_t>(index)];
    return ir::ParameterOp::create(builder, location, typeOf(parameter.type), parameter.name.text);
  }

  Value let(int index) {
    if (Value replaced = frame->replacedLets.lookup(index))
      return scope->import(replaced);
    if (Value translated = frame->translatedLets.lookup(index))
      return scope->import(translated);
    Value value = expression(*pattern.lets[static_cast<size_t>(index)].value);
    frame->translatedLets[index] = value;
    return value;
  }

  Value call(const dsl::Expr &expr, Location location) {
    SmallVector<Value> values = operands(expr);
    if (expr.symbol.kind == dsl::Symbol::Kind::Builtin)
      return arithmetic.builtin(static_cast<dsl::Builtin>(expr.symbol.index), values, location);
    return callDef(expr.symbol.index, values, location);
  }

  Value callDef(int index, ValueRange arguments, Location location) {
    ir::DefOp def = instance(index, llvm::to_vector(arguments.getTypes()));
    return ir::CallOp::create(builder, location, def.getResultType(), def.getSymName(), arguments);
  }

  /// The bindings are read in the frame around, all of them before any holds.
  Value whereExpression(const dsl::Expr &expr, Location location) {
    Frame inner = *frame;
    inner.translatedLets.clear();
    SmallVector<ir::Coordinate> coordinates;
    SmallVector<Value> values;
    for (const dsl::Binding &binding : expr.bindings) {
      Value value = boundValue(binding);
      size_t index = static_cast<size_t>(binding.symbol.index);
      switch (binding.symbol.kind) {
      case dsl::Symbol::Kind::Ambient:
        coordinates.push_back(static_cast<ir::Coordinate>(index));
        values.push_back(value);
        break;
      case dsl::Symbol::Kind::Parameter:
        inner.parameters[binding.symbol.index] = value;
        break;
      case dsl::Symbol::Kind::Let:
        inner.replacedLets[binding.symbol.index] = value;
        break;
      case dsl::Symbol::Kind::DefArgument:
        inner.arguments[index] = value;
        break;
      default:
        llvm_unreachable("the checker refuses other names");
      }
    }
    llvm::SaveAndRestore inFrame(frame, &inner);
    auto value = [&] { return expression(*expr.operands[0]); };
    return coordinates.empty() ? value() : where(coordinates, values, location, value);
  }

  /// The value of a binding, in the type of the name that it replaces.
  Value boundValue(const dsl::Binding &binding) {
    Value value = expression(*binding.value);
    return arithmetic.convert(value, typeOfBound(binding, value.getType()),
                              locations.of(binding.value->span));
  }

  Type typeOfBound(const dsl::Binding &binding, Type given) {
    size_t index = static_cast<size_t>(binding.symbol.index);
    switch (binding.symbol.kind) {
    case dsl::Symbol::Kind::Ambient:
      return ir::coordinateType(builder.getContext(), static_cast<ir::Coordinate>(index));
    case dsl::Symbol::Kind::Parameter:
      return arithmetic.widest(typeOf(pattern.parameters[index].type), given);
    case dsl::Symbol::Kind::DefArgument:
      return arithmetic.widest(frame->arguments[index].getType(), given);
    case dsl::Symbol::Kind::Let:
      return arithmetic.widest(typeOfLet(binding.symbol.index), given);
    default:
      return given;
    }
  }

  /// Translates the let to see its type, and throws the operations away.
  Type typeOfLet(int index) {
    OpBuilder::InsertionGuard guard(builder);
    Block scratch;
    builder.setInsertionPointToEnd(&scratch);
    Scope scratchScope(&scratch, scope);
    Frame scratchFrame = *frame;
    scratchFrame.translatedLets.clear();
    llvm::SaveAndRestore inScope(scope, &scratchScope);
    llvm::SaveAndRestore inFrame(frame, &scratchFrame);
    return let(index).getType();
  }

  //===--------------------------------------------------------------------===//
  // Instances of defs
  //===--------------------------------------------------------------------===//

  ir::DefOp instance(int index, const SmallVector<Type> &types) {
    std::vector<const void *> key;
    for (Type type : types)
      key.push_back(type.getAsOpaquePointer());
    ir::DefOp &def = instances[{index, key}];
    if (!def)
      def = translateDef(program.defs[static_cast<size_t>(index)], types);
    return def;
  }

  ir::DefOp translateDef(const dsl::Def &def, ArrayRef<Type> types) {
    SmallVector<StringRef> names;
    for (const dsl::Name &parameter : def.parameters)
      names.push_back(parameter.text);
    Region body;
    Block &block = body.emplaceBlock();
    for (auto [parameter, type] : llvm::zip(def.parameters, types))
      block.addArgument(type, locations.of(parameter.span));
    Value result = fill(body, def.body->span, [&] { return expression(*def.body); });

    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(insertDefsBefore);
    auto op = ir::DefOp::create(builder, locations.of(def.name.span), symbolFor(def.name.text),
                                builder.getStrArrayAttr(names), result.getType());
    op.getBody().takeBody(body);
    return op;
  }

  /// `name`, or `name_1` and so on where another instance has it.
  std::string symbolFor(const std::string &name) {
    std::string symbol = name;
    for (int number = 1; !symbols.insert(symbol).second; ++number)
      symbol = name + "_" + std::to_string(number);
    return symbol;
  }

  const dsl::Program &program;
  const dsl::Pattern &pattern;
  Locations &locations;
  OpBuilder builder;
  Arithmetic arithmetic;
  OwningOpRef<ModuleOp> module;
  Operation *insertDefsBefore = nullptr;
  llvm::StringSet<> symbols;
  std::map<std::pair<int, std::vector<const void *>>, ir::DefOp> instances;
  Scope *scope = nullptr;
  Frame *frame = nullptr;
};

} // namespace

OwningOpRef<ModuleOp> translate(MLIRContext &context, const dsl::Program &program,
                                const dsl::Pattern &pattern, Locations &locations) {
  return Translator(context, program, pattern, locations).translate();
}

} // namespace gaze
