//===- Congruences.cpp - Terms that bring far queries and keys together ------------===//
#include "compiler/passes/Congruences.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

#include <utility>

using namespace mlir;

namespace gaze::passes {

//===----------------------------------------------------------------------===//
// Reads
//===----------------------------------------------------------------------===//

Reads::Reads(Block &block) {
  for (Operation &op : block.without_terminator()) {
    unsigned all = 0;
    for (Value operand : op.getOperands())
      all |= bitsOf(operand);
    if (auto coordinate = dyn_cast<ir::CoordinateOp>(op)) {
      all |= coordinate.getCoordinate() == ir::Coordinate::Q ? Query : 0u;
      all |= coordinate.getCoordinate() == ir::Coordinate::K ? Key : 0u;
    }
    if (all & Key && isa<ir::FloorModOp, ir::ChanceOp>(op))
      all |= Scattered;
    if (all & Key && isa<ir::LoadOp>(op))
      all |= Loaded;
    bits[op.getResult(0)] = all;
  }
}

bool Reads::selectsColumns(Value value, bool byInputs) const {
  unsigned all = bitsOf(value);
  return all & Key && !(all & Query) && all & (byInputs ? Scattered | Loaded : Scattered);
}

//===----------------------------------------------------------------------===//
// Linear forms
//===----------------------------------------------------------------------===//

namespace {

/// query * q + key * k + constant
struct Linear {
  int64_t query = 0, key = 0, constant = 0;

  Linear minus(const Linear &other) const {
    return {query - other.query, key - other.key, constant - other.constant};
  }
  Linear plus(const Linear &other) const {
    return {query + other.query, key + other.key, constant + other.constant};
  }
  /// Whether it is a difference of q and k: 1 where q counts positive, -1 where k does.
  int64_t sign() const { return query == -key && (query == 1 || query == -1) ? query : 0; }
};

/// Far less than what wraps around, with coordinates of up to 2^40.
constexpr int64_t largestConstant = int64_t(1) << 40;
/// Sums in patterns are small; a shared value would be walked over again and again.
constexpr int deepestSum = 6;

std::optional<Linear> linear(Value value, int depth = 0) {
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant))) {
    int64_t number = constant.getInt();
    if (number < -largestConstant || number > largestConstant)
      return std::nullopt;
    return Linear{0, 0, number};
  }
  if (auto coordinate = value.getDefiningOp<ir::CoordinateOp>()) {
    if (coordinate.getCoordinate() == ir::Coordinate::Q)
      return Linear{1, 0, 0};
    if (coordinate.getCoordinate() == ir::Coordinate::K)
      return Linear{0, 1, 0};
    return std::nullopt;
  }
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op) || depth == deepestSum)
    return std::nullopt;
  std::optional<Linear> lhs = linear(op->getOperand(0), depth + 1);
  std::optional<Linear> rhs = lhs ? linear(op->getOperand(1), depth + 1) : std::nullopt;
  if (!rhs)
    return std::nullopt;
  return isa<arith::AddIOp>(op) ? lhs->plus(*rhs) : lhs->minus(*rhs);
}

/// modulus divides `form` less `remainder`.
std::optional<Congruence> congruence(const Linear &form, Value modulus, Value remainder) {
  if (form.sign() == 0)
    return std::nullopt;
  return Congruence{modulus, remainder, form.constant, form.sign() < 0};
}

/// `remainders` is floormod(sum, s), `other` reads neither q nor k.
std::optional<Congruence> ofDifference(ir::FloorModOp remainders, Value other) {
  Value sum = remainders.getLhs();
  bool isZero = matchPattern(other, m_Zero());
  if (auto absolute = sum.getDefiningOp<math::AbsIOp>(); absolute && isZero)
    sum = absolute.getOperand();
  std::optional<Linear> form = linear(sum);
  if (!form)
    return std::nullopt;
  return congruence(*form, remainders.getRhs(), isZero ? Value() : other);
}

} // namespace

//===----------------------------------------------------------------------===//
// Congruences
//===----------------------------------------------------------------------===//

Value Congruence::difference(OpBuilder &builder, const IRMapping &copies) const {
  Location location = modulus.getLoc();
  Value shift = arith::ConstantOp::create(builder, location, builder.getI64IntegerAttr(offset));
  Value rest = remainder
                   ? copies.lookup(remainder)
                   : arith::ConstantOp::create(builder, location, builder.getI64IntegerAttr(0));
  return swapped ? arith::SubIOp::create(builder, location, shift, rest)
                 : arith::SubIOp::create(builder, location, rest, shift);
}

Value Congruence::mayHold(OpBuilder &builder, const IRMapping &copies) const {
  if (!remainder)
    return {};
  Location location = modulus.getLoc();
  Value rest = copies.lookup(remainder);
  Value reduced =
      ir::FloorModOp::create(builder, location, rest.getType(), rest, copies.lookup(modulus));
  return arith::CmpIOp::create(builder, location, arith::CmpIPredicate::eq, reduced, rest);
}

std::optional<Congruence> congruenceOf(Value term, const Reads &reads) {
  auto equal = term.getDefiningOp<arith::CmpIOp>();
  if (!equal || equal.getPredicate() != arith::CmpIPredicate::eq)
    return std::nullopt;
  auto lhs = equal.getLhs().getDefiningOp<ir::FloorModOp>();
  auto rhs = equal.getRhs().getDefiningOp<ir::FloorModOp>();
  if (lhs && rhs && lhs.getRhs() == rhs.getRhs() && reads.neither(lhs.getRhs())) {
    std::optional<Linear> left = linear(lhs.getLhs()), right = linear(rhs.getLhs());
    if (left && right)
      if (auto found = congruence(left->minus(*right), lhs.getRhs(), {}))
        return found;
  }
  for (auto [remainders, other] : {std::pair(lhs, equal.getRhs()), {rhs, equal.getLhs()}})
    if (remainders && reads.neither(other) && reads.neither(remainders.getRhs()))
      if (auto found = ofDifference(remainders, other))
        return found;
  return std::nullopt;
}

} // namespace gaze::passes
