//===- Refusal.cpp - Which problems a pattern is to refuse ----------------------------===//
//
// A walk as that of the interpreter, in which each value knows what refusing depends on: whether
// it reads more than parameters and sizes, and the reasons that come with computing it. They
// arrive at a statement by the same way as the value does, so what nobody reads refuses nothing.
// A value that differs from pair to pair is never looked at; any one of its type stands for it.
//
//===----------------------------------------------------------------------===//
#include "Refusal.h"

#include <map>
#include <utility>

using namespace gaze::dsl;

namespace {

enum Reason : unsigned { ZeroDivisor = 1, WrongSize = 2 };

struct Known {
  Value value;
  bool readsSizes = false;    ///< or parameters: what reads nothing is the text's own affair
  bool differs = false;       ///< reads the pair, the score, an input, or what is selected
  unsigned whereComputed = 0; ///< Reasons that count where the value is computed
  unsigned whereverItIs = 0;  ///< Reasons that nothing guards: selecting comes before all pairs
};

ExprPtr literal(const Value &value) {
  auto expr = std::make_shared<Expr>();
  expr->kind = value.type == Type::Int     ? Expr::Kind::IntLiteral
               : value.type == Type::Float ? Expr::Kind::FloatLiteral
                                           : Expr::Kind::BoolLiteral;
  expr->integer = value.integer;
  expr->real = value.real;
  return expr;
}

/// How many operands are computed in any case, as the interpreter has it.
std::size_t alwaysComputed(const Expr &expr) {
  if (expr.kind == Expr::Kind::If)
    return 1;
  if (expr.kind == Expr::Kind::Binary && (expr.op == Operator::And || expr.op == Operator::Or))
    return 1;
  return expr.kind == Expr::Kind::Comparison ? 2 : expr.operands.size();
}

using Key = std::pair<Symbol::Kind, int>;
Key keyOf(const Symbol &symbol) { return {symbol.kind, symbol.index}; }

struct Environment {
  std::map<Key, Known> bound; ///< by `where`
  std::vector<Known> arguments;
};

class Walk {
public:
  Walk(const Program &program, const Pattern &pattern, const std::vector<Value> &parameters,
       const Coordinates &at)
      : program(program), pattern(pattern), parameters(parameters), at(at),
        interpreter(program, pattern, parameters) {}

  unsigned reasons() {
    Environment environment;
    Known &score = environment.bound[{Symbol::Kind::Ambient, static_cast<int>(Ambient::Score)}];
    score = {{Type::Float}, false, true};
    unsigned found = 0;
    for (const ExprPtr &statement : {pattern.keep, pattern.scale})
      found |= statement ? reasonsOf(walk(*statement, environment)) : 0;
    for (const ExprPtr &statement : pattern.scores)
      score = widened(walk(*statement, environment), Type::Float);
    return found | reasonsOf(score);
  }

private:
  static unsigned reasonsOf(const Known &known) { return known.whereComputed | known.whereverItIs; }

  Known walk(const Expr &expr, const Environment &environment) {
    if (expr.kind == Expr::Kind::NameUse)
      return name(expr.symbol, environment);
    if (expr.kind == Expr::Kind::Where)
      return where(expr, environment);
    std::vector<Known> operands;
    for (const ExprPtr &operand : expr.operands)
      operands.push_back(walk(*operand, environment));
    if (expr.kind == Expr::Kind::Call && expr.symbol.kind == Symbol::Kind::Def)
      return walk(*program.defs[static_cast<std::size_t>(expr.symbol.index)].body,
                  {environment.bound, operands});
    return computed(expr, operands);
  }

  Known computed(const Expr &expr, const std::vector<Known> &operands) {
    Known result;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      result.readsSizes |= operands[i].readsSizes;
      result.differs |= operands[i].differs;
      result.whereverItIs |= operands[i].whereverItIs;
      result.whereComputed |= i < alwaysComputed(expr) ? operands[i].whereComputed : 0;
    }
    if (expr.kind == Expr::Kind::Index || expr.kind == Expr::Kind::TopBlocks) {
      result.differs = true;
      result.value.type = expr.kind == Expr::Kind::TopBlocks
                              ? Type::Bool
                              : pattern.inputs[static_cast<std::size_t>(expr.symbol.index)].type;
    } else {
      Expr ofLiterals = expr;
      for (std::size_t i = 0; i < operands.size(); ++i)
        ofLiterals.operands[i] = literal(operands[i].value);
      result.value = interpreter.evaluate(ofLiterals, at);
    }
    if (expr.kind == Expr::Kind::TopBlocks) {
      result.whereverItIs |= std::exchange(result.whereComputed, 0);
      if (operands[0].value.integer < 0 || operands[1].value.integer < 1 ||
          operands[2].value.integer < 1)
        result.whereverItIs |= WrongSize;
    }
    const bool divides = expr.kind == Expr::Kind::Binary &&
                         (expr.op == Operator::Divide || expr.op == Operator::Modulo) &&
                         result.value.type == Type::Int;
    if (divides && operands[1].value.integer == 0 && operands[1].readsSizes && !operands[1].differs)
      result.whereComputed |= ZeroDivisor;
    return result;
  }

  Known name(const Symbol &symbol, const Environment &environment) {
    const auto index = static_cast<std::size_t>(symbol.index);
    if (symbol.kind == Symbol::Kind::DefArgument)
      return environment.arguments[index];
    if (symbol.kind == Symbol::Kind::Def)
      return walk(*program.defs[index].body, {environment.bound, {}});
    if (const auto bound = environment.bound.find(keyOf(symbol)); bound != environment.bound.end())
      return bound->second;
    if (symbol.kind == Symbol::Kind::Let)
      return walk(*pattern.lets[index].value, environment);
    if (symbol.kind == Symbol::Kind::Parameter)
      return {parameters[index], true, false};
    const bool isSize = symbol.index >= static_cast<int>(Ambient::SeqQ);
    return {{Type::Int, at.integers[index]}, isSize, !isSize};
  }

  Known where(const Expr &expr, const Environment &environment) {
    Environment inner = environment;
    for (const Binding &binding : expr.bindings) {
      const Type type = name(binding.symbol, environment).value.type;
      const Known value = widened(walk(*binding.value, environment), type);
      if (binding.symbol.kind == Symbol::Kind::DefArgument)
        inner.arguments[static_cast<std::size_t>(binding.symbol.index)] = value;
      else
        inner.bound[keyOf(binding.symbol)] = value;
    }
    return walk(*expr.operands[0], inner);
  }

  static Known widened(Known known, Type type) {
    if (type == Type::Float && known.value.type == Type::Int)
      known.value = {Type::Float, 0, static_cast<double>(known.value.integer)};
    return known;
  }

  const Program &program;
  const Pattern &pattern;
  const std::vector<Value> &parameters;
  const Coordinates &at;
  const Interpreter interpreter;
};

} // namespace

std::string gaze::test::dueRefusal(const Program &program, const Pattern &pattern,
                                   const std::vector<Value> &parameters, const Coordinates &at) {
  const int failed = Interpreter(program, pattern, parameters).failedRequirement(at);
  if (failed >= 0)
    return pattern.requirements[static_cast<std::size_t>(failed)].message;
  const unsigned reasons = Walk(program, pattern, parameters, at).reasons();
  return reasons & ZeroDivisor ? "division by zero" : reasons ? "'top_blocks' needs" : "";
}
