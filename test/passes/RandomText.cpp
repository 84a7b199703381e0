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
    names = {"w", "q", "k", "head", "batch", "seq_k"};
    text += "  let n = " + number("int", 2) + ";\n  let f = " + number("float", 2) + " + 0.5;\n";
    text += "  let b = " + boolean(2) + ";\n";
    names.push_back("n");
    knowsLets = true;
    return text + "  keep " + boolean(4) + ";\n}\n";
  }

private:
  int below(int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }

  std::string any(std::initializer_list<const char *> list) {
    return list.begin()[below(static_cast<int>(list.size()))];
  }

  std::string boolean(int depth) {
    if (depth <= 0)
      return below(2) ? "flag" : knowsLets && below(2) ? "b" : "(q >= k)";
    switch (below(9)) {
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
    switch (below(9)) {
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
    switch (below(8)) {
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
  std::vector<std::string> names;
  bool knowsLets = false;
};

} // namespace

std::string randomText(std::mt19937_64 &random) { return Writer(random).file(); }

} // namespace gaze::test
