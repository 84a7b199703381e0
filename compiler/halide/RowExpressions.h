//===- RowExpressions.h - What a pattern says of a kernel's rows --------------===//
//
// A kernel computes rows: each is a query of a head, wherever that stands in the
// lanes. This gives the pattern's scale, scores and mask for a row and a key.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_ROWEXPRESSIONS_H
#define GAZE_COMPILER_HALIDE_ROWEXPRESSIONS_H

#include "compiler/Kernel.h"
#include "compiler/halide/Expressions.h"

#include <Halide.h>

#include <functional>
#include <map>
#include <vector>

namespace gaze {

/// Where a row stands in the problem; int64.
struct RowPosition {
  Halide::Expr query, head;
};

class RowExpressions {
public:
  /// `environment` holds what is the same for all rows, `positionOf` gives the place of
  /// a row, `row` is the dimension of loads(). `kernel` must outlive this.
  RowExpressions(const Kernel &kernel, int headDim, Environment environment, const Halide::Var &row,
                 std::function<RowPosition(Halide::Expr row)> positionOf);

  /// Without loads(): every key looks up what its row loads.
  RowExpressions(const Kernel &kernel, int headDim, Environment environment,
                 std::function<RowPosition(Halide::Expr row)> positionOf);

  /// What a dot product is multiplied by: the scale and, where the pattern has no
  /// score of its own, log2(e).
  Halide::Expr dotFactor(const Halide::Expr &row) const;
  /// The score in units of log 2, from the scaled dot product.
  Halide::Expr score(const Halide::Expr &dot, const Halide::Expr &row,
                     const Halide::Expr &key) const;
  Halide::Expr keeps(const Halide::Expr &row, const Halide::Expr &key) const;

  /// What a row loads from inputs, by row: gathered once, not for every key.
  std::vector<Halide::Func> loads() const;

private:
  using Loads = std::map<int, Halide::Func>; ///< by node

  const Kernel &kernel;
  int headDim;
  Environment common;
  std::function<RowPosition(Halide::Expr)> positionOf;
  Loads keepLoads, scoreLoads;

  Environment at(const Halide::Expr &row) const;
  Environment at(const Halide::Expr &row, const Halide::Expr &key, const Loads &loads) const;
  Loads loadsOf(const Function &function, const Halide::Var &row) const;
};

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_ROWEXPRESSIONS_H
