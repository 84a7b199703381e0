//===- Interpreter.cpp - What a pattern means, pair by pair ------------------===//
//
// Every node is evaluated where it stands; nothing is compiled and nothing is
// remembered. Int and float are told apart by the values: a value has the static
// type of its expression, so both branches of an `if` are evaluated, and an int
// branch beside a float one is widened. (Nothing in the language has an effect or
// can fail, so evaluating too much is never wrong.)
//
// An element outside of an input has no value, and neither has what is computed from
// it: such a Value carries the Index in `missing`. It is an error only where it
// arrives at the result: not in the branch of an `if` that is not taken, nor to the
// right of an `and` or `or` that its left side decides.
//
// What an expression is evaluated in is an Environment: the coordinates, the values
// that a `where` has given to coordinates, parameters and lets, and the arguments of the def
// whose body it is. `where` evaluates its values outside and then re-reads its left
// side in a copy with these values in place; a let is re-read in the environment of
// its use. A call passes values, so a `where` in the body of a def does not reach
// into the arguments.
//
// Whether `top_blocks` is true depends on Q and K, which are not seen here: a Selector
// knows. The checker has seen to it that the coordinates are those of the pair.
//
//===----------------------------------------------------------------------===//

#include "dsl/Interpreter.h"
#include "dsl/Names.h"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

using namespace gaze::dsl;

