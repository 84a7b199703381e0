//===- RandomText.cpp - Well-typed pattern files that nobody would write ---------===//
#include "RandomText.h"

#include <vector>

namespace gaze::test {

namespace {

class Writer {
public:
  explicit Writer(std::mt19937_64 &random) : random(random) {}

  std::string file() {
    std::string text = "def near(x) = abs(q - k) <= x;\n"
                       "def tilted(x) = (x * q) where x = x + 1;\n"
                       "def both(x, y) = (x + y where q = q + 1) - k;\n"
                       "pattern random(w: int, p: float, flag: bool) {\n";
    for (Input &input : inputs)
      text += declaration(input);
    names = {"w", "q", "k", "head", "batch", "seq_k"};
    text += "  let n = " + number("int", 2) + ";\n  let f = " + number("float", 2) + " + 0.5;\n";
    text += "  let b = " + boolean(2) + ";\n";
    names.push_back("n");
    knowsLets = true;
    text += "  keep " + boolean(4) + ";\n";
    if (below(2))
      text += "  score = score + clamp(" + real(2) + ", -8, 8.0);\n"; // float32 holds it
    if (below(4) == 0)
      text +=
          "  score = " + any({"score * 0.5", "min(score, 1)"}) + " - " + element("bias", 2) + ";\n";
    if (below(8) == 0) {
      names = {"w", "q", "head", "batch", "seq_k"};
      knowsLets = false;
      text += "  scale = " + element("bias", 0) + ";\n";
    }
    return text + "}\n";
  }

private:
  struct Input {
    const char *name, *type;
    std::vector<std::string> axes;
  };

  std::string declaration(Input &input) {
    std::string axes;
    for (int rank = 1 + below(3); rank > 0; --rank) {
      input.axes.push_back(any({"batch", "heads", "seq_q", "seq_k", "seq_k", "7", "w % 5 + 2"}));
      axes += (axes.empty() ? "" : ", ") + input.axes.back();
    }
    return std::string("  input ") + input.name + ": " + input.type + "[" + axes + "];\n";
  }

  /// Mostly an index that fits its axis, sometimes guarded, sometimes anything.
  std::string element(const std::string &name, int depth) {
    std::string indices, guards;
    const Input &input = name == "table" ? inputs[0] : name == "bias" ? inputs[1] : inputs[2];
    for (const std::string &axis : input.axes) {
      std::string index = fitting(axis, depth);
      if (below(8) == 0) {
        index = integer(depth);
        if (below(3))
          guards += std::string(guards.empty() ? "" : " and ") + "0 <= " + index + " < " + axis;
      }
      indices += (indices.empty() ? "" : ", ") + index;
    }
    std::string read = name + "[" + indices + "]";
    if (guards.empty())
      return read;
    if (name == "mark")
      return below(2) ? "((" + guards + ") and " + read + ")"
                      : "(not (" + guards + ") or " + read + ")";
    return "(if " + guards + " then " + read + " else " + (name == "bias" ? "0.5" : "3") + ")";
  }

  std::string fitting(const std::string &axis, int depth) {
    if (axis == "batch")
      return "batch";
    if (axis == "heads" && below(2))
      return "head";
    if (axis == "seq_k" && knowsLets && below(2))
      return "k";
    return below(2) ? "(" + integer(depth - 1) + " % " + (axis[0] == 'w' ? "2" : axis) + ")"
                    : "clamp(" + integer(depth - 1) + ", 0, " +
                          (axis[0] == 'w' ? "1" : axis + " - 1") + ")";
  }

  int below(int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }

  std::string any(std::initializer_list<const char *> list) {
    return list.begin()[below(static_cast<int>(list.size()))];
  }

