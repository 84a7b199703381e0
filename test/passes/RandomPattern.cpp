//===- RandomPattern.cpp - Well-typed patterns that nobody would write -----------===//
//
// Values are made recursively, operands first, each as one line of IR. Sometimes
// an earlier value of the region is taken again, so that operands are equal.
//
//===----------------------------------------------------------------------===//
#include "RandomPattern.h"

#include <cstdio>
#include <cstring>
#include <limits>
#include <map>

namespace gaze::test {

const char *const randomPatternDefs = R"(
gaze.def @near(%x: i64) -> i1 {
  %q = gaze.coordinate q : i64
  %k = gaze.coordinate k : i64
  %0 = arith.subi %q, %k : i64
  %1 = math.absi %0 : i64
  %2 = arith.cmpi sle, %1, %x : i64
  gaze.yield %2 : i1
}
gaze.def @tilted(%x: f64) -> f64 {
  %q = gaze.coordinate q : i64
  %0 = arith.sitofp %q : i64 to f64
  %1 = arith.mulf %0, %x : f64
  gaze.yield %1 : f64
}
)";

template <typename T, size_t N> static T pick(const T (&list)[N], std::mt19937_64 &random) {
  return list[random() % N];
}

std::int64_t oddInt(std::mt19937_64 &random) {
  using Limits = std::numeric_limits<std::int64_t>;
  static const std::int64_t odd[] = {0,
                                     0,
                                     1,
                                     -1,
                                     2,
                                     3,
                                     -3,
                                     64,
                                     Limits::min(),
                                     Limits::min() + 1,
                                     Limits::max(),
                                     Limits::max() - 1,
                                     std::int64_t(1) << 40,
                                     -(std::int64_t(1) << 40),
                                     std::int64_t(1) << 62,
                                     3037000500};
  return random() % 2 ? pick(odd, random) : static_cast<std::int64_t>(random() % 41) - 20;
}

double oddFloat(std::mt19937_64 &random) {
  using Limits = std::numeric_limits<double>;
  static const double odd[] = {0.0,
                               -0.0,
                               1.0,
                               -1.0,
                               0.5,
                               2.0,
                               1e300,
                               -1e300,
                               1e-310,
                               Limits::infinity(),
                               -1e19,
                               9e18,
                               745.0,
                               0.05,
                               -Limits::infinity(),
                               Limits::quiet_NaN()};
  return random() % 2 ? pick(odd, random) : static_cast<double>(random() % 4001) / 100 - 20;
}

/// The inputs of random patterns; their sizes are the tensors' own.
static const char *const inputDeclarations = R"( inputs {
gaze.input @row : i64 "[seq_k]" {
  %0 = gaze.coordinate seq_k : i64
  gaze.sizes %0 : i64
}
gaze.input @grid : i64 "[heads, seq_k]" {
  %0 = gaze.coordinate heads : i64
  %1 = gaze.coordinate seq_k : i64
  gaze.sizes %0, %1 : i64, i64
}
gaze.input @bias : f64 "[batch, 8]" {
  %0 = gaze.coordinate batch : i64
  %1 = arith.constant 8 : i64
  gaze.sizes %0, %1 : i64, i64
}
gaze.input @mark : i1 "[seq_q]" {
  %0 = gaze.coordinate seq_q : i64
  gaze.sizes %0 : i64
}
})";

std::vector<Tensor> randomTensors(std::mt19937_64 &random) {
  std::vector<Tensor> tensors(4);
  auto size = [&] { return random() % 16 == 0 ? 0 : 1 + static_cast<std::int64_t>(random() % 24); };
  tensors[0].sizes = {size()};
  tensors[1].sizes = {size(), size()};
  tensors[2].sizes = {size(), size()};
  tensors[3].sizes = {size()};
  for (size_t i = 0; i < tensors.size(); ++i) {
    std::int64_t count = 1;
    for (std::int64_t extent : tensors[i].sizes)
      count *= extent;
    for (std::int64_t j = 0; j < count; ++j)
      tensors[i].elements.push_back(
          i == 2 ? Scalar{0, random() % 4 ? static_cast<double>(random() % 9) : oddFloat(random)}
          : i == 3
              ? Scalar{random() % 8 > 0, 0}
              : Scalar{random() % 32 ? static_cast<std::int64_t>(random() % 20) : oddInt(random),
                       0});
  }
  return tensors;
}

namespace {

class Writer {
public:
  Writer(Flavour flavour, std::mt19937_64 &random) : flavour(flavour), random(random) {}

