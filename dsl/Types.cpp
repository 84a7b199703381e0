//===- Types.cpp - Which expressions have which type -------------------------===//
//
// A def is polymorphic: its body is checked once for each combination of argument
// types that it is called with, and the result is remembered. An error in a body
// carries notes on the calls that led there. A body that no call has reached is checked
// with unknown arguments. `nullopt` is the type of what is unknown or has already been
// reported; it makes no further errors.
//
//===----------------------------------------------------------------------===//

#include "dsl/CheckStages.h"
#include "dsl/Divisions.h"
#include "dsl/Names.h"
#include "dsl/TypeHints.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

using namespace gaze::dsl;

namespace {

using MaybeType = std::optional<Type>;

bool isNumber(Type type) { return type != Type::Bool; }
/// Int widens to float; nothing else converts.
bool fits(Type type, Type into) {
  return type == into || (type == Type::Int && into == Type::Float);
}
bool isFloor(const Expr &call) {
  return call.symbol.kind == Symbol::Kind::Builtin &&
         static_cast<Builtin>(call.symbol.index) == Builtin::Floor;
}
Type widest(Type a, Type b) { return a == Type::Float ? a : b; }

class TypeChecker {
public:
  TypeChecker(Program &toCheck, Diagnostics &sink) : program(toCheck), diagnostics(sink) {}

  void run();

private:
  void checkPattern(Pattern &pattern);
  void checkDefault(Parameter &parameter);
  bool checkInt(const ExprPtr &expr, const std::string &what);

  MaybeType type(const ExprPtr &expr);
  MaybeType typeOfName(const Expr &expr);
  MaybeType typeOfSymbol(const Symbol &symbol);
  MaybeType typeOfUnary(const Expr &expr);
  MaybeType typeOfBinary(const Expr &expr);
  MaybeType typeOfComparison(const Expr &expr);
  MaybeType typeOfIf(const Expr &expr);
  MaybeType typeOfWhere(const Expr &expr);
  MaybeType typeOfIndex(const Expr &expr);
  MaybeType typeOfTopBlocks(const Expr &expr);
  MaybeType typeOfCall(const Expr &expr);
  MaybeType typeOfDef(int index, const std::vector<Type> &types, const Expr &call);
  MaybeType typeOfBuiltin(const Expr &expr, const std::vector<Type> &types);
  MaybeType typeOfChance(const Expr &expr, const std::vector<Type> &types);

  /// Reports a mistake once, however many calls lead there.
  MaybeType error(Span span, const std::string &message, std::vector<Note> notes = {});
  /// `what` needs a `needed`, and `operand` is a `given`.
  MaybeType mismatch(const Expr &operand, Type given, Type needed, const std::string &message);
  void warn(const Expr &division, const std::string &message);
  void warnOfIntDivision(const Expr &operand, Type given, const std::string &what);
  void addCalls(std::vector<Note> &notes) const;
  /// The type of an operand that must be a bool, or a number; `what` needs it.
  MaybeType boolOperand(const ExprPtr &operand, const std::string &what);
  MaybeType numberOperand(const ExprPtr &operand, const std::string &what);

