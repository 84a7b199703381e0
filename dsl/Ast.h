//===- Ast.h - Pattern files as trees ---------------------------------------===//
//
// The parser (Parser.h) makes these nodes and fills everything but `symbol`; the
// checker (Check.h) resolves names into `symbol`, puts call operands into the
// order of the callee's parameters, and guarantees what later stages rely on:
// all names are known, all types fit, no def recurses. Defs stay polymorphic
// (`softcap(x, cap)` takes ints or floats), so types are not stored on nodes;
// who needs one computes it from the operands upward.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_AST_H
#define GAZE_DSL_AST_H

#include "dsl/Source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gaze::dsl {

/// int: 64-bit, arithmetic wraps around. float: 64-bit wherever it does not
/// depend on `score`; what is computed from the score has the kernel's
/// precision. bool: not a number.
enum class Type { Int, Float, Bool };

/// The names that are always there. All are ints but `score`, a float that
/// exists only in `score` statements.
enum class Ambient { Q, K, Head, Batch, SeqQ, SeqK, Heads, HeadDim, Score };

/// The functions of the language. `Floor` gives an int.
enum class Builtin {
  Abs,
  Min,
  Max,
  Clamp,
  Floor,
  Sqrt,
  Exp,
  Exp2,
  Log,
  Log2,
  Tanh,
  Sin,
  Cos,
  Chance
};

/// By what `top_blocks` scores a block of keys for a group of queries: the dot product of the
/// group's mean query with the block's mean key, with its bounds by channel, or with its first key.
enum class SelectBy { Mean, MinMax, First };

enum class Operator {
  Or,
  And,
  Not,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  Negate
};

struct Name {
  std::string text;
  Span span;
};

/// What a name means, once the checker has resolved it.
struct Symbol {
  enum class Kind {
    Unresolved,
    Ambient,     ///< index: an Ambient
    Parameter,   ///< index into Pattern::parameters
    Let,         ///< index into Pattern::lets: the let's expression, re-read here
    Input,       ///< index into Pattern::inputs; only an Index has it
    DefArgument, ///< index into the enclosing Def::parameters
    Def,         ///< index into Program::defs
    Builtin,     ///< index: a Builtin
  };
  Kind kind = Kind::Unresolved;
  int index = -1;
};

struct Expr;
using ExprPtr = std::shared_ptr<Expr>;

/// `name = value` behind `where`. The checker resolves `symbol` to an Ambient,
/// a Parameter, a Let or a DefArgument.
struct Binding {
  Name name;
  Symbol symbol;
  ExprPtr value;
};

struct Expr {
  enum class Kind {
    IntLiteral,   ///< integer
    FloatLiteral, ///< real
    BoolLiteral,  ///< integer: 0 or 1
    NameUse,      ///< name, symbol (a Def with no parameters may be used by name)
    Unary,        ///< op (Not, Negate), operands[0]
    Binary,       ///< op (Or, And, arithmetic), operands[0..1]
    Comparison,   ///< a chain: operands[0] comparisons[0] operands[1] ...; true when all hold
    If,           ///< operands: condition, then, else
    Call,         ///< name, symbol (Def or Builtin), operands; argumentNames until checked
    Where,        ///< operands[0] re-read with `bindings`, which are read outside, all at once
    Index,        ///< name[operands...], symbol (Input): an element of an input tensor
    TopBlocks,    ///< operands: count, block, share; selectBy. The checker makes it of a Call
  };

  Kind kind;
  Span span; ///< the whole expression, for carets
  std::int64_t integer = 0;
  double real = 0;
  Operator op = Operator::Or;
  std::vector<Operator> comparisons;
  Name name;
  Symbol symbol;
  std::vector<ExprPtr> operands;
  std::vector<std::optional<Name>> argumentNames; ///< Call: one an operand, until checked
  std::vector<Binding> bindings;
  SelectBy selectBy = SelectBy::Mean;
  int depth = 1; ///< 1 + the deepest part's; at most maxExprDepth
};

/// Bounds Expr::depth in the text, and, with defs and lets written out in place,
/// after checking: so a walk over an expression may recurse, through calls as well.
constexpr int maxExprDepth = 1000;
/// Bounds the number of nodes of an expression with defs and lets written out.
constexpr int maxExpandedSize = 100000;

struct Import {
  std::string path; ///< as written, without ".gaze"
  Span span;
};

/// def NAME(parameters) = body;
struct Def {
  Name name;
  std::vector<Name> parameters;
  ExprPtr body;
};

/// NAME: type = default. The default is a literal of the parameter's own type
/// after checking.
struct Parameter {
  Name name;
  Type type = Type::Int;
  ExprPtr defaultValue; ///< null where a value must be given
};

/// input NAME: type[axes...];
struct Input {
  Name name;
  Type type = Type::Int;
  /// The sizes, ints: read neither q, k, head, score nor inputs, and `batch` in them
  /// is the number of batch entries.
  std::vector<ExprPtr> axes;
};

/// An input has at most so many axes.
constexpr int maxAxes = 6;

struct Let {
  Name name;
  ExprPtr value;
};

struct Require {
  ExprPtr condition; ///< bool; reads neither q, k, head, batch, score nor inputs
  std::string message;
  Span span;
};

struct Pattern {
  Name name;
  std::vector<Parameter> parameters;
  std::vector<Input> inputs;
  std::vector<Let> lets;
  std::vector<Require> requirements;
  ExprPtr keep;  ///< bool; null keeps every pair
  ExprPtr scale; ///< float or int, reads neither k nor score; null is 1 / sqrt(head_dim)
  std::vector<ExprPtr> scores; ///< in order; each sees the score so far
};

/// A file with everything that it imports: all defs, and the patterns of the
/// file itself.
struct Program {
  SourceSet sources;
  std::vector<Def> defs;
  std::vector<Pattern> patterns;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_AST_H
