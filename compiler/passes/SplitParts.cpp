//===- SplitParts.cpp - gaze-split-parts -----------------------------------------===//
//
// A term like (q - k) % s == 0 keeps one pair of s, in every tile: computed in tiles, nearly
// all work is in vain. Its pairs stand close together in another order, in which the
// queries and keys of one residue are neighbours; and the keys of k % s == 0 are close together
// in a list of their own. So `keep` is taken apart, where it has such terms:
//
//   rest and (A or B or C)   becomes   rest and A; rest and B and not A; ...
//
// The first part, in tiles, is what has no such term; each of the others has the order of its
// term, keeps what no earlier part keeps, and does not ask again what its order makes sure of.
// A pattern with none of them but a `top_blocks` becomes the blocks that it selects, and what is
// kept outside of them. Parts are disjoint, so the runtime merges their results. Whether another
// order pays for the values and the shape at hand is the runtime's decision (runtime/Parts.cpp).
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/Congruences.h"
#include "compiler/passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace gaze::passes {
#define GEN_PASS_DEF_SPLITPARTSPASS
#include "Passes.h.inc"

namespace {

/// Each part is a function more to compile.
constexpr size_t mostParts = 4;
/// Each part repeats what `keep` computes: larger ones would take too long to compile.
constexpr size_t mostOperations = 100;
/// Longer chains are left as they are.
constexpr size_t mostTerms = 64;

/// A term with an order of its own: the leaves of a chain of `and`, one of which gives it.
struct Ordered {
  SmallVector<Value> leaves;
  Value orderedBy;
  std::optional<Congruence> congruence; ///< otherwise orderedBy selects columns
};

/// The leaves of the chain of `OpType` that ends in `root`; none where it is too long.
template <typename OpType> SmallVector<Value> leavesOf(Value root) {
  llvm::SmallSetVector<Value, 8> leaves;
  SmallVector<Value> work{root};
  for (size_t steps = 0; !work.empty(); ++steps) {
    if (steps > 2 * mostTerms)
      return {};
    Value value = work.pop_back_val();
    if (auto inner = value.getDefiningOp<OpType>())
      work.append({inner.getRhs(), inner.getLhs()});
    else
      leaves.insert(value);
  }
  return llvm::to_vector(leaves);
}

/// How a pattern falls apart.
struct Split {
  SmallVector<Value> rest;      ///< all of them hold in every part
  SmallVector<Value> unordered; ///< any of them: the part in tiles
  SmallVector<Ordered> ordered;
};

class Splitter {
public:
  explicit Splitter(ir::KernelOp kernel) : kernel(kernel), reads(kernel.getKeep().front()) {}

  void run() {
    Value keep = cast<ir::YieldOp>(kernel.getKeep().front().getTerminator()).getValue();
    std::optional<Split> split = splitOf(keep);
    if (!split)
      return splitSelection();
    kernel.getParts().emplaceBlock();
    if (!split->unordered.empty())
      addTiles(*split);
    for (size_t i = 0; i < split->ordered.size(); ++i)
      addOrdered(*split, i);
  }

private:
  /// A block is selected where all of its pairs are kept if it is, so what is kept is the
  /// selected blocks, whole, and outside of them what is kept without any. Queries of a block
  /// come from anywhere: the score must not read where they are.
  void splitSelection() {
    auto tables = llvm::to_vector(kernel.getInputs().getOps<ir::SelectionOp>());
    Block &keep = kernel.getKeep().front();
    auto loads = llvm::make_filter_range(keep.getOps<ir::LoadOp>(), [&](ir::LoadOp load) {
      return tables.size() == 1 && load.getInput() == tables[0].getInput();
    });
    if (loads.empty() || readsQuery(kernel.getScore()) || readsQuery(kernel.getScale()))
      return;
    SmallVector<Value> selected(
        llvm::map_range(loads, [](ir::LoadOp load) { return load.getResult(); }));
    kernel.getParts().emplaceBlock();
    ir::PartOp part = addPart(ir::Order::Selected, "these blocks are kept whole");
    keepAll(part);
    part = addPart(ir::Order::Tiles, "what is kept outside of the selected blocks");
    fill(part.getKeep(), [&](OpBuilder &builder, IRMapping &copies) {
      auto atBegin = OpBuilder::atBlockBegin(&part.getKeep().front());
      Value no = arith::ConstantOp::create(atBegin, part.getLoc(), builder.getBoolAttr(false));
      for (Value load : selected)
        copies.lookup(load).replaceAllUsesWith(no);
      Value kept = cast<ir::YieldOp>(keep.getTerminator()).getValue();
      Logic logic(builder, part.getLoc(), copies);
      return logic.both(llvm::is_contained(selected, kept) ? no : copies.lookup(kept),
                        logic.negate(logic.any(selected)));
    });
  }

