//===- Evaluate.cpp - What a Function of compiler/Kernel.h computes --------------===//
#include "Evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace gaze::test {

namespace {

constexpr std::int64_t leastInt = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t greatestInt = std::numeric_limits<std::int64_t>::max();

/// SplitMix64: advance by the golden ratio, then its finaliser.
std::uint64_t mix(std::uint64_t state) {
  state += 0x9e3779b97f4a7c15u;
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
  state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
  return state ^ (state >> 31);
}

class Evaluator {
public:
  Evaluator(const Function &function, const Inputs &inputs) : function(function), inputs(inputs) {}

  Evaluation run() {
    for (const Node &node : function.nodes)
      values.push_back(value(node));
    Evaluation evaluation;
    for (int result : function.results)
      evaluation.results.push_back(values.at(static_cast<size_t>(result)));
    evaluation.overflowed = overflowed;
    return evaluation;
  }

private:
  const Scalar &operand(const Node &node, size_t index) const {
    return values.at(static_cast<size_t>(node.operands.at(index)));
  }

  ValueType operandType(const Node &node) const {
    return function.nodes.at(static_cast<size_t>(node.operands.at(0))).type;
  }

  static bool isFloat(ValueType type) { return type == ValueType::F32 || type == ValueType::F64; }

  Scalar value(const Node &node) {
    size_t index = static_cast<size_t>(node.integer);
    switch (node.op) {
    case Op::Constant:
      return {node.integer, node.real};
    case Op::Coordinate:
      return {inputs.coordinates.at(index), 0};
    case Op::Low:
      return {inputs.low.at(index), 0};
    case Op::High:
      return {inputs.high.at(index), 0};
    case Op::Parameter:
      return inputs.parameters.at(index);
    case Op::Score:
      return {0, inputs.score};
    case Op::Load:
      return load(node);
    case Op::LeastLoad:
    case Op::GreatestLoad:
      return extreme(node);
    case Op::InputSize:
      return {inputs.tensors.at(index).sizes.at(static_cast<size_t>(node.axis)), 0};
    case Op::Select:
      return operand(node, 0).integer ? operand(node, 1) : operand(node, 2);
    case Op::FloatToInt:
      return {floatToInt(operand(node, 0).real), 0};
    case Op::Chance:
      return {chance(node), 0};
    case Op::Equal:
    case Op::NotEqual:
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
      return {isFloat(operandType(node))
                  ? compare(node.op, operand(node, 0).real, operand(node, 1).real)
                  : compare(node.op, operand(node, 0).integer, operand(node, 1).integer),
              0};
    default:
      if (!isFloat(node.type))
        return {integer(node), 0};
      double exact = real(node);
      return {0, node.type == ValueType::F32 ? static_cast<float>(exact) : exact};
    }
  }

  static std::int64_t clamped(std::int64_t index, std::int64_t size) {
    return index < 0 || size == 0 ? 0 : index < size ? index : size - 1;
  }

  Scalar load(const Node &node) const {
    const Tensor &tensor = inputs.tensors.at(static_cast<size_t>(node.integer));
    size_t offset = 0;
    for (size_t axis = 0; axis < tensor.sizes.size(); ++axis)
      offset = offset * static_cast<size_t>(tensor.sizes[axis]) +
               static_cast<size_t>(clamped(operand(node, axis).integer, tensor.sizes[axis]));
    return tensor.elements.empty() ? Scalar() : tensor.elements.at(offset);
  }

  /// The least or greatest element of the box, one by one.
  Scalar extreme(const Node &node) const {
    const Tensor &tensor = inputs.tensors.at(static_cast<size_t>(node.integer));
    std::vector<size_t> offsets = {0};
    for (size_t axis = 0; axis < tensor.sizes.size(); ++axis) {
      std::int64_t size = tensor.sizes[axis], width = inputs.zoneWidth;
      std::int64_t low = clamped(operand(node, 2 * axis).integer, size) / width * width;
      std::int64_t end = clamped(operand(node, 2 * axis + 1).integer, size) / width * width + width;
      std::vector<size_t> longer;
      for (size_t offset : offsets)
        for (std::int64_t i = low; i < std::min(end, size); ++i)
          longer.push_back(offset * static_cast<size_t>(size) + static_cast<size_t>(i));
      offsets = longer;
    }
    bool isGreatest = node.op == Op::GreatestLoad;
    Scalar result = offsets.empty() ? Scalar() : tensor.elements.at(offsets.front());
    for (size_t offset : offsets) {
      const Scalar &element = tensor.elements.at(offset);
      if (isGreatest ? element.integer > result.integer : element.integer < result.integer)
        result.integer = element.integer;
      bool isFurther = isGreatest ? element.real > result.real : element.real < result.real;
      if (!std::isnan(result.real) && (isFurther || std::isnan(element.real)))
        result.real = element.real;
    }
    return result;
  }

  template <typename Number> static bool compare(Op op, Number lhs, Number rhs) {
    switch (op) {
    case Op::Equal:
      return lhs == rhs;
    case Op::NotEqual:
      return lhs != rhs;
    case Op::Less:
      return lhs < rhs;
    case Op::LessEqual:
      return lhs <= rhs;
    case Op::Greater:
      return lhs > rhs;
    default:
      return lhs >= rhs;
    }
  }

