//===- RandomText.cpp - Well-typed pattern files that nobody would write ---------===//
#include "RandomText.h"

#include <utility>
#include <vector>

namespace gaze::test {

namespace {

class Writer {
public:
  Writer(Purpose purpose, std::mt19937_64 &random)
      : random(random), isForRunning(purpose != Purpose::Evaluating),
        selects(purpose == Purpose::Running) {}

  std::string file() {
    std::string text = isForRunning ? "import \"std\";\n" : "";
    text += "def near(x) = abs(q - k) <= x;\n"
            "def tilted(x) = (x * q) where x = x + 1;\n"
            "def both(x, y) = (x + y where q = q + 1) - k;\n";
    for (const char *type : {"bool", "int"})
      text += definition(type);
    names = {"w", "q", "k", "head", "batch", "seq_k"};
    text += "pattern random(" + parameters() + ") {\n";
    for (Input &input : inputs)
      text += declaration(input);
    readsInputs = true;
    if (isForRunning && below(4) == 0)
      text += requirement();
    text += "  let n = " + number("int", 2) + ";\n  let f = " + number("float", 2) + " + 0.5;\n";
    text += "  let b = " + boolean(2) + ";\n";
    names.push_back("n");
    knowsLets = true;
    if (!isForRunning || below(16))
      text += "  keep " +
              (isForRunning && below(2)   ? inParts()
               : isForRunning && below(3) ? terms(below(4))
                                          : boolean(4)) +
              ";\n";
    if (below(2))
      text += "  score = score + clamp(" + real(2) + ", -8, 8.0);\n"; // float32 holds it
    while (below(3) == 0)
      text += "  score = " + score() + ";\n";
    if (below(16) == 0) // last: its rounding is that of a score of 1000, however small that becomes
      text += "  score = score + 1e3;\n";
    if (below(8) == 0)
      text += scale();
    return text + "}\n";
  }

private:
  struct Input {
    const char *name, *type;
    std::vector<std::string> axes;
  };

  /// Of the parameters w, p and flag.
  std::string parameters() {
    const auto withDefault = [&](const std::string &parameter, const std::string &value) {
      return parameter + (below(2) ? " = " + value : "");
    };
    return withDefault("w: int", any({"3", "-8", "9223372036854775807", "0"})) + ", " +
           withDefault("p: float", any({"0.5", "-2", "1e300", "0.0"})) + ", " +
           withDefault("flag: bool", any({"true", "false"}));
  }

  /// A def of one parameter x, whose calls have the type.
  std::string definition(const std::string &type) {
    names = {"x", "q", "k", "head", "batch", "seq_k"};
    isInDef = true;
    const std::string body = type == "bool" ? boolean(3) : integer(3);
    isInDef = false;
    return "def " + type + "_of(x) = " + body + ";\n";
  }

  /// Reads what is known before anything runs.
  std::string requirement() {
    return std::string("  require ") +
           any({"w < 64 or seq_q <= seq_k", "p == p and not (flag and w == 2)", "seq_k % 7 != w",
                "0 <= abs(w) % heads <= seq_q != head_dim", "chance(0.9, w, seq_k)"}) +
           ", \"no such \\\"shape\\\"\";\n";
  }

  /// Terms of the kinds that have an order of their own, beside others.
  std::string terms(int depth) {
    if (depth > 0 && below(4)) {
      switch (below(8)) {
      case 0:
        return "(not " + terms(depth - 1) + ")";
      case 1:
        return "(if " + term() + " then " + terms(depth - 1) + " else " + terms(depth - 1) + ")";
      case 2:
        return "(" + terms(depth - 1) + " where w = w + 1)";
      default:
        return "(" + terms(depth - 1) + any({" and ", " or ", " or "}) + terms(depth - 1) + ")";
      }
    }
    return term();
  }

