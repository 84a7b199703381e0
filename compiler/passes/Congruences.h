//===- Congruences.h - Terms that bring far queries and keys together --------------===//
#ifndef GAZE_COMPILER_PASSES_CONGRUENCES_H
#define GAZE_COMPILER_PASSES_CONGRUENCES_H

#include "compiler/ir/Gaze.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

#include <optional>

namespace gaze::passes {

/// What the values of a block depend on.
class Reads {
public:
  explicit Reads(mlir::Block &block);

  bool query(mlir::Value value) const { return bitsOf(value) & Query; }
  bool key(mlir::Value value) const { return bitsOf(value) & Key; }
  bool neither(mlir::Value value) const { return !query(value) && !key(value); }

  /// Whether the bool says the same of a key for all queries, and may say yes here and there:
  /// it depends on a remainder of k, on a hash of it or, with `byInputs`, on an element at k.
  bool selectsColumns(mlir::Value value, bool byInputs) const;

private:
  enum Bits : unsigned { Query = 1, Key = 2, Scattered = 4, Loaded = 8 };

  unsigned bitsOf(mlir::Value value) const { return bits.lookup(value); }

  llvm::DenseMap<mlir::Value, unsigned> bits;
};

/// q - k = remainder - offset, or offset - remainder where `swapped`, modulo `modulus`.
struct Congruence {
  mlir::Value modulus;
  mlir::Value remainder; ///< null: 0
  int64_t offset = 0;
  bool swapped = false;

  /// q - k modulo `modulus`, with the copies of the values.
  mlir::Value difference(mlir::OpBuilder &builder, const mlir::IRMapping &copies) const;
  /// Whether there are such q and k at all: a remainder must be one. Null: there are.
  mlir::Value mayHold(mlir::OpBuilder &builder, const mlir::IRMapping &copies) const;
};

/// The congruence that `term` says the same as, if it is one:
///
///   (q - k + 1) % s == c    q % s == (k + 1) % s    abs(q - k) % s == 0
///
/// with q and k on any sides. s and c may be anything that depends on neither.
std::optional<Congruence> congruenceOf(mlir::Value term, const Reads &reads);

} // namespace gaze::passes

#endif // GAZE_COMPILER_PASSES_CONGRUENCES_H