  static void keepAll(ir::PartOp part) {
    OpBuilder builder = OpBuilder::atBlockBegin(&part.getKeep().emplaceBlock());
    Value yes = arith::ConstantOp::create(builder, part.getLoc(), builder.getBoolAttr(true));
    ir::YieldOp::create(builder, part.getLoc(), yes);
  }

  static bool readsQuery(Region &region) {
    return !region.empty() &&
           llvm::any_of(region.getOps<ir::CoordinateOp>(), [](ir::CoordinateOp op) {
             return op.getCoordinate() == ir::Coordinate::Q;
           });
  }

  /// The order of a chain of `and`: a congruence before columns, for it is sparse on both
  /// sides. Where the chain is all of the pattern, columns that an input selects are left
  /// alone: they are paddings mostly, and keep nearly all.
  std::optional<Ordered> orderOf(SmallVector<Value> leaves, bool isWhole) const {
    for (Value leaf : leaves)
      if (std::optional<Congruence> congruence = congruenceOf(leaf, reads))
        return Ordered{std::move(leaves), leaf, congruence};
    for (Value leaf : leaves)
      if (reads.selectsColumns(leaf, /*byInputs=*/!isWhole))
        return Ordered{std::move(leaves), leaf, std::nullopt};
    return std::nullopt;
  }

  std::optional<Split> splitOf(Value keep) const {
    SmallVector<Value> conjuncts = leavesOf<arith::AndIOp>(keep);
    if (std::optional<Ordered> whole = orderOf(conjuncts, /*isWhole=*/true))
      return Split{{}, {}, {std::move(*whole)}};
    for (Value conjunct : conjuncts) {
      Split split;
      for (Value term : leavesOf<arith::OrIOp>(conjunct)) {
        std::optional<Ordered> ordered =
            split.ordered.size() + 1 < mostParts
                ? orderOf(leavesOf<arith::AndIOp>(term), /*isWhole=*/false)
                : std::nullopt;
        if (ordered)
          split.ordered.push_back(std::move(*ordered));
        else
          split.unordered.push_back(term);
      }
      if (split.ordered.empty())
        continue;
      llvm::copy_if(conjuncts, std::back_inserter(split.rest),
                    [&](Value other) { return other != conjunct; });
      return split;
    }
    return std::nullopt;
  }

  void addTiles(const Split &split) {
    ir::PartOp part = addPart(ir::Order::Tiles, "the other terms select keys side by side");
    fill(part.getKeep(), [&](OpBuilder &builder, IRMapping &copies) {
      Logic logic(builder, part.getLoc(), copies);
      return logic.both(logic.all(split.rest), logic.any(split.unordered));
    });
  }