  std::string pattern(const std::string &name) {
    std::string keep = value("i1", flavour == Flavour::Booleans ? 5 : 4);
    return "gaze.pattern @" + name + "(w: i64, p: f64, flag: i1)" +
           (flavour == Flavour::Booleans ? "" : inputDeclarations) + " keep {\n" + text +
           "gaze.yield " + keep + " : i1\n}\n";
  }

private:
  int below(int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }

  /// Writes `NAME = operation` and gives NAME.
  std::string define(const std::string &type, const std::string &operation) {
    std::string name = "%v" + std::to_string(count++);
    text += name + " = " + operation + "\n";
    earlier[type].push_back(name);
    return name;
  }

  std::string value(const std::string &type, int depth) {
    const std::vector<std::string> &known = earlier[type];
    if (!known.empty() && below(8) == 0)
      return known[random() % known.size()];
    if (type == "i1")
      return depth <= 0 ? boolLeaf() : boolean(depth);
    if (type == "i64")
      return depth <= 0 ? intLeaf() : integer(depth);
    return depth <= 0 ? floatLeaf() : real(depth);
  }

  std::string binary(const char *operation, const std::string &type, int depth) {
    std::string lhs = value(type, depth - 1), rhs = value(type, depth - 1);
    return define(type, operation + (" " + lhs + ", " + rhs + " : " + type));
  }

  std::string unary(const char *operation, const std::string &type, int depth) {
    return define(type, operation + (" " + value(type, depth - 1) + " : " + type));
  }

  std::string select(const std::string &type, int depth) {
    std::string condition = value("i1", depth - 1);
    std::string yes = value(type, depth - 1), no = value(type, depth - 1);
    return define(type, "arith.select " + condition + ", " + yes + ", " + no + " : " + type);
  }

  /// An element; its indices are often near what an index can be.
  std::string load(const std::string &type, const std::string &input, int axes, int depth) {
    std::string indices;
    for (int axis = 0; axis < axes; ++axis)
      indices += (axis ? ", " : "") + index(depth - 1);
    return define(type, "gaze.load @" + input + "[" + indices + "] : " + type);
  }

  std::string index(int depth) {
    std::string any = value("i64", depth);
    if (below(3) == 0)
      return any;
    std::string size = define("i64", "arith.constant " + std::to_string(1 + below(12)) + " : i64");
    return define("i64", "gaze.floormod " + any + ", " + size + " : i64");
  }

  std::string boolLeaf() {
    if (below(3) == 0)
      return define("i1", "gaze.parameter @flag : i1");
    if (flavour == Flavour::Booleans && below(2))
      return compareFloats(0);
    return compareInts(0);
  }

  std::string compareInts(int depth) {
    static const char *const predicates[] = {"eq", "ne", "slt", "sle", "sgt", "sge"};
    std::string lhs = value("i64", depth - 1), rhs = value("i64", depth - 1);
    return define("i1", std::string("arith.cmpi ") + pick(predicates, random) + ", " + lhs + ", " +
                            rhs + " : i64");
  }

  std::string compareFloats(int depth) {
    static const char *const predicates[] = {"oeq", "une", "olt", "ole", "ogt", "oge"};
    std::string lhs = value("f64", depth - 1), rhs = value("f64", depth - 1);
    return define("i1", std::string("arith.cmpf ") + pick(predicates, random) + ", " + lhs + ", " +
                            rhs + " : f64");
  }

  std::string boolean(int depth) {
    static const char *const logic[] = {"arith.andi", "arith.ori", "arith.xori"};
    static const int choices[] = {13, 9, 4};
    switch (below(choices[static_cast<int>(flavour)])) {
    case 0:
    case 1:
    case 2:
      return binary(pick(logic, random), "i1", depth);
    case 3: {
      std::string operand = value("i1", depth - 1);
      std::string yes = define("i1", "arith.constant true");
      return define("i1", "arith.xori " + operand + ", " + yes + " : i1");
    }
    case 4:
      return select("i1", depth);
    case 5:
      return where("i1", depth);
    case 6:
      return define("i1", "gaze.call @near(" + value("i64", depth - 1) + ") : (i64) -> i1");
    case 7:
      return compareInts(depth);
    case 8:
      return load("i1", "mark", 1, depth);
    case 9:
      return chance(depth);
    default:
      return compareFloats(depth);
    }
  }

  std::string chance(int depth) {
    std::string probability = value("f64", depth - 1), seed = value("i64", 0);
    std::string first = value("i64", depth - 1), second = value("i64", depth - 1);
    return define("i1", "gaze.chance " + probability + ", " + seed + ", (" + first + ", " + second +
                            ") : i1");
  }