  Program &program;
  Diagnostics &diagnostics;
  const Pattern *pattern = nullptr;
  bool inWeights = false; ///< what is checked belongs to a scale or score
  std::vector<MaybeType> lets;
  const std::vector<Type> *arguments = nullptr; ///< of the def whose body is being checked
  std::vector<const Expr *> calls;              ///< that led into that body
  std::map<std::pair<int, std::vector<Type>>, MaybeType> known;
  std::set<std::tuple<int, std::uint32_t, std::uint32_t, std::string>> reported;
  std::set<const Expr *> warned;
  std::set<const Expr *> rounding; ///< operands of `floor`, meant to round down
};

void TypeChecker::addCalls(std::vector<Note> &notes) const {
  constexpr std::size_t maxNotes = 8;
  for (auto call = calls.rbegin(); call != calls.rend() && notes.size() < maxNotes; ++call)
    notes.push_back({(*call)->span, "in the call of " + inQuotes((*call)->name.text) + " here"});
}

MaybeType TypeChecker::error(Span span, const std::string &message, std::vector<Note> notes) {
  if (!reported.insert({span.file, span.begin, span.end, message}).second)
    return std::nullopt;
  addCalls(notes);
  diagnostics.error(span, message).notes = std::move(notes);
  return std::nullopt;
}

void TypeChecker::warn(const Expr &division, const std::string &message) {
  if (message.empty() || rounding.count(&division) != 0 || !warned.insert(&division).second)
    return;
  addCalls(diagnostics.warning(division.span, message).notes);
}

void TypeChecker::warnOfIntDivision(const Expr &operand, Type given, const std::string &what) {
  if (const Expr *division = given == Type::Int ? intDivision(operand) : nullptr)
    warn(*division, warningOfFloat(program.sources, *division, what));
}

MaybeType TypeChecker::mismatch(const Expr &operand, Type given, Type needed,
                                const std::string &message) {
  return error(operand.span,
               message + std::string(withArticle(given)) +
                   hintToConvert(program.sources, operand, given, needed),
               originOfType(program, pattern, operand, given));
}

MaybeType TypeChecker::boolOperand(const ExprPtr &operand, const std::string &what) {
  MaybeType result = type(operand);
  if (result && *result != Type::Bool)
    return mismatch(*operand, *result, Type::Bool, what + " needs a bool, but this is ");
  return result;
}

MaybeType TypeChecker::numberOperand(const ExprPtr &operand, const std::string &what) {
  MaybeType result = type(operand);
  if (result && !isNumber(*result))
    return mismatch(*operand, *result, Type::Float, what + " needs a number, but this is ");
  return result;
}

MaybeType TypeChecker::type(const ExprPtr &expr) {
  if (!expr || diagnostics.full())
    return std::nullopt;
  switch (expr->kind) {
  case Expr::Kind::IntLiteral:
    return Type::Int;
  case Expr::Kind::FloatLiteral:
    return Type::Float;
  case Expr::Kind::BoolLiteral:
    return Type::Bool;
  case Expr::Kind::NameUse:
    return typeOfName(*expr);
  case Expr::Kind::Unary:
    return typeOfUnary(*expr);
  case Expr::Kind::Binary:
    return typeOfBinary(*expr);
  case Expr::Kind::Comparison:
    return typeOfComparison(*expr);
  case Expr::Kind::If:
    return typeOfIf(*expr);
  case Expr::Kind::Call:
    return typeOfCall(*expr);
  case Expr::Kind::Where:
    return typeOfWhere(*expr);
  case Expr::Kind::Index:
    return typeOfIndex(*expr);
  case Expr::Kind::TopBlocks:
    return typeOfTopBlocks(*expr);
  }
  return std::nullopt;
}

MaybeType TypeChecker::typeOfSymbol(const Symbol &symbol) {
  auto index = static_cast<std::size_t>(symbol.index);
  switch (symbol.kind) {
  case Symbol::Kind::Ambient:
    return static_cast<Ambient>(symbol.index) == Ambient::Score ? Type::Float : Type::Int;
  case Symbol::Kind::Parameter:
    return pattern->parameters[index].type;
  case Symbol::Kind::Let:
    return lets[index];
  case Symbol::Kind::DefArgument:
    return arguments ? MaybeType((*arguments)[index]) : std::nullopt;
  default:
    return std::nullopt;
  }
}

MaybeType TypeChecker::typeOfName(const Expr &expr) {
  if (expr.symbol.kind == Symbol::Kind::Def)
    return typeOfDef(expr.symbol.index, {}, expr);
  return typeOfSymbol(expr.symbol);
}

MaybeType TypeChecker::typeOfUnary(const Expr &expr) {
  std::string what = inQuotes(spelling(expr.op));
  return expr.op == Operator::Not ? boolOperand(expr.operands[0], what)
                                  : numberOperand(expr.operands[0], what);
}

MaybeType TypeChecker::typeOfBinary(const Expr &expr) {
  std::string what = inQuotes(spelling(expr.op));
  bool logical = expr.op == Operator::Or || expr.op == Operator::And;
  auto operand = [&](const ExprPtr &part) {
    return logical ? boolOperand(part, what) : numberOperand(part, what);
  };
  MaybeType left = operand(expr.operands[0]), right = operand(expr.operands[1]);
  if (!left || !right)
    return std::nullopt;
  if (expr.op == Operator::Divide && *left == Type::Int && *right == Type::Int)
    warn(expr, warningOfLiteral(program.sources, expr));
  if (inWeights && *left != *right)
    warnOfIntDivision(*expr.operands[*left == Type::Int ? 0 : 1], Type::Int, what);
  return widest(*left, *right);
}

MaybeType TypeChecker::typeOfComparison(const Expr &expr) {
  std::vector<MaybeType> types;
  for (const ExprPtr &operand : expr.operands)
    types.push_back(type(operand));
  bool sound = types[0].has_value();
  for (std::size_t i = 0; i < expr.comparisons.size(); ++i) {
    MaybeType left = types[i], right = types[i + 1];
    if (!left || !right) {
      sound = false;
      continue;
    }
    Operator op = expr.comparisons[i];
    bool equality = op == Operator::Equal || op == Operator::NotEqual;
    if (isNumber(*left) == isNumber(*right) && (equality || isNumber(*left)))
      continue;
    sound = false;
    const Expr &leftSide = *expr.operands[i], &rightSide = *expr.operands[i + 1];
    error(join(leftSide.span, rightSide.span),
          inQuotes(spelling(op)) + " cannot compare " + std::string(withArticle(*left)) + " with " +
              std::string(withArticle(*right)) +
              hintToCompare(program.sources, {leftSide, *left}, {rightSide, *right}, op,
                            expr.comparisons.size() > 1));
  }
  return sound ? MaybeType(Type::Bool) : std::nullopt;
}

MaybeType TypeChecker::typeOfIf(const Expr &expr) {
  MaybeType condition = boolOperand(expr.operands[0], "the condition of 'if'");
  MaybeType yes = type(expr.operands[1]), no = type(expr.operands[2]);
  if (!condition || !yes || !no)
    return std::nullopt;
  if (isNumber(*yes) != isNumber(*no))
    return error(expr.span, "the branches of this 'if' do not fit together: " +
                                std::string(withArticle(*yes)) + " and " +
                                std::string(withArticle(*no)));
  return widest(*yes, *no);
}

MaybeType TypeChecker::typeOfWhere(const Expr &expr) {
  bool sound = true;
  for (const Binding &binding : expr.bindings) {
    MaybeType value = type(binding.value), target = typeOfSymbol(binding.symbol);
    sound &= value && target;
    if (!value || !target || fits(*value, *target))
      continue;
    sound = false;
    mismatch(*binding.value, *value, *target,
             inQuotes(binding.name.text) + " is " + std::string(withArticle(*target)) +
                 ", but this value is ");
  }
  MaybeType result = type(expr.operands[0]);
  return sound ? result : std::nullopt;
}

MaybeType TypeChecker::typeOfIndex(const Expr &expr) {
  bool sound = expr.symbol.kind == Symbol::Kind::Input;
  for (const ExprPtr &operand : expr.operands)
    sound &= checkInt(operand, "an index");
  if (!sound)
    return std::nullopt;
  return pattern->inputs[static_cast<std::size_t>(expr.symbol.index)].type;
}

MaybeType TypeChecker::typeOfTopBlocks(const Expr &expr) {
  bool sound = checkInt(expr.operands[0], "'count'");
  sound &= checkInt(expr.operands[1], "'block'");
  if (expr.operands[2] != expr.operands[1]) // without a share it is the block
    sound &= checkInt(expr.operands[2], "'share'");
  return sound ? MaybeType(Type::Bool) : std::nullopt;
}

MaybeType TypeChecker::typeOfCall(const Expr &expr) {
  std::vector<Type> types;
  if (isFloor(expr))
    rounding.insert(expr.operands[0].get());
  for (const ExprPtr &operand : expr.operands)
    if (MaybeType argument = type(operand))
      types.push_back(*argument);
  if (types.size() < expr.operands.size())
    return std::nullopt;
  if (expr.symbol.kind == Symbol::Kind::Def)
    return typeOfDef(expr.symbol.index, types, expr);
  if (expr.symbol.kind == Symbol::Kind::Builtin)
    return typeOfBuiltin(expr, types);
  return std::nullopt;
}

MaybeType TypeChecker::typeOfDef(int index, const std::vector<Type> &types, const Expr &call) {
  auto [entry, isNew] = known.try_emplace({index, types});
  if (!isNew)
    return entry->second;
  const std::vector<Type> *outer = std::exchange(arguments, &entry->first.second);
  calls.push_back(&call);
  MaybeType result = type(program.defs[static_cast<std::size_t>(index)].body);
  calls.pop_back();
  arguments = outer;
  return entry->second = result;
}

MaybeType TypeChecker::typeOfChance(const Expr &expr, const std::vector<Type> &types) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    Type needed = i == 0 ? Type::Float : Type::Int;
    if (fits(types[i], needed))
      continue;
    std::string which = i == 0 ? "'p'" : i == 1 ? "'seed'" : "what it hashes";
    return mismatch(*expr.operands[i], types[i], needed,
                    "'chance' needs " + std::string(withArticle(needed)) + " for " + which +
                        ", but this is ");
  }
  warnOfIntDivision(*expr.operands[0], types[0], "'chance'");
  return Type::Bool;
}

