//===- Mask.h - What a pattern keeps, counted exactly ------------------------===//
//
// Which tiles exist comes from a plan; only inside the partial ones is the pattern
// itself asked, pair by pair, by the interpreter and on all threads. So counting
// costs about as much as the tiles that the kernel computes.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_MASK_H
#define GAZE_TOOLS_MASK_H

#include "dsl/Interpreter.h"
#include "runtime/gaze.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace gaze::cli {

/// The mask of one head and batch entry, drawn small: kept pairs by cell. Cell
/// (row, column) covers the queries [row * seq_q / rows, (row + 1) * seq_q / rows)
/// and keys likewise.
struct Grid {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<std::int64_t> kept; ///< [rows, columns]

  Grid(std::int64_t rows, std::int64_t columns)
      : rows(rows), columns(columns), kept(rows * columns) {}
};

/// One bit for a pair, rows of whole words.
struct PairBits {
  std::int64_t words; ///< of a row
  std::vector<std::uint64_t> bits;

  PairBits(std::int64_t seqQ, std::int64_t seqK) : words((seqK + 63) / 64), bits(seqQ * words) {}
  std::uint64_t *row(std::int64_t query) { return &bits[query * words]; }
  const std::uint64_t *row(std::int64_t query) const { return &bits[query * words]; }
};

/// The pairs that a plan keeps.
class Mask {
public:
  /// All of these outlive the Mask.
  Mask(const dsl::Interpreter &interpreter, const gaze_kernel &kernel, const Plan &plan,
       const gaze_shape &shape, int threads)
      : interpreter(interpreter), kernel(kernel), plan(plan), shape(shape), threads(threads) {}

  /// Counts the pairs of one head and batch entry; adds them to `grid` and sets them
  /// in `bits` where these are given.
  std::int64_t count(std::int64_t head, std::int64_t batch, Grid *grid = nullptr,
                     PairBits *bits = nullptr) const;

  /// Counts the pairs of all heads and batch entries; where they have the same mask,
  /// once.
  std::int64_t countAll() const;

private:
  const dsl::Interpreter &interpreter;
  const gaze_kernel &kernel;
  const Plan &plan;
  const gaze_shape &shape;
  int threads;
};

/// How many layers it takes until every query has heard of every key that dense
/// attention with the same causality would give it: 0 for never. A layer passes on
/// what its kept keys have heard, and what the query has heard itself (the residual
/// stream). `bits` [seq, seq] is the mask of self-attention: query i stands at key i.
int reachLayers(const PairBits &bits, std::int64_t seq);

} // namespace gaze::cli

#endif // GAZE_TOOLS_MASK_H
