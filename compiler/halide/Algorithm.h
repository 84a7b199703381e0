//===- Algorithm.h - What a kernel computes, as Halide Funcs ------------------===//
//
// Values only: nothing here says how anything is computed, stored or parallelised;
// ScheduleCpu.cpp does. The functions are those of gaze_kernel in gaze/gaze.h.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_HALIDE_ALGORITHM_H
#define GAZE_COMPILER_HALIDE_ALGORITHM_H

#include "compiler/Kernel.h"
#include "compiler/halide/Expressions.h"
#include "compiler/halide/Step.h"

#include <Halide.h>

#include <string>
#include <vector>

namespace gaze {

/// The tiles of a step that have one width: dot, scores and weights (qi, ki, ti), product
/// (qi, di, ti).
struct Tiles : StepTiles {
  /// They are `count` entries of the list, from `first` on.
  Tiles(const std::string &name, int width, Halide::Expr first, const Halide::Expr &count);

  /// The weights of a row are added up in so many sums, each of every so many'th key:
  /// in one, every addition would wait for the one before it. Divides the width.
  int sumCount;
  Halide::RDom all;    ///< (ti)
  Halide::RDom pairs;  ///< (ki, ti)
  Halide::RDom slices; ///< (ki % sumCount, ki / sumCount, ti)
  Halide::RDom keys;   ///< (ki)

  Halide::Func keyRows;   ///< (di, ki, ti): K in float32
  Halide::Func valueRows; ///< (di, ki, ti): V in float32
  Halide::Func sums;      ///< (qi, number of the sum)
};

/// One step of online softmax over a list of key tiles: see Algorithm.cpp.
struct Accumulate : Step {
  Accumulate(const Kernel &kernel, const KernelSizes &sizes, KeyOrder order = KeyOrder::AsTheyAre);

  /// The query within the tile, the element of a row, the number of a sum.
  Halide::Var qi{"qi"}, di{"di"}, ri{"ri"};

  Halide::RDom dimension;      ///< of Q and K
  Halide::RDom dimensionPairs; ///< (0 or 1, half of the dimension)
  Halide::RDom keyPairs;       ///< (0 or 1, half of the key within a full tile)
  Halide::RDom channel;        ///< of V
  Tiles fullTiles, partialTiles;

  std::vector<Halide::Func> rowValues;    ///< (qi): what a row loads from inputs
  Halide::Func factor{"factor"};          ///< (qi): what a dot product is scaled by
  Halide::Func queryRows{"query_rows"};   ///< (di, qi): Q in float32
  Halide::Func queries{"queries"};        ///< (qi, di): Q transposed
  Halide::Func highest{"highest"};        ///< (qi): of these scores
  Halide::Func reference{"reference"};    ///< (qi): what is subtracted from these scores
  Halide::Func sum{"sum"};                ///< (qi): of these weights
  Halide::Func values{"values"};          ///< (qi, di): weights times V, all tiles
  Halide::Func newHighest{"new_highest"}; ///< (qi)
  Halide::Func oldFactor{"old_factor"};   ///< (qi): what the state is scaled by
  Halide::Func newFactor{"new_factor"};   ///< (qi): what these tiles are scaled by
  Halide::Func stateOut{"state_out"};     ///< (qi, value_dim + 2)

  /// Where full tiles multiply pairs of bfloat16: two neighbours side by side.
  Halide::Var side{"side"};
  Halide::Func queryPairs{"query_pairs"};   ///< (side, qi, half of di): Q transposed
  Halide::Func weightPairs{"weight_pairs"}; ///< (side, qi, half of ki, ti)
  Halide::Func valuePairs{"value_pairs"};   ///< (side, di, half of ki, ti)

private:
  void defineQueries(const Halide::Expr &scale);
  void defineDots(Tiles &of, const Halide::Expr &row);
};

/// A state to rows of the output and their log-sum-exp.
struct Finish {
  explicit Finish(const KernelSizes &sizes);

  std::vector<Halide::Argument> arguments() const;

  KernelSizes sizes;
  Halide::ImageParam state{Halide::Float(32), 2, "state"};
  Halide::Var di{"di"}, qi{"qi"};
  Halide::Func reciprocal{"reciprocal"}; ///< (qi): 1 / sum, 0 for an empty row
  Halide::Func scaled{"scaled"};         ///< (qi, di): rows of the output, transposed
  Halide::Func out{"out"};               ///< (di, qi)
  Halide::Func lse{"lse"};               ///< (qi)
};

/// Rectangles of pairs to verdicts, by the tile bounds of the pattern or of a part.
struct Classify {
  Classify(const Kernel &kernel, const Function &bounds);

  std::vector<Halide::Argument> arguments() const;

  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  InputBuffers inputs;
  Halide::ImageParam rectangles{Halide::Int(64), 2, "rectangles"};
  Halide::Var i{"i"};
  Halide::Func verdicts{"verdicts"}; ///< (i)
};

/// What a kernel says of the pairs of a rectangle, one by one.
struct Pairs {
  std::vector<Halide::Argument> arguments() const;
  Environment environment(const Kernel &kernel) const;

  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  InputBuffers inputs;
  Halide::Param<std::int64_t> qFirst{"q_first"};
  Halide::Param<std::int64_t> kFirst{"k_first"};
  Halide::Param<std::int64_t> head{"head"};
  Halide::Param<std::int64_t> batch{"batch"};
  Halide::Var ki{"ki"}, qi{"qi"};
};

/// Which pairs are kept.
struct Mask : Pairs {
  /// By `keep`, which is the kernel's own or that of candidates.
  Mask(const Kernel &kernel, const Function &keep);
  Halide::Func kept{"kept"}; ///< (ki, qi)
};

/// Which indices are outside of their inputs.
struct Faults : Pairs {
  explicit Faults(const Kernel &kernel);
  Halide::Var slot{"slot"};
  Halide::Func faults{"faults"}; ///< (slot, ki, qi): the site, the index
};

/// The sizes of all axes of all inputs.
struct Sizes {
  explicit Sizes(const Kernel &kernel);

  std::vector<Halide::Argument> arguments() const;

  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  Halide::Var i{"i"};
  Halide::Func sizes{"sizes"}; ///< (i)
};

/// Which requirements hold.
struct Require {
  explicit Require(const Kernel &kernel);

  std::vector<Halide::Argument> arguments() const;

  Halide::ImageParam uniforms{Halide::Int(64), 1, "uniforms"};
  Halide::Var i{"i"};
  Halide::Func holds{"holds"}; ///< (i)
};

} // namespace gaze

#endif // GAZE_COMPILER_HALIDE_ALGORITHM_H