  void addOrdered(const Split &split, size_t index) {
    const Ordered &term = split.ordered[index];
    const std::optional<Congruence> &congruence = term.congruence;
    ir::PartOp part =
        congruence ? addPart(ir::Order::Congruent, "this term keeps q and k of one residue alone")
                   : addPart(ir::Order::Columns, "this term selects keys alike for all queries");
    Region &selects = part.getSelects();
    if (congruence)
      fillCongruence(selects, *congruence);
    else
      fill(selects, [&](OpBuilder &, IRMapping &copies) { return copies.lookup(term.orderedBy); });
    fill(part.getKeep(), [&](OpBuilder &builder, IRMapping &copies) {
      Logic logic(builder, part.getLoc(), copies);
      SmallVector<Value> others;
      llvm::copy_if(term.leaves, std::back_inserter(others),
                    [&](Value leaf) { return leaf != term.orderedBy; });
      Value keep = logic.both(logic.all(split.rest), logic.all(others));
      if (congruence)
        keep = logic.both(keep, congruence->mayHold(builder, copies));
      keep = logic.both(keep, logic.negate(logic.any(split.unordered)));
      for (const Ordered &earlier : ArrayRef(split.ordered).take_front(index))
        keep = logic.both(keep, logic.negate(logic.all(earlier.leaves)));
      return keep;
    });
  }

  ir::PartOp addPart(ir::Order order, StringRef because) {
    auto builder = OpBuilder::atBlockEnd(&kernel.getParts().front());
    return ir::PartOp::create(builder, kernel.getLoc(), order, because);
  }

  /// Logic on copies of the values of `keep`; null is true in `both` and false in `any`.
  class Logic {
  public:
    Logic(OpBuilder &builder, Location location, IRMapping &copies)
        : builder(builder), location(location), copies(copies) {}

    Value both(Value a, Value b) {
      return !a || !b ? (a ? a : b) : arith::AndIOp::create(builder, location, a, b).getResult();
    }
    Value all(ArrayRef<Value> values) {
      Value result;
      for (Value value : values)
        result = both(result, copies.lookup(value));
      return result;
    }
    Value any(ArrayRef<Value> values) {
      Value result;
      for (Value value : values) {
        Value copy = copies.lookup(value);
        result = result ? arith::OrIOp::create(builder, location, result, copy).getResult() : copy;
      }
      return result;
    }
    /// Null stays null: what is false is negated to true.
    Value negate(Value value) {
      if (!value)
        return value;
      Value yes = arith::ConstantOp::create(builder, location, builder.getBoolAttr(true));
      return arith::XOrIOp::create(builder, location, value, yes);
    }

  private:
    OpBuilder &builder;
    Location location;
    IRMapping &copies;
  };

  /// Copies all of `keep` into `region` and yields what `make` makes of the copies; null
  /// stands for true.
  void fill(Region &region, function_ref<Value(OpBuilder &, IRMapping &)> make) {
    IRMapping copies;
    OpBuilder builder = copyKeep(region, copies);
    Value value = make(builder, copies);
    if (!value)
      value = arith::ConstantOp::create(builder, kernel.getLoc(), builder.getBoolAttr(true));
    ir::YieldOp::create(builder, kernel.getLoc(), value);
    eraseDead(region.front());
  }

  void fillCongruence(Region &region, const Congruence &congruence) {
    IRMapping copies;
    OpBuilder builder = copyKeep(region, copies);
    ir::CongruenceOp::create(builder, kernel.getLoc(), copies.lookup(congruence.modulus),
                             congruence.difference(builder, copies));
    eraseDead(region.front());
  }

  OpBuilder copyKeep(Region &region, IRMapping &copies) {
    OpBuilder builder = OpBuilder::atBlockBegin(&region.emplaceBlock());
    for (Operation &op : kernel.getKeep().front().without_terminator())
      builder.clone(op, copies);
    return builder;
  }

  static void eraseDead(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  ir::KernelOp kernel;
  Reads reads;
};

struct SplitPartsPass : impl::SplitPartsPassBase<SplitPartsPass> {
  void runOnOperation() override {
    for (auto kernel : getOperation().getOps<ir::KernelOp>())
      if (kernel.getParts().empty() &&
          kernel.getKeep().front().getOperations().size() <= mostOperations)
        Splitter(kernel).run();
  }
};

} // namespace
} // namespace gaze::passes
