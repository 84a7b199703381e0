//===- SimplifyBooleans.cpp - gaze-simplify-booleans -----------------------------===//
//
// A comparison of two values is the set of outcomes for which it is true: less,
// equal, greater, and for floats unordered (one is NaN). Then `and` is the
// intersection of sets, `or` the union and `not` the complement, and a law holds
// for floats exactly when it holds for the sets. Kernels can say six of the sets
// of floats, so some results have no comparison, and are left as they were.
//
// Chains of `and`, or of `or`, are flattened into the list of their leaves and each
// pair of leaves is looked at once. test/passes/SimplifyBooleansTest.cpp checks
// the result against the truth of random expressions.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Passes.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_SIMPLIFYBOOLEANSPASS
#include "Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Comparisons as sets of outcomes
//===----------------------------------------------------------------------===//

enum Outcome : unsigned { Less = 1, Equal = 2, Greater = 4, Unordered = 8 };

struct Comparison {
  Value lhs, rhs;
  unsigned outcomes;

  bool isFloat() const { return isa<FloatType>(lhs.getType()); }
  unsigned all() const { return Less | Equal | Greater | (isFloat() ? Unordered : 0u); }
};

constexpr std::pair<arith::CmpIPredicate, unsigned> intOutcomes[] = {
    {arith::CmpIPredicate::slt, Less},    {arith::CmpIPredicate::sle, Less | Equal},
    {arith::CmpIPredicate::eq, Equal},    {arith::CmpIPredicate::ne, Less | Greater},
    {arith::CmpIPredicate::sgt, Greater}, {arith::CmpIPredicate::sge, Greater | Equal},
};

constexpr std::pair<arith::CmpFPredicate, unsigned> floatOutcomes[] = {
    {arith::CmpFPredicate::OLT, Less},    {arith::CmpFPredicate::OLE, Less | Equal},
    {arith::CmpFPredicate::OEQ, Equal},   {arith::CmpFPredicate::UNE, Less | Greater | Unordered},
    {arith::CmpFPredicate::OGT, Greater}, {arith::CmpFPredicate::OGE, Greater | Equal},
};

std::optional<Comparison> comparison(Value value) {
  if (auto compare = value.getDefiningOp<arith::CmpIOp>();
      compare && compare.getLhs().getType().isInteger(64))
    for (auto [predicate, outcomes] : intOutcomes)
      if (predicate == compare.getPredicate())
        return Comparison{compare.getLhs(), compare.getRhs(), outcomes};
  if (auto compare = value.getDefiningOp<arith::CmpFOp>())
    for (auto [predicate, outcomes] : floatOutcomes)
      if (predicate == compare.getPredicate())
        return Comparison{compare.getLhs(), compare.getRhs(), outcomes};
  return std::nullopt;
}

/// Whether `build` can say it.
bool isSayable(const Comparison &comparison) {
  if (comparison.outcomes == 0 || comparison.outcomes == comparison.all() || !comparison.isFloat())
    return true;
  return llvm::any_of(floatOutcomes,
                      [&](auto entry) { return entry.second == comparison.outcomes; });
}

Value build(OpBuilder &builder, Location location, const Comparison &comparison) {
  if (comparison.outcomes == 0 || comparison.outcomes == comparison.all())
    return arith::ConstantOp::create(builder, location,
                                     builder.getBoolAttr(comparison.outcomes != 0));
  if (comparison.isFloat()) {
    for (auto [predicate, outcomes] : floatOutcomes)
      if (outcomes == comparison.outcomes)
        return arith::CmpFOp::create(builder, location, predicate, comparison.lhs, comparison.rhs);
  } else {
    for (auto [predicate, outcomes] : intOutcomes)
      if (outcomes == comparison.outcomes)
        return arith::CmpIOp::create(builder, location, predicate, comparison.lhs, comparison.rhs);
  }
  llvm_unreachable("only what isSayable allows is built");
}

/// `second` in terms of the operands of `first`, where they are the same two.
std::optional<unsigned> outcomesFor(const Comparison &first, const Comparison &second) {
  if (first.lhs == second.lhs && first.rhs == second.rhs)
    return second.outcomes;
  if (first.lhs != second.rhs || first.rhs != second.lhs)
    return std::nullopt;
  unsigned swapped = second.outcomes & (Equal | Unordered);
  if (second.outcomes & Less)
    swapped |= Greater;
  if (second.outcomes & Greater)
    swapped |= Less;
  return swapped;
}

/// What `value` negates, or null.
Value negated(Value value) {
  auto exclusiveOr = value.getDefiningOp<arith::XOrIOp>();
  if (exclusiveOr && matchPattern(exclusiveOr.getRhs(), m_One()) && value.getType().isInteger(1))
    return exclusiveOr.getLhs();
  return {};
}

//===----------------------------------------------------------------------===//
// Chains of `and`, chains of `or`
//===----------------------------------------------------------------------===//

/// Pairs of leaves are compared, so longer chains are left as they are.
constexpr size_t maximumLeaves = 64;

struct Chain {
  llvm::SmallSetVector<Value, 8> leaves;
  llvm::SmallPtrSet<Operation *, 8> operations;

  /// Some leaf stands in it twice.
  bool hasDuplicates() const { return leaves.size() < operations.size() + 1; }
};