MaybeType TypeChecker::typeOfBuiltin(const Expr &expr, const std::vector<Type> &types) {
  auto builtin = static_cast<Builtin>(expr.symbol.index);
  if (builtin == Builtin::Chance)
    return typeOfChance(expr, types);
  Type result = Type::Int;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (!isNumber(types[i]))
      return mismatch(*expr.operands[i], types[i], Type::Float,
                      inQuotes(expr.name.text) + " needs numbers, but this is ");
    result = widest(result, types[i]);
  }
  switch (builtin) {
  case Builtin::Abs:
  case Builtin::Min:
  case Builtin::Max:
  case Builtin::Clamp:
    return result;
  case Builtin::Floor:
    return Type::Int;
  default:
    warnOfIntDivision(*expr.operands[0], types[0], inQuotes(expr.name.text));
    return Type::Float;
  }
}

void TypeChecker::checkDefault(Parameter &parameter) {
  if (!parameter.defaultValue)
    return;
  Expr &value = *parameter.defaultValue;
  MaybeType given = type(parameter.defaultValue);
  if (given && !fits(*given, parameter.type)) {
    error(value.span, "the parameter " + inQuotes(parameter.name.text) + " is " +
                          std::string(withArticle(parameter.type)) + ", but its default is " +
                          std::string(withArticle(*given)));
  } else if (given && *given != parameter.type) {
    value.kind = Expr::Kind::FloatLiteral;
    value.real = static_cast<double>(std::exchange(value.integer, 0));
  }
}

