//===- Kernel.h - What to compute, as plain data -----------------------------===//
//
// The floor between the MLIR passes, which make it, and the Halide stage, which
// reads it: straight-line expressions over the coordinates of one pair (or one
// rectangle of pairs, for the bounds), the parameters and the score. No pointer
// into MLIR, no Halide type: each side compiles without the other's headers.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_KERNEL_H
#define GAZE_COMPILER_KERNEL_H

#include <cstdint>
#include <string>
#include <vector>

namespace gaze {

enum class ValueType { I1, I64, F32, F64 };

/// Coordinate numbers the values of Op::Coordinate; the first four have Low and
/// High forms in bounds functions. Positions must lie in [-2^40, 2^40] and sizes in
/// [0, 2^40]: the bounds rely on it.
enum class Coordinate { Q, K, Head, Batch, SeqQ, SeqK, Heads, HeadDim };

enum class Op {
  // Leaves. `Node::integer` is a Coordinate, or an index into Kernel::parameters.
  Constant,   // integer (I1, I64) or real (F32, F64)
  Coordinate, // I64
  Low,        // I64: the low end (inclusive) of the rectangle, in bounds functions only
  High,       // I64: its high end (inclusive)
  Parameter,  // I64, F64 or I1
  Score,      // F32, in score functions only

  // An element of input `integer` (an index into Kernel::inputs and, behind them,
  // Kernel::selections), at the indices
  // (I64) that the operands are, each clamped into its axis. I64, F64 or I1.
  Load,
  // The least and the greatest element in the box of indices low, high (operands in
  // pairs, one an axis), or less and more; in bounds functions only. F64: both NaN
  // where an element is. I1: all are true, and some is.
  LeastLoad,
  GreatestLoad,
  InputSize, // I64: the size of axis `axis` of input `integer`

  // I64 (wraps around), F32, F64
  Add,
  Subtract,
  Multiply,
  Minimum, // floats: NaN when either is NaN; -0 is less than 0
  Maximum, // likewise
  Absolute,

  // I64 only, rounding towards minus infinity; 0 for a zero divisor
  FloorDivide,
  FloorModulo,

  // F32, F64
  Divide,
  Negate,
  Floor, // to the same type
  SquareRoot,
  Exp,
  Exp2,
  Log,
  Log2,
  Tanh,
  Sin,
  Cos,

  // Conversions
  IntToFloat, // I64 to F32 or F64, to nearest
  FloatToInt, // F32 or F64 to I64, towards zero, saturating, NaN to 0
  Narrow,     // F64 to F32
  Widen,      // F32 to F64

  // Two of I64, F32 or F64 to I1. Ordered: false with NaN; NotEqual: true with NaN.
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,

  // I1, and I64 bitwise
  And,
  Or,
  Xor,

  Select, // condition (I1), then, else: any type
  Chance, // I1 from p (F64), seed (I64), arguments (I64)...: dsl/Interpreter.h
};

/// One value of a Function; operands are indices of earlier nodes.
struct Node {
  Op op;
  ValueType type;
  std::vector<int> operands;
  std::int64_t integer = 0;
  double real = 0;
  int axis = 0;
};

/// Straight-line code in the order of evaluation; all of it is pure.
struct Function {
  std::vector<Node> nodes;
  std::vector<int> results;
};

struct KernelParameter {
  std::string name;
  ValueType type = ValueType::I64; ///< I64, F64 or I1
  bool hasDefault = false;
  std::int64_t integer = 0; ///< the default of I64 and I1
  double real = 0;          ///< the default of F64
};

/// A tensor that is given at run time.
struct KernelInput {
  std::string name;
  ValueType type = ValueType::I64; ///< I64, F64 or I1
  std::string axes;                ///< as the pattern writes them: "[batch, seq_k]"
  /// The size of each axis, I64; reads only parameters, shape coordinates and
  /// Coordinate::Batch, which stands for the number of batch entries.
  Function sizes;
};

/// By what a block of keys is scored: the dot product of the group's mean query with the
/// block's mean key, with its bounds by channel, or with its first key.
enum class SelectBy { Mean, MinMax, First };

/// A `top_blocks`: a table of bools [batch, heads, groups of queries, blocks of keys] that
/// the runtime makes from Q and K. Op::Load reads it as one more input, behind `inputs`.
struct Selection {
  SelectBy by = SelectBy::Mean;
  /// count, block and share, I64; reads what the sizes of an input read.
  Function sizes;
};

/// A place where the pattern reads an input, with one of its indices.
struct IndexSite {
  int input = 0; ///< index into Kernel::inputs
  int axis = 0;
  std::string place; ///< FILE:LINE:COLUMN
};

/// Checked before anything runs; `condition` (I1) reads only parameters and
/// shape coordinates (SeqQ .. HeadDim).
struct Requirement {
  Function condition;
  std::string message;
  std::string place; ///< FILE:LINE:COLUMN
};

/// The order in which a part of a pattern is computed (gaze_order in gaze/gaze.h).
enum class Order { Tiles, Congruent, Columns, Selected };

/// Kernels read K and V through a list of keys.
constexpr bool isListed(Order order) {
  return order == Order::Congruent || order == Order::Columns;
}

/// Some of the pairs of a pattern, and the order that suits them.
struct Part {
  Order order = Order::Tiles;
  /// Congruent: two I64, modulus and difference, where q - k = difference modulo the
  /// modulus; they read neither q nor k. Columns: one I1, whether a key is looked at; it
  /// does not read q. Tiles, Selected: no results.
  Function selects;
  /// As those of Kernel, for queries and keys that the order brings together.
  Function keep;
  Function bounds; ///< two I1
};

struct Kernel {
  std::string name;
  std::vector<KernelParameter> parameters;
  std::vector<KernelInput> inputs;
  std::vector<Selection> selections;
  std::vector<Requirement> requirements;

  /// One I1: does query q look at key k?
  Function keep;
  bool keepsEverything = false; ///< `keep` is the constant true
  /// Two or three I1, `may`, `must` and `inside`, for the rectangle Low..High: may is
  /// true when any pair could be kept, must is true only when all are; inside, there
  /// with `faults`, is true only when no index is outside of its input. Sound, never
  /// wrong: (true, false, false) is always allowed.
  Function bounds;
  bool keepReadsHead = false;  ///< plans differ by head
  bool keepReadsBatch = false; ///< plans differ by batch entry

  /// Where there are selections: `keep` and `bounds` with each of them taken as true. A
  /// block whose keys all queries of a group see then is a candidate.
  Function candidates, candidateBounds;
  bool candidatesReadHead = false;
  bool candidatesReadBatch = false;

  /// For a pair two I64: which of `sites` is the first whose index is outside of its
  /// input while its element counts, counted from 1, 0 for none; and that index. No
  /// results where the pattern reads no input.
  Function faults;
  std::vector<IndexSite> sites;
  bool faultsReadHead = false;
  bool faultsReadBatch = false;

  /// Disjoint, and together `keep`; none where the pattern is left whole.
  std::vector<Part> parts;

  /// One F64, the factor on Q.K: reads neither K nor the score. No results: 1 / sqrt(head_dim).
  Function scale;
  /// One F32, from Op::Score. No results: the score as it is.
  Function score;
};

} // namespace gaze

#endif // GAZE_COMPILER_KERNEL_H
