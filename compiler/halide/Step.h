//===- Step.h - What every kernel does with a list of key tiles ---------------===//
//
// Two kernels compute a step of online softmax: that of Algorithm.h, with queries in
// the lanes, and that of FewRows.h, with channels. Their parameters are the same, and so
// is the mathematics that Algorithm.cpp explains; it stands here once.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_STEP_H
#define GAZE_COMPILER_HALIDE_STEP_H

#include "compiler/Kernel.h"
#include "compiler/halide/Elements.h"
#include "compiler/halide/Expressions.h"

#include <Halide.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gaze {

/// Sizes that are fixed when a kernel is compiled.
struct KernelSizes {
  int headDim;
  int valueDim;
  int tileQ;
  int tileK; ///< keys of a full tile
  int edgeK; ///< keys of a partial one
  ElementUse element;

  /// Full tiles multiply pairs of bfloat16.
  bool inPairs() const { return element.dotsPairs && tileK % 2 == 0; }
};

/// The tiles of a step that have one width: the full ones, or the partial ones. The
/// kernel orders the dimensions of its Funcs.
struct StepTiles {
  /// They stand in the list from `first` on.
  StepTiles(const std::string &name, int width, Halide::Expr first);

  bool arePartial() const { return !Halide::Internal::is_const_zero(first); }

  int width; ///< keys of a tile
  Halide::Expr first;

  Halide::Func dot;     ///< of queries and keys
  Halide::Func scores;  ///< in units of log 2; -inf: not kept
  Halide::Func weights; ///< -0: not kept
  Halide::Func product; ///< weights times V
};

/// Where the keys of a step stand.
enum class KeyOrder {
  AsTheyAre,
  Listed ///< in a list, as those of the runtime's orders (runtime/Order.h)
};

/// The parameters of accumulate, accumulate_listed and accumulate_rows.
struct Step {
  /// Q has as many dimensions; K and V have two.
  Step(const KernelSizes &sizes, int queryDimensions, KeyOrder order = KeyOrder::AsTheyAre);

  std::vector<Halide::Argument> arguments() const;

  /// What is the same for all rows and keys.
  Environment environment(const Kernel &kernel) const;
  /// Key `key` of the tile at position `ti`, whether there is one, and its row in K and V:
  /// only a partial tile can reach past the last one.
  Halide::Expr keyAt(const StepTiles &of, const Halide::Expr &key) const;
  Halide::Expr exists(const Halide::Expr &key) const;
  Halide::Expr rowAt(const StepTiles &of, const Halide::Expr &key) const;
  /// The position of row `row` of Q.
  Halide::Expr queryAt(const Halide::Expr &row) const;

  KernelSizes sizes;
  KeyOrder order;

  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  InputBuffers inputs;
  Halide::ImageParam q, k, v;
  Halide::ImageParam tiles{Halide::Int(32), 1, "tiles"};
  Halide::ImageParam stateIn{Halide::Float(32), 2, "state_in"};
  Halide::Param<std::int32_t> full{"full"};
  Halide::Param<std::int32_t> count{"count"};
  Halide::Param<std::int64_t> qFirst{"q_first"};
  Halide::Param<std::int64_t> head{"head"};
  Halide::Param<std::int64_t> batch{"batch"};
  /// Where keys are listed: the list, with -1 where there is no key; from a query to the next.
  Halide::ImageParam keyList{Halide::Int(32), 1, "keys"};
  Halide::Param<std::int64_t> qStep{"q_step"};

  /// The key within its tile, the position among the tiles of its width.
  Halide::Var ki{"ki"}, ti{"ti"};
};

/// 2^(score - reference), and -0 for the score -inf.
Halide::Expr partialWeight(const Halide::Expr &score, const Halide::Expr &reference);
/// What is subtracted from scores: a row that keeps nothing has the highest score -inf,
/// and then any finite one does.
Halide::Expr referenceOf(const Halide::Expr &highest);
/// `value`, but 0 where the weight is not kept: that must not meet NaN or infinity.
Halide::Expr valueWhereKept(const Halide::Expr &weight, const Halide::Expr &value);
/// What a state whose highest score is `part` is scaled by.
Halide::Expr rescale(const Halide::Expr &part, const Halide::Expr &newHighest);
/// 1 / sum, 0 for a row that keeps nothing.
Halide::Expr reciprocalOf(const Halide::Expr &sum);
/// The natural logarithm of a row's sum of exponentials; -inf for a row that keeps nothing.
Halide::Expr logSumExp(const Halide::Expr &highest, const Halide::Expr &sum);

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_STEP_H