  std::int64_t floorDivide(std::int64_t lhs, std::int64_t rhs) {
    if (rhs == 0)
      return 0;
    if (lhs == leastInt && rhs == -1) {
      overflowed = true;
      return leastInt;
    }
    bool isWhole = lhs % rhs == 0, isNegative = (lhs < 0) != (rhs < 0);
    return lhs / rhs - (!isWhole && isNegative);
  }

  std::int64_t floorModulo(std::int64_t lhs, std::int64_t rhs) {
    if (rhs == 0 || rhs == -1)
      return 0;
    std::int64_t remainder = lhs % rhs;
    if (remainder != 0 && ((remainder < 0) != (rhs < 0)))
      remainder += rhs;
    return remainder;
  }

  /// Bounds take the size of a product from floats, so they need not know that one within
  /// 2^13 of 2^63 fits: -1 times the greatest int.
  static bool isNearTheEnds(std::int64_t lhs, std::int64_t rhs) {
    return std::abs(static_cast<double>(lhs) * static_cast<double>(rhs)) >= 0x1p63 - 0x1p13;
  }

  std::int64_t integer(const Node &node) {
    std::int64_t lhs = operand(node, 0).integer;
    std::int64_t rhs = node.operands.size() > 1 ? operand(node, 1).integer : 0;
    std::int64_t result = 0;
    switch (node.op) {
    case Op::Add:
      overflowed |= __builtin_add_overflow(lhs, rhs, &result);
      return result;
    case Op::Subtract:
      overflowed |= __builtin_sub_overflow(lhs, rhs, &result);
      return result;
    case Op::Multiply:
      overflowed |= __builtin_mul_overflow(lhs, rhs, &result) || isNearTheEnds(lhs, rhs);
      return result;
    case Op::FloorDivide:
      return floorDivide(lhs, rhs);
    case Op::FloorModulo:
      return floorModulo(lhs, rhs);
    case Op::Minimum:
      return lhs < rhs ? lhs : rhs;
    case Op::Maximum:
      return lhs < rhs ? rhs : lhs;
    case Op::Absolute:
      overflowed |= lhs == leastInt;
      return lhs < 0 && lhs != leastInt ? -lhs : lhs;
    case Op::And:
      return lhs & rhs;
    case Op::Or:
      return lhs | rhs;
    case Op::Xor:
      return lhs ^ rhs;
    default:
      throw std::logic_error("not an operation on ints");
    }
  }

  double real(const Node &node) const {
    double lhs = operand(node, 0).real;
    double rhs = node.operands.size() > 1 ? operand(node, 1).real : 0;
    switch (node.op) {
    case Op::Add:
      return lhs + rhs;
    case Op::Subtract:
      return lhs - rhs;
    case Op::Multiply:
      return lhs * rhs;
    case Op::Divide:
      return lhs / rhs;
    case Op::Minimum:
      return std::isnan(lhs) || std::isnan(rhs) ? NAN
             : lhs == rhs                       ? (std::signbit(lhs) ? lhs : rhs)
                                                : std::fmin(lhs, rhs);
    case Op::Maximum:
      return std::isnan(lhs) || std::isnan(rhs) ? NAN
             : lhs == rhs                       ? (std::signbit(lhs) ? rhs : lhs)
                                                : std::fmax(lhs, rhs);
    case Op::Negate:
      return -lhs;
    case Op::Absolute:
      return std::fabs(lhs);
    case Op::Floor:
      return std::floor(lhs);
    case Op::SquareRoot:
      return std::sqrt(lhs);
    case Op::Exp:
      return std::exp(lhs);
    case Op::Exp2:
      return std::exp2(lhs);
    case Op::Log:
      return std::log(lhs);
    case Op::Log2:
      return std::log2(lhs);
    case Op::Tanh:
      return std::tanh(lhs);
    case Op::Sin:
      return std::sin(lhs);
    case Op::Cos:
      return std::cos(lhs);
    case Op::IntToFloat:
      return static_cast<double>(operand(node, 0).integer);
    case Op::Narrow:
    case Op::Widen:
      return lhs;
    default:
      throw std::logic_error("not an operation on floats");
    }
  }

  static std::int64_t floatToInt(double value) {
    if (std::isnan(value))
      return 0;
    if (value >= 0x1p63)
      return greatestInt;
    return value < -0x1p63 ? leastInt : static_cast<std::int64_t>(value);
  }

  bool chance(const Node &node) const {
    std::uint64_t hash = mix(static_cast<std::uint64_t>(operand(node, 1).integer));
    for (size_t i = 2; i < node.operands.size(); ++i)
      hash = mix(hash ^ static_cast<std::uint64_t>(operand(node, i).integer));
    return static_cast<double>(hash >> 11) * 0x1p-53 < operand(node, 0).real;
  }

  const Function &function;
  const Inputs &inputs;
  std::vector<Scalar> values;
  bool overflowed = false;
};

} // namespace

Evaluation evaluate(const Function &function, const Inputs &inputs) {
  return Evaluator(function, inputs).run();
}

} // namespace gaze::test
