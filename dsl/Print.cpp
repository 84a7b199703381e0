//===- Print.cpp - A tree back as text ---------------------------------------===//

#include "dsl/Print.h"
#include "dsl/Names.h"

#include <charconv>
#include <utility>

using namespace gaze::dsl;

namespace {

/// The shortest text that reads back as the same float, and never as an int.
std::string printFloat(double value) {
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string printString(const std::string &text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

class Printer {
public:
  void expr(const Expr &expr);
  std::string out;

private:
  void infix(const Expr &expr);
  void list(const Expr &expr, char open, char close);
  void where(const Expr &expr);
  void topBlocks(const Expr &expr);
};

void Printer::infix(const Expr &expr) {
  out += '(';
  this->expr(*expr.operands[0]);
  for (std::size_t i = 1; i < expr.operands.size(); ++i) {
    Operator op = expr.kind == Expr::Kind::Comparison ? expr.comparisons[i - 1] : expr.op;
    out += ' ' + std::string(spelling(op)) + ' ';
    this->expr(*expr.operands[i]);
  }
  out += ')';
}

void Printer::list(const Expr &expr, char open, char close) {
  out += expr.name.text + open;
  for (std::size_t i = 0; i < expr.operands.size(); ++i) {
    if (i > 0)
      out += ", ";
    if (i < expr.argumentNames.size() && expr.argumentNames[i])
      out += expr.argumentNames[i]->text + " = ";
    this->expr(*expr.operands[i]);
  }
  out += close;
}

void Printer::where(const Expr &expr) {
  out += '(';
  this->expr(*expr.operands[0]);
  std::string separator = " where ";
  for (const Binding &binding : expr.bindings) {
    out += separator + binding.name.text + " = ";
    this->expr(*binding.value);
    separator = ", ";
  }
  out += ')';
}

void Printer::topBlocks(const Expr &expr) {
  out += std::string(gaze::dsl::topBlocks) + '(';
  this->expr(*expr.operands[0]);
  out += ", ";
  this->expr(*expr.operands[1]);
  out += ", by = " + std::string(spelling(expr.selectBy));
  if (expr.operands[2] != expr.operands[1]) {
    out += ", share = ";
    this->expr(*expr.operands[2]);
  }
  out += ')';
}

void Printer::expr(const Expr &expr) {
  switch (expr.kind) {
  case Expr::Kind::IntLiteral:
    out += std::to_string(expr.integer);
    return;
  case Expr::Kind::FloatLiteral:
    out += printFloat(expr.real);
    return;
  case Expr::Kind::BoolLiteral:
    out += expr.integer ? "true" : "false";
    return;
  case Expr::Kind::NameUse:
    out += expr.name.text;
    return;
  case Expr::Kind::Unary: {
    // The smallest int is a literal with its sign inside (Literals.h).
    out += expr.op == Operator::Not ? "(not " : "(-";
    std::size_t operand = out.size();
    this->expr(*expr.operands[0]);
    if (expr.operands[0]->kind == Expr::Kind::IntLiteral && out[operand] == '-')
      out.erase(operand, 1);
    out += ')';
    return;
  }
  case Expr::Kind::Binary:
  case Expr::Kind::Comparison:
    return infix(expr);
  case Expr::Kind::If:
    out += "(if ";
    this->expr(*expr.operands[0]);
    out += " then ";
    this->expr(*expr.operands[1]);
    out += " else ";
    this->expr(*expr.operands[2]);
    out += ')';
    return;
  case Expr::Kind::Call:
    return list(expr, '(', ')');
  case Expr::Kind::Index:
    return list(expr, '[', ']');
  case Expr::Kind::Where:
    return where(expr);
  case Expr::Kind::TopBlocks:
    return topBlocks(expr);
  }
}

std::string printParameter(const Parameter &parameter) {
  std::string out = parameter.name.text + ": " + std::string(spelling(parameter.type));
  if (parameter.defaultValue)
    out += " = " + print(*parameter.defaultValue);
  return out;
}

std::string printInput(const Input &input) {
  std::string out = "  input " + input.name.text + ": " + std::string(spelling(input.type));
  char separator = '[';
  for (const ExprPtr &axis : input.axes) {
    out += separator + std::string(separator == ',' ? " " : "") + print(*axis);
    separator = ',';
  }
  return out + "];\n";
}

} // namespace

std::string gaze::dsl::print(const Expr &expr) {
  Printer printer;
  printer.expr(expr);
  return std::move(printer.out);
}

std::string gaze::dsl::print(const Def &def) {
  std::string out = "def " + def.name.text;
  std::string separator = "(";
  for (const Name &parameter : def.parameters) {
    out += separator + parameter.text;
    separator = ", ";
  }
  return out + (def.parameters.empty() ? "" : ")") + " = " + print(*def.body) + ";\n";
}

std::string gaze::dsl::print(const Pattern &pattern) {
  std::string out = "pattern " + pattern.name.text + "(";
  std::string separator;
  for (const Parameter &parameter : pattern.parameters) {
    out += separator + printParameter(parameter);
    separator = ", ";
  }
  out += ") {\n";
  for (const Let &let : pattern.lets)
    out += "  let " + let.name.text + " = " + print(*let.value) + ";\n";
  for (const Input &input : pattern.inputs)
    out += printInput(input);
  for (const Require &require : pattern.requirements)
    out += "  require " + print(*require.condition) + ", " + printString(require.message) + ";\n";
  if (pattern.keep)
    out += "  keep " + print(*pattern.keep) + ";\n";
  if (pattern.scale)
    out += "  scale = " + print(*pattern.scale) + ";\n";
  for (const ExprPtr &score : pattern.scores)
    out += "  score = " + print(*score) + ";\n";
  return out + "}\n";
}

std::string gaze::dsl::print(const Program &program) {
  std::string out;
  for (const Def &def : program.defs)
    out += print(def);
  for (const Pattern &pattern : program.patterns)
    out += (out.empty() ? "" : "\n") + print(pattern);
  return out;
}