namespace {

using Values = boost::container::small_vector<Value, 8>;

/// What a `where` has bound a coordinate, a parameter or a let to; the innermost first.
struct Override {
  Symbol symbol;
  Value value;
  const Override *outer;
};

struct Environment {
  const Coordinates *at;
  const Override *overrides;
  const Value *arguments; ///< of the def
  std::size_t argumentCount;
};

Value makeInt(std::int64_t value) { return {Type::Int, value, 0}; }
Value makeFloat(double value) { return {Type::Float, 0, value}; }
Value makeBool(bool value) { return {Type::Bool, value ? 1 : 0, 0}; }

/// A value that does not exist: `integer` is the index, `real` the number of its axis.
Value makeMissing(Type type, const Expr &element, std::int64_t index, std::size_t axis) {
  return {type, index, static_cast<double>(axis), &element};
}
/// `result`, which was computed from `operands`: it is missing where one of them is.
Value carried(Value result, std::initializer_list<const Value *> operands) {
  for (const Value *operand : operands)
    if (operand->missing) {
      Type type = result.type;
      result = *operand;
      result.type = type;
      break;
    }
  return result;
}

double toReal(const Value &value) {
  return value.type == Type::Float ? value.real : static_cast<double>(value.integer);
}
Value widened(const Value &value, Type type) {
  return type == Type::Float ? carried(makeFloat(toReal(value)), {&value}) : value;
}
bool eitherFloat(const Value &a, const Value &b) {
  return a.type == Type::Float || b.type == Type::Float;
}

// Int arithmetic wraps around, which C++ grants to unsigned ints only.
std::int64_t wrap(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::int64_t floorToInt(double value) {
  double floored = std::floor(value);
  if (std::isnan(floored))
    return 0;
  constexpr double limit = 9223372036854775808.0; // 2^63
  if (floored >= limit)
    return std::numeric_limits<std::int64_t>::max();
  if (floored < -limit)
    return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(floored);
}

// std::fmin prefers a number to a NaN; here NaN spreads, as through + and *. -0 is less than 0.
double minimum(double a, double b) {
  return std::isnan(a) || a < b || (a == b && std::signbit(a)) ? a : b;
}
double maximum(double a, double b) {
  return std::isnan(a) || a > b || (a == b && std::signbit(b)) ? a : b;
}

template <typename Number> bool compare(Operator op, Number a, Number b) {
  switch (op) {
  case Operator::Equal:
    return a == b;
  case Operator::NotEqual:
    return a != b;
  case Operator::Less:
    return a < b;
  case Operator::LessEqual:
    return a <= b;
  case Operator::Greater:
    return a > b;
  default:
    return a >= b;
  }
}

Value intArithmetic(Operator op, std::int64_t a, std::int64_t b) {
  switch (op) {
  case Operator::Add:
    return makeInt(wrap(bits(a) + bits(b)));
  case Operator::Subtract:
    return makeInt(wrap(bits(a) - bits(b)));
  case Operator::Multiply:
    return makeInt(wrap(bits(a) * bits(b)));
  case Operator::Divide:
    return makeInt(floorDivide(a, b));
  default:
    return makeInt(floorModulo(a, b));
  }
}

Value floatArithmetic(Operator op, double a, double b) {
  switch (op) {
  case Operator::Add:
    return makeFloat(a + b);
  case Operator::Subtract:
    return makeFloat(a - b);
  case Operator::Multiply:
    return makeFloat(a * b);
  case Operator::Divide:
    return makeFloat(a / b);
  default:
    return makeFloat(a - std::floor(a / b) * b);
  }
}

Value lesser(const Value &a, const Value &b) {
  Value result = eitherFloat(a, b) ? makeFloat(minimum(toReal(a), toReal(b)))
                                   : makeInt(std::min(a.integer, b.integer));
  return carried(result, {&a, &b});
}
Value greater(const Value &a, const Value &b) {
  Value result = eitherFloat(a, b) ? makeFloat(maximum(toReal(a), toReal(b)))
                                   : makeInt(std::max(a.integer, b.integer));
  return carried(result, {&a, &b});
}

Value clampValue(const Value &x, const Value &low, const Value &high) {
  return lesser(greater(x, low), high);
}

double real(Builtin builtin, double x) {
  switch (builtin) {
  case Builtin::Sqrt:
    return std::sqrt(x);
  case Builtin::Exp:
    return std::exp(x);
  case Builtin::Exp2:
    return std::exp2(x);
  case Builtin::Log:
    return std::log(x);
  case Builtin::Log2:
    return std::log2(x);
  case Builtin::Tanh:
    return std::tanh(x);
  case Builtin::Sin:
    return std::sin(x);
  default:
    return std::cos(x);
  }
}

Value chanceOf(const Values &values) {
  boost::container::small_vector<std::int64_t, 8> hashed;
  for (std::size_t i = 2; i < values.size(); ++i)
    hashed.push_back(values[i].integer);
  Value result = makeBool(
      chance(toReal(values[0]), values[1].integer, hashed.data(), static_cast<int>(hashed.size())));
  for (const Value &value : values)
    result = result.missing ? result : carried(result, {&value});
  return result;
}

Value applyBuiltin(Builtin builtin, const Values &values) {
  const Value &x = values[0];
  switch (builtin) {
  case Builtin::Abs:
    if (x.type == Type::Float)
      return carried(makeFloat(std::fabs(x.real)), {&x});
    return carried(makeInt(x.integer < 0 ? wrap(0 - bits(x.integer)) : x.integer), {&x});
  case Builtin::Min:
    return std::accumulate(values.begin() + 1, values.end(), x, lesser);
  case Builtin::Max:
    return std::accumulate(values.begin() + 1, values.end(), x, greater);
  case Builtin::Clamp:
    return clampValue(x, values[1], values[2]);
  case Builtin::Floor:
    return carried(makeInt(x.type == Type::Float ? floorToInt(x.real) : x.integer), {&x});
  case Builtin::Chance:
    return chanceOf(values);
  default:
    return carried(makeFloat(real(builtin, toReal(x))), {&x});
  }
}

class Evaluator {
public:
  Evaluator(const Program &ofProgram, const Pattern &ofPattern,
            const std::vector<Value> &parameterValues, const std::vector<InputTensor> &inputTensors,
            const Selector *selectorOfKeep)
      : program(ofProgram), pattern(ofPattern), parameters(parameterValues), inputs(inputTensors),
        selector(selectorOfKeep) {}

  Value evaluate(const Expr &expr, const Environment &environment) const;

private:
  Value symbol(const Symbol &symbol, const Environment &environment) const;
  Value unary(const Expr &expr, const Environment &environment) const;
  Value binary(const Expr &expr, const Environment &environment) const;
  Value comparison(const Expr &expr, const Environment &environment) const;
  Value conditional(const Expr &expr, const Environment &environment) const;
  Value call(const Expr &expr, const Environment &environment) const;
  Value where(const Expr &expr, const Environment &environment) const;
  Value element(const Expr &expr, const Environment &environment) const;
  Value topBlocks(const Expr &expr, const Environment &environment) const;

  const Program &program;
  const Pattern &pattern;
  const std::vector<Value> &parameters;
  const std::vector<InputTensor> &inputs;
  const Selector *selector;
};

Value Evaluator::evaluate(const Expr &expr, const Environment &environment) const {
  switch (expr.kind) {
  case Expr::Kind::IntLiteral:
    return makeInt(expr.integer);
  case Expr::Kind::FloatLiteral:
    return makeFloat(expr.real);
  case Expr::Kind::BoolLiteral:
    return makeBool(expr.integer != 0);
  case Expr::Kind::NameUse:
    return symbol(expr.symbol, environment);
  case Expr::Kind::Unary:
    return unary(expr, environment);
  case Expr::Kind::Binary:
    return binary(expr, environment);
  case Expr::Kind::Comparison:
    return comparison(expr, environment);
  case Expr::Kind::If:
    return conditional(expr, environment);
  case Expr::Kind::Call:
    return call(expr, environment);
  case Expr::Kind::Where:
    return where(expr, environment);
  case Expr::Kind::Index:
    return element(expr, environment);
  case Expr::Kind::TopBlocks:
    return topBlocks(expr, environment);
  }
  return {};
}

Value Evaluator::symbol(const Symbol &symbol, const Environment &environment) const {
  auto index = static_cast<std::size_t>(symbol.index);
  if (symbol.kind == Symbol::Kind::DefArgument)
    return environment.arguments[index];
  if (symbol.kind == Symbol::Kind::Def)
    return evaluate(*program.defs[index].body, {environment.at, environment.overrides, nullptr, 0});
  for (const Override *bound = environment.overrides; bound; bound = bound->outer)
    if (bound->symbol.kind == symbol.kind && bound->symbol.index == symbol.index)
      return bound->value;
  if (symbol.kind == Symbol::Kind::Parameter)
    return parameters[index];
  if (symbol.kind == Symbol::Kind::Let)
    return evaluate(*pattern.lets[index].value, environment);
  return static_cast<Ambient>(symbol.index) == Ambient::Score
             ? makeFloat(environment.at->score)
             : makeInt(environment.at->integers[index]);
}

Value Evaluator::unary(const Expr &expr, const Environment &environment) const {
  Value value = evaluate(*expr.operands[0], environment);
  Value result = expr.op == Operator::Not    ? makeBool(value.integer == 0)
                 : value.type == Type::Float ? makeFloat(-value.real)
                                             : makeInt(wrap(0 - bits(value.integer)));
  return carried(result, {&value});
}

Value Evaluator::binary(const Expr &expr, const Environment &environment) const {
  Value left = evaluate(*expr.operands[0], environment);
  bool logical = expr.op == Operator::And || expr.op == Operator::Or;
  if (logical && (left.missing || (left.integer != 0) == (expr.op == Operator::Or)))
    return left;
  Value right = evaluate(*expr.operands[1], environment);
  if (logical)
    return right;
  Value result = eitherFloat(left, right) ? floatArithmetic(expr.op, toReal(left), toReal(right))
                                          : intArithmetic(expr.op, left.integer, right.integer);
  return carried(result, {&left, &right});
}

Value Evaluator::comparison(const Expr &expr, const Environment &environment) const {
  Value left = evaluate(*expr.operands[0], environment);
  for (std::size_t i = 0; i < expr.comparisons.size(); ++i) {
    Value right = evaluate(*expr.operands[i + 1], environment);
    if (left.missing || right.missing)
      return carried(makeBool(false), {&left, &right});
    bool holds = eitherFloat(left, right)
                     ? compare(expr.comparisons[i], toReal(left), toReal(right))
                     : compare(expr.comparisons[i], left.integer, right.integer);
    if (!holds)
      return makeBool(false);
    left = right;
  }
  return makeBool(true);
}

Value Evaluator::conditional(const Expr &expr, const Environment &environment) const {
  Value condition = evaluate(*expr.operands[0], environment);
  Value yes = evaluate(*expr.operands[1], environment);
  Value no = evaluate(*expr.operands[2], environment);
  Type type = eitherFloat(yes, no) ? Type::Float : yes.type;
  return carried(widened(condition.integer != 0 ? yes : no, type), {&condition});
}

Value Evaluator::call(const Expr &expr, const Environment &environment) const {
  Values values;
  for (const ExprPtr &operand : expr.operands)
    values.push_back(evaluate(*operand, environment));
  if (expr.symbol.kind == Symbol::Kind::Builtin)
    return applyBuiltin(static_cast<Builtin>(expr.symbol.index), values);
  const Def &def = program.defs[static_cast<std::size_t>(expr.symbol.index)];
  return evaluate(*def.body, {environment.at, environment.overrides, values.data(), values.size()});
}

Value Evaluator::where(const Expr &expr, const Environment &environment) const {
  Values arguments(environment.arguments, environment.arguments + environment.argumentCount);
  boost::container::small_vector<Override, 4> overrides;
  overrides.reserve(expr.bindings.size());
  Environment inner{environment.at, environment.overrides, arguments.data(), arguments.size()};
  for (const Binding &binding : expr.bindings) {
    Value value = evaluate(*binding.value, environment);
    value = widened(value, symbol(binding.symbol, environment).type);
    if (binding.symbol.kind == Symbol::Kind::DefArgument) {
      arguments[static_cast<std::size_t>(binding.symbol.index)] = value;
      continue;
    }
    overrides.push_back({binding.symbol, value, inner.overrides});
    inner.overrides = &overrides.back();
  }
  return evaluate(*expr.operands[0], inner);
}

Value Evaluator::element(const Expr &expr, const Environment &environment) const {
  const auto input = static_cast<std::size_t>(expr.symbol.index);
  const Type type = pattern.inputs[input].type;
  const InputTensor &tensor = inputs[input];
  std::int64_t offset = 0;
  Value missing;
  for (std::size_t axis = 0; axis < expr.operands.size(); ++axis) {
    Value index = evaluate(*expr.operands[axis], environment);
    bool inside = 0 <= index.integer && index.integer < tensor.extents[axis];
    if (!missing.missing && index.missing)
      missing = carried({type}, {&index});
    else if (!missing.missing && !inside)
      missing = makeMissing(type, expr, index.integer, axis);
    offset = wrap(bits(offset) * bits(tensor.extents[axis]) + bits(index.integer));
  }
  if (missing.missing)
    return missing;
  switch (type) {
  case Type::Int:
    return makeInt(tensor.ints[offset]);
  case Type::Float:
    return makeFloat(static_cast<double>(tensor.floats[offset]));
  default:
    return makeBool(tensor.bools[offset] != 0);
  }
}

Value Evaluator::topBlocks(const Expr &expr, const Environment &environment) const {
  if (!selector)
    return makeBool(true);
  auto size = [&](std::size_t operand) {
    return evaluate(*expr.operands[operand], environment).integer;
  };
  return makeBool(selector->selected({size(0), size(1), size(2), expr.selectBy}, *environment.at));
}

/// The finaliser of SplitMix64, one step on.
std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

} // namespace

std::int64_t gaze::dsl::floorDivide(std::int64_t a, std::int64_t b) {
  if (b == 0)
    return 0;
  if (b == -1) // the smallest int has no positive counterpart
    return wrap(0 - bits(a));
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::int64_t gaze::dsl::floorModulo(std::int64_t a, std::int64_t b) {
  if (b == 0 || b == -1)
    return 0;
  std::int64_t remainder = a % b;
  return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

bool gaze::dsl::chance(double p, std::int64_t seed, const std::int64_t *arguments, int count) {
  std::uint64_t hash = mix(bits(seed));
  for (int i = 0; i < count; ++i)
    hash = mix(hash ^ bits(arguments[i]));
  return std::ldexp(static_cast<double>(hash >> 11), -53) < p;
}

/// "index 9 of axis 1 is outside of the input 'doc' [2, 8]"
static OutOfRange outOfRange(const Value &value, const InputTensor &tensor) {
  const Expr &element = *value.missing;
  const auto axis = static_cast<std::size_t>(value.real);
  std::string shape;
  for (std::int64_t extent : tensor.extents)
    shape += (shape.empty() ? "" : ", ") + std::to_string(extent);
  return {"index " + std::to_string(value.integer) + " of axis " + std::to_string(axis) +
              " is outside of the input " + inQuotes(element.name.text) + " [" + shape + "]",
          element.operands[axis]->span};
}

Interpreter::Interpreter(const Program &ofProgram, const Pattern &ofPattern,
                         std::vector<Value> parameterValues, std::vector<InputTensor> inputTensors)
    : program(ofProgram), pattern(ofPattern), parameters(std::move(parameterValues)),
      inputs(std::move(inputTensors)) {}

Value Interpreter::present(Value value) const {
  if (value.missing)
    throw outOfRange(value, inputs[static_cast<std::size_t>(value.missing->symbol.index)]);
  return value;
}

Value Interpreter::evaluate(const Expr &expr, const Coordinates &at,
                            const Selector *selector) const {
  const Evaluator evaluator(program, pattern, parameters, inputs, selector);
  return present(evaluator.evaluate(expr, {&at, nullptr, nullptr, 0}));
}

std::vector<std::int64_t> Interpreter::extents(std::size_t index, const Coordinates &at) const {
  std::vector<std::int64_t> result;
  for (const ExprPtr &axis : pattern.inputs[index].axes)
    result.push_back(evaluate(*axis, at).integer);
  return result;
}

int Interpreter::failedRequirement(const Coordinates &at) const {
  for (std::size_t i = 0; i < pattern.requirements.size(); ++i)
    if (evaluate(*pattern.requirements[i].condition, at).integer == 0)
      return static_cast<int>(i);
  return -1;
}

bool Interpreter::keep(const Coordinates &at, const Selector *selector) const {
  return !pattern.keep || evaluate(*pattern.keep, at, selector).integer != 0;
}

double Interpreter::scale(const Coordinates &at) const {
  if (pattern.scale) {
    const double scale = toReal(evaluate(*pattern.scale, at));
    return std::isfinite(static_cast<float>(scale)) ? scale : std::nan("");
  }
  return 1 / std::sqrt(static_cast<double>(at.integers[static_cast<int>(Ambient::HeadDim)]));
}

double Interpreter::score(const Coordinates &at) const {
  const Evaluator evaluator(program, pattern, parameters, inputs, nullptr);
  // A score may be missing as well, and does not count where the next does not read it.
  Override score{
      {Symbol::Kind::Ambient, static_cast<int>(Ambient::Score)}, makeFloat(at.score), nullptr};
  for (const ExprPtr &statement : pattern.scores)
    score.value = widened(evaluator.evaluate(*statement, {&at, &score, nullptr, 0}), Type::Float);
  return present(score.value).real;
}