/// The chain of `OpType` that ends in `root`; nothing when it is too long.
template <typename OpType> std::optional<Chain> chainOf(Value root) {
  Chain chain;
  SmallVector<Value> work{root};
  while (!work.empty()) {
    Value value = work.pop_back_val();
    auto inner = value.getDefiningOp<OpType>();
    if (!inner)
      chain.leaves.insert(value);
    else if (chain.operations.insert(inner).second)
      work.append({inner.getRhs(), inner.getLhs()});
    if (chain.leaves.size() + chain.operations.size() > 2 * maximumLeaves)
      return std::nullopt;
  }
  return chain;
}

template <typename OpType> constexpr bool isAnd = std::is_same_v<OpType, arith::AndIOp>;
template <typename OpType>
using Dual = std::conditional_t<isAnd<OpType>, arith::OrIOp, arith::AndIOp>;

template <typename OpType> struct SimplifyChain : OpRewritePattern<OpType> {
  using OpRewritePattern<OpType>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpType op, PatternRewriter &rewriter) const override {
    bool isInner = llvm::all_of(op->getUsers(), [](Operation *user) { return isa<OpType>(user); });
    if (!op.getType().isInteger(1) || isInner)
      return failure();
    std::optional<Chain> chain = chainOf<OpType>(op.getResult());
    if (!chain)
      return failure();
    SmallVector<Value> leaves = llvm::to_vector(chain->leaves);
    if (!joinTwo(leaves, op.getLoc(), rewriter) && !chain->hasDuplicates())
      return failure();
    Value result = leaves.front();
    for (Value leaf : ArrayRef(leaves).drop_front())
      result = rewriter.createOrFold<OpType>(op.getLoc(), result, leaf);
    rewriter.replaceOp(op, result);
    return success();
  }

  /// Makes two leaves one, if any two allow it.
  static bool joinTwo(SmallVectorImpl<Value> &leaves, Location location,
                      PatternRewriter &rewriter) {
    for (size_t i = 0; i < leaves.size(); ++i)
      for (size_t j = 0; j < leaves.size(); ++j) {
        if (i == j)
          continue;
        Value joined = join(leaves[i], leaves[j], location, rewriter);
        if (!joined)
          continue;
        leaves[i] = joined;
        leaves.erase(leaves.begin() + j);
        return true;
      }
    return false;
  }

  /// One value for both leaves, or null.
  static Value join(Value first, Value second, Location location, PatternRewriter &rewriter) {
    if (negated(second) == first)
      return arith::ConstantOp::create(rewriter, location, rewriter.getBoolAttr(!isAnd<OpType>));
    std::optional<Chain> inner = chainOf<Dual<OpType>>(second);
    if (inner && inner->leaves.size() > 1 && inner->leaves.contains(first))
      return first;

    std::optional<Comparison> one = comparison(first), other = comparison(second);
    if (!one || !other)
      return {};
    std::optional<unsigned> outcomes = outcomesFor(*one, *other);
    if (!outcomes)
      return {};
    Comparison joined = *one;
    joined.outcomes = isAnd<OpType> ? one->outcomes & *outcomes : one->outcomes | *outcomes;
    return isSayable(joined) ? build(rewriter, location, joined) : Value();
  }
};

//===----------------------------------------------------------------------===//
// not
//===----------------------------------------------------------------------===//

/// De Morgan looks no deeper than this.
constexpr int maximumDepth = 8;

std::optional<Comparison> opposite(Value value) {
  std::optional<Comparison> compare = comparison(value);
  if (!compare)
    return std::nullopt;
  compare->outcomes = compare->all() & ~compare->outcomes;
  return isSayable(*compare) ? compare : std::nullopt;
}

/// Whether the negation of `value` is no larger than `value`.
bool takesNegation(Value value, int depth = 0) {
  if (negated(value) || opposite(value))
    return true;
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::AndIOp, arith::OrIOp>(op) || !op->hasOneUse() ||
      depth == maximumDepth)
    return false;
  return takesNegation(op->getOperand(0), depth + 1) && takesNegation(op->getOperand(1), depth + 1);
}

Value negate(Value value, OpBuilder &builder) {
  if (Value inner = negated(value))
    return inner;
  Location location = value.getLoc();
  if (std::optional<Comparison> compare = opposite(value))
    return build(builder, location, *compare);
  Operation *op = value.getDefiningOp();
  Value lhs = negate(op->getOperand(0), builder), rhs = negate(op->getOperand(1), builder);
  if (isa<arith::AndIOp>(op))
    return arith::OrIOp::create(builder, location, lhs, rhs);
  return arith::AndIOp::create(builder, location, lhs, rhs);
}

struct NegateLeaves : OpRewritePattern<arith::XOrIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::XOrIOp op, PatternRewriter &rewriter) const override {
    Value operand = negated(op.getResult());
    if (!operand || !takesNegation(operand))
      return failure();
    rewriter.replaceOp(op, negate(operand, rewriter));
    return success();
  }
};

struct SimplifyBooleansPass : impl::SimplifyBooleansPassBase<SimplifyBooleansPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SimplifyChain<arith::AndIOp>, SimplifyChain<arith::OrIOp>, NegateLeaves>(
        &getContext());
    // Each rewrite leaves fewer operations, so stopping early is only less simple.
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

} // namespace
} // namespace gaze::passes