  std::string boolean(int depth) {
    if (depth <= 0)
      return below(2) ? "flag" : knowsLets && below(2) ? "b" : "(q >= k)";
    switch (below(10)) {
    case 9:
      return element("mark", depth - 1);
    case 0:
      return "(" + boolean(depth - 1) + " and " + boolean(depth - 1) + ")";
    case 1:
      return "(" + boolean(depth - 1) + " or " + boolean(depth - 1) + ")";
    case 2:
      return "(not " + boolean(depth - 1) + ")";
    case 3:
      return "(if " + boolean(depth - 1) + " then " + boolean(depth - 1) + " else " +
             boolean(depth - 1) + ")";
    case 4:
      return where(boolean(depth - 1), depth);
    case 5:
      return "near(" + number(any({"int", "float"}), depth - 1) + ")";
    case 6:
      return "chance(" + number("float", depth - 1) + ", " + number("int", 0) + ", " +
             number("int", depth - 1) + ", k)";
    case 7:
      return "(" + number("int", depth - 1) + " " + any({"<", "<=", "=="}) + " " +
             number(any({"int", "float"}), depth - 1) + " " + any({"<", "!=", ">="}) + " " +
             number("int", depth - 1) + ")";
    default:
      return "(" + number(any({"int", "float"}), depth - 1) + " " +
             any({"<", "<=", "==", "!=", ">", ">="}) + " " + number("int", depth - 1) + ")";
    }
  }

  std::string where(const std::string &inside, int depth) {
    switch (below(5)) {
    case 0:
      return "(" + inside + " where q = " + number("int", depth - 1) + ")";
    case 1:
      return "(" + inside + " where q = k, k = " + number("int", depth - 1) + ")";
    case 2:
      return "(" + inside + " where w = " + number("int", depth - 1) + ", head = q)";
    case 3:
      return "(" + inside + " where p = " + number(any({"int", "float"}), depth - 1) + ")";
    default:
      if (!knowsLets)
        return "(" + inside + " where flag = " + boolean(depth - 1) + ")";
      return "(" + inside + " where f = " + number(any({"int", "float"}), depth - 1) +
             ", n = " + number("int", depth - 1) + ")";
    }
  }

  std::string number(const std::string &type, int depth) {
    return type == "int" ? integer(depth) : real(depth);
  }

  std::string integer(int depth) {
    if (depth <= 0)
      return below(3) == 0 ? std::to_string(1 + below(70))
                           : names[static_cast<size_t>(below(static_cast<int>(names.size())))];
    switch (below(10)) {
    case 9:
      return element("table", depth - 1);
    case 0:
      return any({"min", "max"}) + "(" + integer(depth - 1) + ", " + integer(depth - 1) + ", " +
             integer(0) + ")";
    case 1:
      return "abs(" + integer(depth - 1) + ")";
    case 2:
      return "floor(" + number(any({"int", "float"}), depth - 1) + ")";
    case 3:
      return "(-" + integer(depth - 1) + ")";
    case 4:
      return where(integer(depth - 1), depth);
    case 5:
      return "(if " + boolean(depth - 1) + " then " + integer(depth - 1) + " else " +
             integer(depth - 1) + ")";
    case 6:
      return "both(" + integer(depth - 1) + ", " + integer(depth - 1) + ")";
    default:
      return "(" + integer(depth - 1) + any({" + ", " - ", " * ", " / ", " % "}) +
             integer(depth - 1) + ")";
    }
  }

  std::string real(int depth) {
    if (depth <= 0)
      return below(2) ? any({"0.5", "2.0", "1e300", "0.05"}) : knowsLets && below(2) ? "f" : "p";
    switch (below(9)) {
    case 8:
      return element("bias", depth - 1);
    case 0:
      return any({"sqrt", "exp", "exp2", "log", "log2", "tanh", "sin", "cos"}) + "(" +
             number(any({"int", "float"}), depth - 1) + ")";
    case 1:
      return "clamp(" + real(depth - 1) + ", " + integer(depth - 1) + ", " + real(0) + ")";
    case 2:
      return "abs(-" + real(depth - 1) + ")";
    case 3:
      return where(real(depth - 1), depth);
    case 4:
      return "(if " + boolean(depth - 1) + " then " + integer(depth - 1) + " else " +
             real(depth - 1) + ")";
    case 5:
      return "tilted(" + real(depth - 1) + ")";
    default:
      return "(" + real(depth - 1) + any({" + ", " - ", " * ", " / ", " % "}) +
             number(any({"int", "float"}), depth - 1) + ")";
    }
  }

  std::mt19937_64 &random;
  Input inputs[3] = {{"table", "int", {}}, {"bias", "float", {}}, {"mark", "bool", {}}};
  std::vector<std::string> names;
  bool knowsLets = false;
};

} // namespace

std::string randomText(std::mt19937_64 &random) { return Writer(random).file(); }

} // namespace gaze::test
