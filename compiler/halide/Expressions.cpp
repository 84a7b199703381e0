//===- Expressions.cpp - Kernel functions as Halide expressions ---------------===//
//
// Every operation becomes a let: Halide's expressions are trees to many of its
// passes, and a value that is read twice at each of thirty levels would be
// visited 2^30 times.
//
// Three things need care, because Halide's own operators mean something else:
//
// * Halide may assume that int32 and int64 arithmetic does not overflow; Gaze's
//   ints wrap around. So sums, differences, products and comparisons go through
//   uint64, but where the values are known to be small: coordinates lie within
//   +-2^40 (the runtime checks it), constants are known, parameters are not.
// * Halide's integer division is Euclidean and slow in vectors (there is no SIMD
//   instruction for it). Where the dividend is known to lie within +-2^51, floor
//   of the float64 quotient is exact for every divisor but 0: a quotient that is
//   not an integer is at least 1 / |b| away from the next one, which is more than
//   half a unit in its last place; and a divisor that float64 rounds is so large
//   that the quotient lies within (-1, 1).
// * Halide compiles float arithmetic with flags that assume away NaN and
//   infinities and allow fused multiply-add. float64 values decide which pairs
//   are kept and must have the interpreter's very bits, and an additive mask of
//   -inf is a legal score, so all of a pattern's own arithmetic is strict.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/Expressions.h"

#include <cmath>
#include <limits>

using Halide::cast;
using Halide::Expr;
using Halide::Float;
using Halide::Int;
using Halide::reinterpret;
using Halide::select;
using Halide::strict_float;
using Halide::UInt;