  /// With terms that have orders of their own beside others.
  std::string inParts() {
    std::string text = any({"", "k <= q and "}) + ("(" + terms(1));
    do
      text += " or " + term(below(3) ? 0 : 2);
    while (below(3) == 0);
    return text + ")";
  }

  std::string term() { return term(below(14)); }

  std::string term(int which) {
    const auto count = [&](int least, int most) {
      return std::to_string(least + below(most - least + 1));
    };
    switch (which) {
    case 0:
      return "(q - k) % " + count(1, 20) + " == " + count(0, 3);
    case 1:
      return "q % (abs(w) % 9 + 1) == (k + " + count(0, 9) + ") % (abs(w) % 9 + 1)";
    case 2:
      return "k % " + count(5, 40) + " < " + count(1, 4);
    case 3:
      return "abs(q - k - " + count(0, 30) + ") < " + count(1, 60);
    case 4:
      return "chance(0.1, w, k" + std::string(any({"", ", head", ", q / 16"})) + ")";
    case 5:
    case 6:
      return "k <= q";
    case 7:
      return any({"causal", "local(20, 5)", "window(w)", "globals(3)", "blocks(16)",
                  "dilated(left = 40, right = 0, step = 4)", "power_of_two_before",
                  "neighbours(length = seq_k, count = 9)", "sinks(count = 2)"});
    case 8:
    case 9:
      if (!selects)
        return "k <= q";
      return "top_blocks(" + std::string(any({"1", "2", "abs(w) % 4", "seq_k / 20"})) + ", " +
             any({"1", "4", "5", "16", "abs(w) % 9 + 1"}) +
             ", by = " + any({"mean", "minmax", "first"}) +
             any({"", ", share = 1", ", share = 8", ", share = 1000"}) + ")";
    case 10:
      return "head " + std::string(any({"==", "<", "!="})) + " 1";
    default:
      return boolean(2);
    }
  }

  /// Of the score so far. Small changes of it stay small.
  std::string score() {
    switch (below(12)) {
    case 0:
      return "score * 0.5";
    case 1:
      return "min(score, 1)";
    case 2:
      return "4.0 * tanh(score / 4)";
    case 3:
      return "if score < 0 then score / 4 else score";
    case 4:
      return "(if " + boolean(2) + " then score else score - 1)";
    case 5:
      return std::string(any({"sin", "cos", "abs"})) + "(score)";
    case 6:
      return "exp(min(score, 1)) - log(1 + abs(score)) / sqrt(2 + score * score)";
    case 7:
      return "score - exp2(-1.0 * head) * abs(q - k) / 8";
    case 8:
      return "if " + boolean(2) + " then log(0.0) else score"; // as if it were not kept
    case 9:
      return "(score + 0.25 * n where q = k, n = " + integer(1) + " % 16)";
    case 10:
      return "clamp(-score, -3, high = 3.0)";
    default:
      return std::string(any({"score * 0.5", "min(score, 1)"})) + " - " + element("bias", 2);
    }
  }

  std::string scale() {
    const std::vector<std::string> outside = std::exchange(names, {"w", "q", "head", "batch"});
    knowsLets = false;
    readsKeys = false;
    const std::string value =
        below(2) ? element("bias", 0) : "clamp(" + real(2) + ", " + real(0) + ", 1) % 2.0";
    names = outside;
    return "  scale = " + value + ";\n";
  }

