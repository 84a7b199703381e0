//===- Interpreter.h - What a pattern means, pair by pair --------------------===//
//
// The executable definition of the language: a walk over the checked AST with
// 64-bit ints and floats. It shares nothing with the compiler, so the float64
// reference attention (compiler/reference) and every differential test stand on
// it. docs/language.md says the same in words.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_INTERPRETER_H
#define GAZE_DSL_INTERPRETER_H

#include "dsl/Ast.h"

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gaze::dsl {

struct Value {
  Type type = Type::Int;
  std::int64_t integer = 0; ///< Int, and Bool as 0 or 1
  double real = 0;          ///< Float
  /// Not null where the value does not exist, because it depends on an element outside
  /// of an input: the Index. Only within an evaluation.
  const Expr *missing = nullptr;
};

/// The elements of an input, dense and in C order; the caller owns them. One of the
/// three pointers, by the type of the input, is not null.
struct InputTensor {
  std::vector<std::int64_t> extents;
  const std::int64_t *ints = nullptr;
  const float *floats = nullptr;
  const std::uint8_t *bools = nullptr; ///< 0 or 1
};

/// An index outside of an input, where the value of the element counts.
struct OutOfRange : std::runtime_error {
  OutOfRange(const std::string &message, Span place) : std::runtime_error(message), place(place) {}
  Span place; ///< of the index
};

/// Values of the ambient names, by Ambient.
struct Coordinates {
  std::array<std::int64_t, 8> integers{}; ///< Q .. HeadDim
  double score = 0;
};

/// What one `top_blocks` asks for: the `count` highest-scored of the blocks of `block` keys, for
/// each group of queries with the same floor(q / share).
struct Selection {
  std::int64_t count = 0;
  std::int64_t block = 1;
  std::int64_t share = 1;
  SelectBy by = SelectBy::Mean;
};

/// Knows what has been selected, from the tensors that the interpreter does not see.
class Selector {
public:
  virtual ~Selector() = default;
  /// Whether the block of the key is among those that are selected for the group of the query. It
  /// may be asked from several threads at once.
  virtual bool selected(const Selection &selection, const Coordinates &at) const = 0;
};

/// floor(a / b) and a - b * floor(a / b), as Python rounds them; 0 where b is 0;
/// wrapping on overflow like all int arithmetic of the language.
std::int64_t floorDivide(std::int64_t a, std::int64_t b);
std::int64_t floorModulo(std::int64_t a, std::int64_t b);

/// The fixed hash behind `chance`: true with probability p.
///   h = mix(seed); for each argument x: h = mix(h ^ x); true iff (h >> 11) * 2^-53 < p
/// where mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014) applied to
/// h + 0x9e3779b97f4a7c15.
bool chance(double p, std::int64_t seed, const std::int64_t *arguments, int count);

/// Evaluates the statements of one checked pattern. Parameters are given in the
/// order of Pattern::parameters, already of the parameter's type, and inputs in that
/// of Pattern::inputs, with the sizes that `extents` gives. Thread-safe: evaluation
/// changes nothing.
class Interpreter {
public:
  Interpreter(const Program &program, const Pattern &pattern, std::vector<Value> parameters,
              std::vector<InputTensor> inputs = {});

  /// The sizes of the axes of input `index`; `at` holds the sizes of the shape, and
  /// the number of batch entries in Ambient::Batch.
  std::vector<std::int64_t> extents(std::size_t index, const Coordinates &at) const;

  /// Index of the first requirement that fails, or -1.
  int failedRequirement(const Coordinates &at) const;
  /// The following throw an OutOfRange. Without a selector, `top_blocks` is taken as true.
  bool keep(const Coordinates &at, const Selector *selector = nullptr) const;
  double scale(const Coordinates &at) const;
  /// The score after all score statements; `at.score` is the score after the scale.
  double score(const Coordinates &at) const;

  /// Of any expression that is checked and stands in no def.
  Value evaluate(const Expr &expr, const Coordinates &at, const Selector *selector = nullptr) const;

private:
  /// Throws an OutOfRange where `value` is missing.
  Value present(Value value) const;

  const Program &program;
  const Pattern &pattern;
  std::vector<Value> parameters;
  std::vector<InputTensor> inputs;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_INTERPRETER_H