bool TypeChecker::checkInt(const ExprPtr &expr, const std::string &what) {
  MaybeType given = type(expr);
  if (given && *given != Type::Int)
    mismatch(*expr, *given, Type::Int, what + " needs an int, but this is ");
  return given == Type::Int;
}

void TypeChecker::checkPattern(Pattern &toCheck) {
  pattern = &toCheck;
  for (Parameter &parameter : toCheck.parameters)
    checkDefault(parameter);
  lets.assign(toCheck.lets.size(), std::nullopt);
  for (std::size_t i = 0; i < toCheck.lets.size(); ++i)
    lets[i] = type(toCheck.lets[i].value);
  for (const Input &input : toCheck.inputs)
    for (const ExprPtr &axis : input.axes)
      checkInt(axis, "the size of an axis");
  for (const Require &require : toCheck.requirements)
    boolOperand(require.condition, "'require'");
  boolOperand(toCheck.keep, "'keep'");
  inWeights = true;
  if (MaybeType scale = numberOperand(toCheck.scale, "'scale'"))
    warnOfIntDivision(*toCheck.scale, *scale, "'scale'");
  for (const ExprPtr &score : toCheck.scores)
    numberOperand(score, "'score'");
  inWeights = false;
}

void TypeChecker::run() {
  for (Pattern &toCheck : program.patterns)
    checkPattern(toCheck);
  std::set<int> reached;
  for (const auto &[key, result] : known)
    reached.insert(key.first);
  for (std::size_t i = 0; i < program.defs.size(); ++i) {
    if (reached.count(static_cast<int>(i)) == 0)
      type(program.defs[i].body);
  }
}

} // namespace

void gaze::dsl::checkTypes(Program &program, Diagnostics &diagnostics) {
  TypeChecker(program, diagnostics).run();
}