  std::string where(const std::string &type, int depth) {
    std::string q = value("i64", depth - 1), given = value("i64", depth - 1);
    std::string outside = std::move(text);
    std::map<std::string, std::vector<std::string>> outsideValues = std::move(earlier);
    text.clear();
    earlier.clear();
    std::string argument = "%v" + std::to_string(count++);
    earlier["i64"] = {argument, argument};
    std::string inner = value(type, depth - 1);
    std::string body = std::move(text);
    text = std::move(outside);
    earlier = std::move(outsideValues);
    static const char *const names[] = {"q", "k", "head", "batch", "seq_k"};
    return define(type, std::string("gaze.where ") + pick(names, random) + " = " + q + " given (" +
                            argument + " = " + given + " : i64) -> " + type + " {\n" + body +
                            "gaze.yield " + inner + " : " + type + "\n}");
  }

  std::string intLeaf() {
    static const char *const coordinates[] = {"q", "k", "q", "k", "head", "batch", "seq_k"};
    if (flavour == Flavour::Booleans)
      return define("i64", below(2) ? "gaze.coordinate q : i64" : "gaze.parameter @w : i64");
    switch (below(4)) {
    case 0:
      return define("i64", "gaze.parameter @w : i64");
    case 1: {
      std::int64_t number =
          flavour == Flavour::Ints ? static_cast<std::int64_t>(below(13)) - 6 : oddInt(random);
      return define("i64", "arith.constant " + std::to_string(number) + " : i64");
    }
    default:
      return define("i64", std::string("gaze.coordinate ") + pick(coordinates, random) + " : i64");
    }
  }

  std::string integer(int depth) {
    static const char *const operations[] = {"arith.addi",    "arith.subi",    "arith.muli",
                                             "gaze.floordiv", "gaze.floormod", "arith.minsi",
                                             "arith.maxsi"};
    switch (below(flavour == Flavour::Ints ? 12 : 13)) {
    case 7:
      return unary("math.absi", "i64", depth);
    case 8:
      return select("i64", depth);
    case 9:
      return below(2) ? where("i64", depth) : intLeaf();
    case 10:
      return load("i64", "row", 1, depth);
    case 11:
      return load("i64", "grid", 2, depth);
    case 12:
      return define("i64", "gaze.float_to_int " + value("f64", depth - 1) + " : f64 to i64");
    default:
      return binary(pick(operations, random), "i64", depth);
    }
  }

  std::string floatLeaf() {
    if (flavour == Flavour::Booleans && below(2))
      return define("f64", "arith.sitofp " + intLeaf() + " : i64 to f64");
    if (flavour == Flavour::Booleans || below(3) == 0)
      return define("f64", "gaze.parameter @p : f64");
    double number = oddFloat(random);
    std::uint64_t bits;
    std::memcpy(&bits, &number, sizeof bits);
    char literal[32];
    std::snprintf(literal, sizeof literal, "0x%016llX", static_cast<unsigned long long>(bits));
    return define("f64", std::string("arith.constant ") + literal + " : f64");
  }

  std::string real(int depth) {
    static const char *const binaries[] = {"arith.addf", "arith.subf",     "arith.mulf",
                                           "arith.divf", "arith.minimumf", "arith.maximumf"};
    static const char *const unaries[] = {"arith.negf", "math.absf", "math.floor", "math.sqrt",
                                          "math.exp",   "math.exp2", "math.log",   "math.log2",
                                          "math.tanh",  "math.sin",  "math.cos"};
    switch (below(9)) {
    case 0:
    case 1:
      return define("f64", "arith.sitofp " + value("i64", depth - 1) + " : i64 to f64");
    case 2:
      return unary(pick(unaries, random), "f64", depth);
    case 3:
      return select("f64", depth);
    case 4:
      return define("f64", "gaze.call @tilted(" + value("f64", depth - 1) + ") : (f64) -> f64");
    case 5:
      return where("f64", depth);
    case 6:
      return load("f64", "bias", 2, depth);
    default:
      return binary(pick(binaries, random), "f64", depth);
    }
  }

  Flavour flavour;
  std::mt19937_64 &random;
  std::string text;
  std::map<std::string, std::vector<std::string>> earlier;
  int count = 0;
};

} // namespace

std::string randomPattern(const std::string &name, Flavour flavour, std::mt19937_64 &random) {
  return Writer(flavour, random).pattern(name);
}

} // namespace gaze::test