  std::string declaration(Input &input) {
    std::string axes;
    int lengths = 0; // at most two, for tensors are to be small
    for (int rank = isForRunning && below(16) == 0 ? 6 : 1 + below(3); rank > 0; --rank) {
      std::string axis = any({"batch", "heads", "seq_q", "seq_k", "seq_k", "7", "w % 5 + 2"});
      if (lengths == 2 || (lengths + rank > 3 && !input.axes.empty()))
        axis = any({"batch", "heads", "2"});
      lengths += axis.rfind("seq", 0) == 0;
      input.axes.push_back(axis);
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
    if (depth <= 0) {
      const char *known = isInDef ? "true" : "flag";
      return below(2) ? known : knowsLets && below(2) ? "b" : readsKeys ? "(q >= k)" : "(q >= 9)";
    }
    switch (below(14)) {
    case 13: {
      const std::string zero = divisor(), use = integer(depth - 1) + any({" / ", " % "}) + zero;
      const std::string is = "(" + use + " < " + integer(0) + ")";
      return below(4) ? "(" + zero + " != 0 and " + is + ")" : "(" + is + " or " + zero + " == 0)";
    }
    case 12: {
      const std::string op = any({" and ", " or "}), a = boolean(depth - 1), b = boolean(depth - 1);
      const std::string mirrored = "(" + b + op + a + ")";
      return "((" + a + op + b + ")" + any({" == ", " != "}) +
             (below(2) ? mirrored
                       : "(if " + boolean(0) + " then " + mirrored + " else " + a + ")") +
             ")";
    }
    case 11:
      if (!isInDef && readsKeys)
        return "bool_of(" + std::string(any({"", "x = "})) + integer(depth - 1) + ")";
      [[fallthrough]];
    case 10:
      return "(" + boolean(depth - 1) + any({" == ", " != "}) + boolean(depth - 1) + ")";
    case 9:
      if (readsInputs)
        return element("mark", depth - 1);
      [[fallthrough]];
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
      if (readsKeys)
        return "near(" + number(any({"int", "float"}), depth - 1) + ")";
      [[fallthrough]];
    case 6:
      return "chance(" + number("float", depth - 1) + ", " + number("int", 0) + ", " +
             number("int", depth - 1) + (readsKeys ? ", k)" : ", q)");
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
    if (isInDef || !readsKeys)
      return "(" + inside + " where q = " + number("int", depth - 1) + ", seq_k = head_dim)";
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

  /// A literal or a name.
  std::string intLeaf() {
    if (below(32) == 0)
      return any({"9223372036854775807", "(-9223372036854775808)", "4611686018427387904",
                  "(-4294967296)", "3037000500", "(head - head)", "seq_q", "heads", "head_dim"});
    return below(3) == 0 ? std::to_string(1 + below(70))
                         : names[static_cast<size_t>(below(static_cast<int>(names.size())))];
  }

  /// Known before anything runs, and 0 at times.
  std::string divisor() {
    return any(
        {isInDef ? "x" : "w", isInDef ? "(x - 2)" : "(w - 2)", "(seq_q % 3)", "(seq_k / 8)"});
  }

  std::string integer(int depth) {
    if (depth <= 0)
      return intLeaf();
    if (below(16) == 0)
      return "(" + integer(depth - 1) + any({" / ", " % "}) + divisor() + ")";
    switch (below(11)) {
    case 10:
      return isInDef || !readsKeys ? intLeaf() : "int_of(" + integer(depth - 1) + ")";
    case 9:
      if (readsInputs)
        return element("table", depth - 1);
      [[fallthrough]];
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
      if (readsKeys)
        return "both(" + integer(depth - 1) + ", " + any({"", "y = "}) + integer(depth - 1) + ")";
      [[fallthrough]];
    default:
      return "(" + integer(depth - 1) + any({" + ", " - ", " * ", " / ", " % "}) +
             integer(depth - 1) + ")";
    }
  }

  std::string real(int depth) {
    if (depth <= 0)
      return isInDef || below(2)
                 ? any({"0.5", "2.0", "1e300", "0.05", "1e-310", "(-0.0)", "16777217.0"})
             : knowsLets && below(2) ? "f"
                                     : "p";
    switch (below(9)) {
    case 8:
      if (readsInputs)
        return element("bias", depth - 1);
      [[fallthrough]];
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
  const bool isForRunning, selects;
  bool knowsLets = false, readsInputs = false, readsKeys = true, isInDef = false;
};

} // namespace

std::string randomText(std::mt19937_64 &random, Purpose purpose) {
  return Writer(purpose, random).file();
}

} // namespace gaze::test