namespace gaze {
namespace {

HalideExtern_1(double, exp2, double);
HalideExtern_1(double, log2, double);

constexpr std::uint32_t minusInfinityBits = 0xff800000u;
constexpr double coordinateLimit = 1099511627776.0;       // 2^40
constexpr double exactQuotientLimit = 2251799813685248.0; // 2^51
constexpr double noOverflowLimit = 4611686018427387904.0; // 2^62

/// A value and how large it can be in magnitude (ints only).
struct Translated {
  Expr expr;
  double magnitude = std::numeric_limits<double>::infinity();
  Expr narrow = {}; ///< the same number as float32, where a float64 was loaded as one
};

Expr wrapping(Op op, const Expr &a, const Expr &b) {
  const Expr x = reinterpret(UInt(64), a);
  const Expr y = reinterpret(UInt(64), b);
  const Expr result = op == Op::Add ? x + y : op == Op::Subtract ? x - y : x * y;
  return reinterpret(Int(64), result);
}

/// An integral float64 within +-2^51 as int64: adding 1.5 * 2^52 leaves it in the low
/// bits. Not a cast, which Halide would fold with a later cast to uint64 into one
/// from float to uint64, wrong below 0; and AVX2 has no such instruction.
Expr smallFloatToInt(const Expr &x) {
  const Expr magic = Halide::Internal::make_const(Float(64), 0x1.8p52);
  return reinterpret(Int(64), strict_float(x + magic)) - reinterpret(Int(64), magic);
}

/// a / b, strict. Halide refuses to divide by a constant 0, also by one that its own
/// simplifier finds, so dividing by 0 is multiplying by an infinity of its sign.
Expr divideFloats(const Expr &a, const Expr &b) {
  const Halide::Type type = a.type(), bits = UInt(type.bits());
  const Expr zero = Halide::Internal::make_zero(type), one = Halide::Internal::make_one(type);
  const Expr sign = reinterpret(bits, b) & (Halide::Internal::make_one(bits) << (type.bits() - 1));
  const Expr infinity = reinterpret(bits, Halide::Internal::make_const(type, HUGE_VAL));
  const Expr isZero = strict_float(b == zero);
  return select(isZero, strict_float(a * reinterpret(type, infinity | sign)),
                strict_float(a / select(isZero, one, b)));
}

Expr floorDivide(const Translated &a, const Translated &b) {
  Expr zero = Halide::Internal::make_zero(Int(64));
  if (Halide::Internal::is_const_zero(b.expr))
    return zero;
  if (a.magnitude <= exactQuotientLimit) {
    const Expr divisor = select(b.expr == zero, Halide::Internal::make_one(Int(64)), b.expr);
    const Expr quotient = strict_float(cast(Float(64), a.expr) / cast(Float(64), divisor));
    return select(b.expr == zero, zero, smallFloatToInt(strict_float(Halide::floor(quotient))));
  }
  // Halide's quotient leaves a remainder that is never negative; a negative divisor
  // wants one that is never positive. -2^63 / -1 wraps. Of int64, -1 and 2^63 - 1 would be
  // subtracted to compare them.
  const Expr isMinusOne = reinterpret(UInt(64), b.expr) == UInt(64).max();
  const Expr divisor =
      select(b.expr == zero || isMinusOne, Halide::Internal::make_one(Int(64)), b.expr);
  const Expr euclidean = a.expr / divisor;
  const Expr remainder = a.expr % divisor;
  const Expr floored = select(divisor < 0 && remainder != 0, euclidean - 1, euclidean);
  return select(b.expr == zero, zero,
                select(isMinusOne, wrapping(Op::Subtract, zero, a.expr), floored));
}

Expr floorModulo(const Translated &a, const Translated &b) {
  const Expr zero = Halide::Internal::make_zero(Int(64));
  const Expr product = wrapping(Op::Multiply, b.expr, floorDivide(a, b));
  return select(b.expr == zero, zero, wrapping(Op::Subtract, a.expr, product));
}

Expr mix(const Expr &h) {
  const auto constant = [](std::uint64_t bits) {
    return Halide::Internal::make_const(UInt(64), bits);
  };
  Expr z = h + constant(0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * constant(0xbf58476d1ce4e5b9u);
  z = (z ^ (z >> 27)) * constant(0x94d049bb133111ebu);
  return z ^ (z >> 31);
}

Expr chance(const std::vector<Expr> &operands) {
  Expr h = mix(reinterpret(UInt(64), operands[1]));
  for (std::size_t i = 2; i < operands.size(); ++i)
    h = mix(h ^ reinterpret(UInt(64), operands[i]));
  const Expr uniform = cast(Float(64), h >> 11) * Halide::Internal::make_const(Float(64), 0x1p-53);
  return strict_float(uniform < operands[0]);
}

/// Saturating, towards zero, NaN to 0. Only strict < sees NaN on x86.
Expr floatToInt(const Expr &x) {
  const Expr wide = x.type() == Float(64) ? x : widen(x);
  const Expr limit = Halide::Internal::make_const(Float(64), 0x1p63);
  const Expr zero = Halide::Internal::make_zero(Int(64));
  const Expr isBelow = strict_float(wide < -limit), isInReach = strict_float(wide < limit);
  const Expr isInside = isInReach && !isBelow;
  const Expr safe = select(isInside, wide, Halide::Internal::make_zero(Float(64)));
  const Expr beyond = select(isBelow, Int(64).min(),
                             select(isInReach || Halide::is_nan(wide), zero, Int(64).max()));
  return select(isInside, cast(Int(64), safe), beyond);
}

/// The rational approximation of Eigen (generic_fast_tanh_float): odd over even
/// polynomial on the range where tanh is not yet 1 in float32; 2 ulp.
Expr tanhFloat(const Expr &x) {
  const float bound = 7.90531110763549805f;
  const Expr above = select(strict_float(x > bound), bound, x);
  const Expr y = select(strict_float(above < -bound), -bound, above);
  const Expr y2 = y * y;
  Expr p = y2 * -2.76076847742355e-16f + 2.00018790482477e-13f;
  p = y2 * p + -8.60467152213735e-11f;
  p = y2 * p + 5.12229709037114e-08f;
  p = y2 * p + 1.48572235717979e-05f;
  p = y2 * p + 6.37261928875436e-04f;
  p = y2 * p + 4.89352455891786e-03f;
  Expr q = y2 * 1.19825839466702e-06f + 1.18534705686654e-04f;
  q = y2 * q + 2.26843463243900e-03f;
  q = y2 * q + 4.89352518554385e-03f;
  return y * p / q;
}

Expr mathematical(Op op, const Expr &x) {
  if (x.type() == Float(64)) {
    switch (op) {
    case Op::SquareRoot:
      return strict_float(Halide::sqrt(x));
    case Op::Exp:
      return strict_float(Halide::exp(x));
    case Op::Exp2:
      return exp2(x);
    case Op::Log:
      return strict_float(Halide::log(x));
    case Op::Log2:
      return log2(x);
    case Op::Tanh:
      return strict_float(Halide::tanh(x));
    case Op::Sin:
      return strict_float(Halide::sin(x));
    default:
      return strict_float(Halide::cos(x));
    }
  }
  if (op == Op::Tanh)
    return tanhFloat(x);
  if (op == Op::SquareRoot)
    return strict_float(Halide::sqrt(x));
  // Rare in scores: through float64, which keeps NaN, infinities and accuracy.
  return cast(Float(32), mathematical(op, cast(Float(64), x)));
}

/// A float32 may come from sums that Halide marks as never NaN: only its bits tell.
Expr isNaN(const Expr &x) {
  return x.type() == Float(32) ? isNotANumber(x) : strict_float(Halide::is_nan(x));
}

/// Halide takes -0.0 and 0.0 for one constant and keeps that which it meets first; bits differ.
Expr real(const Halide::Type &type, double value) {
  if (value != 0 || !std::signbit(value))
    return Halide::Internal::make_const(type, value);
  const Halide::Type bits = UInt(type.bits());
  return reinterpret(type, Halide::Internal::make_const(bits, 1) << (type.bits() - 1));
}

/// |x|. Halide's may be -0, and Halide takes it for no NaN.
Expr withoutSign(const Expr &x) {
  const Halide::Type bits = UInt(x.type().bits());
  const Expr sign = Halide::Internal::make_const(bits, 1) << (bits.bits() - 1);
  return reinterpret(x.type(), reinterpret(bits, x) & ~sign);
}

bool isNonZero(const Expr &x) {
  const auto constant = Halide::Internal::as_const_float(x);
  return constant && *constant != 0;
}

/// As uint64 in the same order.
Expr biased(const Expr &a) {
  return reinterpret(UInt(64), a) ^ Halide::Internal::make_const(UInt(64), std::uint64_t{1} << 63);
}

Expr unbiased(const Expr &a) {
  return reinterpret(Int(64), a ^ Halide::Internal::make_const(UInt(64), std::uint64_t{1} << 63));
}

/// Halide turns x - y <= z into x <= z + y, and max(x + y, z) into max(x, z - y) + y, which may
/// overflow where z is large; it does not with unsigned numbers, and LLVM undoes the bias.
bool areSmall(const Translated &a, const Translated &b) {
  return a.magnitude < noOverflowLimit && b.magnitude < noOverflowLimit;
}

Expr leastOrGreatest(Op op, const Expr &a, const Expr &b) {
  return op == Op::Minimum ? Halide::min(a, b) : Halide::max(a, b);
}

Expr minimumOrMaximum(Op op, const Translated &first, const Translated &second) {
  const Expr &a = first.expr, &b = second.expr;
  if (a.type().is_int())
    return areSmall(first, second) ? leastOrGreatest(op, a, b)
                                   : unbiased(leastOrGreatest(op, biased(a), biased(b)));
  const Expr aWins = op == Op::Minimum ? strict_float(a < b) : strict_float(b < a);
  Expr winner = select(isNaN(a) || aWins, a, b); // b is NaN: the comparison is false, b
  if (isNonZero(a) || isNonZero(b))
    return winner;
  // Equal numbers differ in the sign of 0 at most.
  const Halide::Type bits = UInt(a.type().bits());
  const Expr x = reinterpret(bits, a), y = reinterpret(bits, b);
  const Expr equal = reinterpret(a.type(), op == Op::Minimum ? x | y : x & y);
  return select(strict_float(a == b), equal, winner);
}

/// Floats, with < and == alone: on x86 Halide 21 computes a <= b as !(a > b) even under
/// strict_float, which is true for NaN.
Expr compareFloats(Op op, const Expr &a, const Expr &b) {
  switch (op) {
  case Op::Equal:
    // Halide folds x == x to true.
    return a.same_as(b) ? !isNaN(a) : strict_float(a == b);
  case Op::NotEqual:
    return !compareFloats(Op::Equal, a, b); // NaN differs from everything
  case Op::Less:
    return strict_float(a < b);
  case Op::LessEqual:
    return strict_float(a < b) || strict_float(a == b);
  case Op::Greater:
    return compareFloats(Op::Less, b, a);
  default:
    return compareFloats(Op::LessEqual, b, a);
  }
}

Expr compareInts(Op op, const Expr &a, const Expr &b) {
  switch (op) {
  case Op::Equal:
    return a == b;
  case Op::NotEqual:
    return a != b;
  case Op::Less:
    return a < b;
  case Op::LessEqual:
    return a <= b;
  case Op::Greater:
    return b < a;
  default:
    return b <= a;
  }
}

Expr comparison(Op op, const Translated &a, const Translated &b) {
  if (a.expr.type().is_float())
    return compareFloats(op, a.expr, b.expr);
  return areSmall(a, b) ? compareInts(op, a.expr, b.expr)
                        : compareInts(op, biased(a.expr), biased(b.expr));
}

Expr arithmetic(Op op, const Expr &a, const Expr &b) {
  if (op == Op::Divide)
    return divideFloats(a, b);
  const Expr result = op == Op::Add ? a + b : op == Op::Subtract ? a - b : a * b;
  return a.type().is_float() ? strict_float(result) : result;
}

class Translator {
public:
  explicit Translator(const Environment &environment) : environment(environment) {}

  Translated translate(const Node &node, const std::vector<Translated> &values) {
    Translated result;
    result.expr = expression(node, values);
    if (node.op == Op::Load && node.type == ValueType::F64) {
      result.narrow = result.expr;
      result.expr = widen(result.narrow);
    }
    if (node.type == ValueType::I64)
      result.magnitude = magnitude(node, values);
    return result;
  }

private:
  const Environment &environment;

  Expr expression(const Node &node, const std::vector<Translated> &values) {
    std::vector<Expr> in;
    for (const int operand : node.operands)
      in.push_back(values[operand].expr);
    switch (node.op) {
    case Op::Constant:
      return constant(node);
    case Op::Coordinate:
      return environment.coordinates[node.integer];
    case Op::Low:
      return environment.low[node.integer];
    case Op::High:
      return environment.high[node.integer];
    case Op::Parameter:
      return environment.parameters[node.integer];
    case Op::Score:
      return environment.score;
    case Op::Load:
      return loadElement(environment.inputs[node.integer], environment.buffers, in);
    case Op::InputSize:
      return environment.inputs[node.integer].axes[node.axis].size;
    case Op::LeastLoad:
    case Op::GreatestLoad:
      return loadExtreme(environment.inputs[node.integer], environment.buffers, in,
                         node.op == Op::GreatestLoad);
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
      if (node.type == ValueType::I64 && !(magnitude(node, values) < noOverflowLimit))
        return wrapping(node.op, in[0], in[1]);
      return arithmetic(node.op, in[0], in[1]);
    case Op::Divide:
      return arithmetic(node.op, in[0], in[1]);
    case Op::FloorDivide:
      return floorDivide(values[node.operands[0]], values[node.operands[1]]);
    case Op::FloorModulo:
      return floorModulo(values[node.operands[0]], values[node.operands[1]]);
    case Op::Minimum:
    case Op::Maximum:
      return minimumOrMaximum(node.op, values[node.operands[0]], values[node.operands[1]]);
    case Op::Negate:
      // Halide's -x is 0 - x, which makes 0 of 0.
      return arithmetic(Op::Multiply, in[0], Halide::Internal::make_const(in[0].type(), -1));
    case Op::Absolute:
      if (node.type == ValueType::I64) {
        const Expr zero = Halide::Internal::make_zero(Int(64));
        return select(in[0] < zero, wrapping(Op::Subtract, zero, in[0]), in[0]);
      }
      return withoutSign(in[0]);
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
      return comparison(node.op, values[node.operands[0]], values[node.operands[1]]);
    case Op::And:
      return node.type == ValueType::I1 ? in[0] && in[1] : in[0] & in[1];
    case Op::Or:
      return node.type == ValueType::I1 ? in[0] || in[1] : in[0] | in[1];
    case Op::Xor:
      return node.type == ValueType::I1 ? in[0] != in[1] : in[0] ^ in[1];
    case Op::Select:
      return choose(in[0], in[1], in[2]);
    case Op::Floor:
      return strict_float(Halide::floor(in[0]));
    case Op::SquareRoot:
    case Op::Exp:
    case Op::Exp2:
    case Op::Log:
    case Op::Log2:
    case Op::Tanh:
    case Op::Sin:
    case Op::Cos:
      return mathematical(node.op, in[0]);
    case Op::IntToFloat:
      return cast(node.type == ValueType::F32 ? Float(32) : Float(64), in[0]);
    case Op::FloatToInt:
      return floatToInt(in[0]);
    case Op::Narrow:
      return values[node.operands[0]].narrow.defined() ? values[node.operands[0]].narrow
                                                       : cast(Float(32), in[0]);
    case Op::Widen:
      return widen(in[0]);
    case Op::Chance:
      return chance(in);
    }
    return Expr();
  }

  static Expr constant(const Node &node) {
    switch (node.type) {
    case ValueType::I1:
      return Halide::Internal::make_bool(node.integer != 0);
    case ValueType::I64:
      return Halide::Internal::make_const(Int(64), node.integer);
    case ValueType::F32:
      return real(Float(32), node.real);
    default:
      return real(Float(64), node.real);
    }
  }

  static double magnitude(const Node &node, const std::vector<Translated> &values) {
    const auto of = [&](int i) { return values[node.operands[i]].magnitude; };
    switch (node.op) {
    case Op::Constant:
      return std::fabs(static_cast<double>(node.integer));
    case Op::Coordinate:
    case Op::Low:
    case Op::High:
    case Op::InputSize:
      return coordinateLimit;
    case Op::Add:
    case Op::Subtract:
      return clip(of(0) + of(1));
    case Op::Multiply:
      return clip(of(0) * of(1));
    case Op::FloorDivide:
      return of(0);
    case Op::FloorModulo:
      return of(1);
    case Op::Minimum:
    case Op::Maximum:
      return std::fmax(of(0), of(1));
    case Op::Absolute:
      return of(0);
    case Op::Select:
      return std::fmax(of(1), of(2));
    default:
      return std::numeric_limits<double>::infinity();
    }
  }

  /// A value that may have wrapped can be anything.
  static double clip(double magnitude) {
    return magnitude < noOverflowLimit ? magnitude : std::numeric_limits<double>::infinity();
  }
};

/// `result` with a let for every node that it reads, directly or through others.
Expr bind(int result, const Function &function, const std::vector<Translated> &values,
          const std::vector<Expr> &definitions) {
  std::vector<bool> isRead(function.nodes.size());
  isRead[result] = true;
  Expr expr = values[result].expr;
  for (int i = result; i >= 0; --i) {
    if (!isRead[i] || !definitions[i].defined())
      continue;
    for (const int operand : function.nodes[i].operands)
      isRead[operand] = true;
    const auto *variable = values[i].expr.as<Halide::Internal::Variable>();
    expr = Halide::Internal::Let::make(variable->name, definitions[i], expr);
  }
  return expr;
}

/// The nodes that the results are computed from, as far as they are not known.
std::vector<bool> nodesToTranslate(const Function &function, const Environment &environment) {
  std::vector<bool> needed(function.nodes.size());
  for (const int result : function.results)
    needed[result] = true;
  for (std::size_t i = needed.size(); i-- > 0;) {
    if (environment.known.count(static_cast<int>(i)) != 0)
      needed[i] = false;
    for (const int operand : function.nodes[i].operands)
      needed[operand] = needed[operand] || needed[i];
  }
  return needed;
}

} // namespace

std::vector<Expr> translate(const Function &function, const Environment &environment) {
  Translator translator(environment);
  const std::vector<bool> needed = nodesToTranslate(function, environment);
  std::vector<Translated> values;
  std::vector<Expr> definitions(function.nodes.size());
  values.reserve(function.nodes.size());
  for (std::size_t i = 0; i < function.nodes.size(); ++i) {
    if (!needed[i]) {
      const auto known = environment.known.find(static_cast<int>(i));
      values.push_back({known == environment.known.end() ? Expr() : known->second});
      continue;
    }
    Translated value = translator.translate(function.nodes[i], values);
    if (!function.nodes[i].operands.empty()) {
      definitions[i] = value.expr;
      value.expr = Halide::Internal::Variable::make(value.expr.type(),
                                                    Halide::Internal::unique_name("node"));
    }
    values.push_back(value);
  }
  std::vector<Expr> results;
  for (const int result : function.results)
    results.push_back(bind(result, function, values, definitions));
  return results;
}

Expr choose(const Expr &condition, const Expr &yes, const Expr &no) {
  const Halide::Type type = yes.type(), bits = UInt(type.bits());
  if (type.is_bool())
    return (condition && yes) || (!condition && no);
  const Expr mask = select(condition, bits.max(), Halide::Internal::make_zero(bits));
  return reinterpret(type, (reinterpret(bits, yes) & mask) | (reinterpret(bits, no) & ~mask));
}

Expr widen(const Expr &x) {
  const auto bits32 = [](std::uint32_t bits) {
    return Halide::Internal::make_const(UInt(32), bits);
  };
  const auto bits64 = [](std::uint64_t bits) {
    return Halide::Internal::make_const(UInt(64), bits);
  };
  const Expr bits = reinterpret(UInt(32), x), exponent = bits32(0x7f800000u);
  const Expr isFinite = (bits & exponent) != exponent;
  const Expr finite = cast(Float(64), reinterpret(Float(32), select(isFinite, bits, bits32(0))));
  const Expr other = (cast(UInt(64), bits & bits32(0x80000000u)) << 32) |
                     bits64(0x7ff0000000000000u) |
                     (cast(UInt(64), bits & bits32(0x007fffffu)) << 29);
  return reinterpret(Float(64), select(isFinite, reinterpret(UInt(64), finite), other));
}

std::vector<int> loadsOfQuery(const Function &function) {
  const std::size_t count = function.nodes.size();
  std::vector<bool> loads(count), readsPair(count), isHoisted(count);
  std::vector<int> result;
  for (std::size_t i = 0; i < count; ++i) {
    const Node &node = function.nodes[i];
    loads[i] = node.op == Op::Load;
    readsPair[i] = node.op == Op::Score ||
                   (node.op == Op::Coordinate && node.integer == static_cast<int>(Coordinate::K));
    for (const int operand : node.operands) {
      loads[i] = loads[i] || loads[operand];
      readsPair[i] = readsPair[i] || readsPair[operand];
    }
    for (const int operand : node.operands)
      isHoisted[operand] = isHoisted[operand] || (readsPair[i] && !readsPair[operand]);
  }
  for (const int node : function.results)
    isHoisted[node] = !readsPair[node];
  for (std::size_t i = 0; i < count; ++i)
    if (isHoisted[i] && loads[i])
      result.push_back(static_cast<int>(i));
  return result;
}

Expr exp2OfNonPositive(Expr x) {
  const auto bits = [](const Expr &e) { return reinterpret<std::int32_t>(e); };
  // Strict, the difference that made x included, and chosen as bits: then it is one
  // vmaxps, with the operand order that keeps NaN.
  x = strict_float(x);
  const Expr lowest = -127.0f;
  x = reinterpret<float>(select(strict_float(x < lowest), bits(lowest), bits(x)));
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
  const Expr magic = 12582912.0f;
  const Expr shifted = strict_float(x + magic);
  const Expr f = strict_float(x - (shifted - magic));
  // Minimax polynomial of (2^f - 1) / f on [-1/2, 1/2]; relative error 1.6e-7 in float32.
  Expr p = f * 0.0013264726910534527f + 0.009671512674554811f;
  p = p * f + 0.05550733744186115f;
  p = p * f + 0.24022242084614506f;
  p = p * f + 0.6931469775985505f;
  p = p * f + 1.0f;
  // For -127 the exponent field is 0 and so is the factor.
  return p * reinterpret<float>((bits(shifted) << 23) + bits(1.0f));
}

Expr isMinusInfinity(Expr x) { return reinterpret<std::uint32_t>(x) == Expr(minusInfinityBits); }

Expr isNotANumber(Expr x) {
  return (reinterpret<std::uint32_t>(x) & Expr(0x7fffffffu)) > Expr(0x7f800000u);
}

Expr minusInfinity() { return reinterpret<float>(Expr(minusInfinityBits)); }

} // namespace gaze
