//===- Attend.cpp - What a kernel computes on a GPU, as Halide Funcs ----------===//
//
// The online softmax of Algorithm.cpp, with the loop over key tiles inside the kernel: a
// block of threads takes a piece, and adds tile after tile to its state. What differs by
// piece, its tiles and their number, it reads from tables.
//
// The state of a piece is dealt out to the threads: each has the output, times its weight, of
// some queries and channels. The weights and the highest scores of a line's queries are
// with each of its threads, so that none has to wait for what another writes.
//
// Pieces of a row merge as states always do: see finish.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/Attend.h"

#include "compiler/halide/Step.h"
#include "compiler/halide/Uniforms.h"

#include <utility>

using namespace Halide;

namespace gaze {

// Halide computes what a Func calls in the order of their names where it has the choice: V comes
// after the weights, as late as it can, for it takes the shared memory of what is no longer used
// (sharedBytes in compiler/Schedule.h, which a test holds to what Halide allocates).
GpuTiles::GpuTiles(const std::string &name, const GpuSizes &sizes, const Expr &count)
    : steps(0, sizes.block.stateFloats(), 0, count, name + "_steps"),
      dimension(0, sizes.headDim, name + "_dimension"),
      keys(0, sizes.schedule.tileK, name + "_keys"), keyRows(name + "_key_rows"),
      valueRows(name + "_value_rows"), queryPart(name + "_query_part"), keyPart(name + "_key_part"),
      dot(name + "_dot"), score(name + "_score"), scores(name + "_scores"),
      highest(name + "_highest"), weight(name + "_weight"), weights(name + "_weights"),
      sums(name + "_sums"), weightPart(name + "_line_weights"), valuePart(name + "_own_values"),
      product(name + "_product") {}

Attend::Attend(const Kernel &kernel, const GpuSizes &given)
    : sizes(given), q(sizes.element.halideType(), 4, "q"), k(sizes.element.halideType(), 4, "k"),
      v(sizes.element.halideType(), 4, "v"), fullTiles("full", sizes, mostFull),
      maskedTiles("masked", sizes, mostMasked) {
  const GpuBlock &block = sizes.block;
  Environment environment = uniformEnvironment(kernel, uniforms, sizes.headDim);
  environment.buffers = inputs;
  environment.coordinates[static_cast<int>(Coordinate::Batch)] = cast<std::int64_t>(field(Batch));
  const RowExpressions rows(kernel, sizes.headDim, environment, [&](const Expr &queryOfTile) {
    const Expr query = field(QueryTile) * sizes.schedule.tileQ + queryOfTile;
    return RowPosition{qStart + cast<std::int64_t>(query), cast<std::int64_t>(field(Head))};
  });

  state(tx, ty, slot, piece) = select(slot >= sizes.highestSlot(0), minusInfinity(), 0.0f);
  const Expr first = field(FirstTile);
  defineTiles(fullTiles, rows, first, false);
  defineTiles(maskedTiles, rows, first + field(FullTiles), true);
  const Expr thread = element % block.threads();
  states(element, piece) =
      state(thread % block.columns, thread / block.columns, element / block.threads(), piece);
}

Expr Attend::field(PieceField which) const {
  Expr number = pieces(static_cast<int>(which), firstPiece + piece);
  // The runtime has made the table.
  switch (which) {
  case QueryTile:
    return unsafe_promise_clamped(number, 0, (q.dim(1).extent() - 1) / sizes.schedule.tileQ);
  case Head:
    return unsafe_promise_clamped(number, 0, q.dim(2).extent() - 1);
  case Batch:
    return unsafe_promise_clamped(number, 0, q.dim(3).extent() - 1);
  default:
    return number;
  }
}

void Attend::defineTiles(GpuTiles &of, const RowExpressions &rows, const Expr &first,
                         bool areMasked) {
  const GpuBlock &block = sizes.block;
  const int tileK = sizes.schedule.tileK, tileQ = sizes.schedule.tileQ;

  // Q, K and V.
  const Expr head = field(Head), batch = field(Batch);
  const Expr kvHead = head / (q.dim(2).extent() / k.dim(2).extent());
  const Expr lastKey = k.dim(1).extent() - 1;
  const Expr place = unsafe_promise_clamped(first + ti, 0, tiles.dim(0).extent() - 1);
  const Expr tile = unsafe_promise_clamped(tiles(place), 0, lastKey / tileK);
  const Expr keyOfRow = tile * tileK + ki;
  const Expr keyRow =
      areMasked ? min(keyOfRow, lastKey) : unsafe_promise_clamped(keyOfRow, 0, lastKey);
  of.keyRows(di, ki, ti, piece) = sizes.element.widened(k(di, keyRow, kvHead, batch));
  of.valueRows(di, ki, ti, piece) =
      sizes.element.widened(v(min(di, sizes.valueDim - 1), keyRow, kvHead, batch));
  const Expr queryRow = min(field(QueryTile) * tileQ + qi, q.dim(1).extent() - 1);
  of.queryPart(di, qi, piece) = sizes.element.widened(q(di, queryRow, head, batch));

  // Scores. A thread has every so many'th key, so that those of neighbours are neighbours.
  of.keyPart(di, key, tx, ti, piece) = of.keyRows(di, key * block.columns + tx, ti, piece);
  of.dot(row, key, tx, ty, ti, piece) = 0.0f;
  of.dot(row, key, tx, ty, ti, piece) += of.queryPart(of.dimension, ty * block.rows + row, piece) *
                                         of.keyPart(of.dimension, key, tx, ti, piece);
  const Expr queryOfTile = ty * block.rows + row;
  const Expr position = tile * tileK + key * block.columns + tx;
  const Expr score =
      rows.score(strict_float(of.dot(row, key, tx, ty, ti, piece) * rows.dotFactor(queryOfTile)),
                 queryOfTile, position);
  of.score(row, key, tx, ty, ti, piece) =
      areMasked
          ? choose(position <= lastKey && rows.keeps(queryOfTile, position), score, minusInfinity())
          : score;
  of.scores(row, ty, tx, key, ti, piece) = of.score(row, key, tx, ty, ti, piece);

  // Softmax within this tile.
  const auto ofQuery = [&](const Func &tileOf) { // keys in their order
    return tileOf(qi % block.rows, qi / block.rows, of.keys % block.columns,
                  of.keys / block.columns, ti, piece);
  };
  of.highest(qi, ti, piece) = minusInfinity();
  of.highest(qi, ti, piece) = strict_float(max(of.highest(qi, ti, piece), ofQuery(of.scores)));
  const Expr reference = referenceOf(of.highest(queryOfTile, ti, piece));
  const Expr scoreHere = of.scores(row, ty, tx, key, ti, piece);
  of.weight(row, key, tx, ty, ti, piece) =
      areMasked ? partialWeight(scoreHere, reference) : exp2OfNonPositive(scoreHere - reference);
  of.weights(row, ty, tx, key, ti, piece) = of.weight(row, key, tx, ty, ti, piece);
  of.sums(qi, ti, piece) = 0.0f;
  of.sums(qi, ti, piece) += ofQuery(of.weights);

  // Weights times V. A thread has channels in fours, and its neighbours the fours between.
  of.weightPart(row, ki, ty, ti, piece) =
      of.weights(row, ty, ki % block.columns, ki / block.columns, ti, piece);
  of.valuePart(channel, ki, tx, ti, piece) =
      of.valueRows(channel / 4 * (4 * block.columns) + tx * 4 + channel % 4, ki, ti, piece);
  const Expr weight = of.weightPart(row, of.keys, ty, ti, piece);
  const Expr value = of.valuePart(channel, of.keys, tx, ti, piece);
  of.product(row, channel, tx, ty, ti, piece) = 0.0f;
  of.product(row, channel, tx, ty, ti, piece) +=
      weight * (areMasked ? valueWhereKept(weight, value) : value);

  // Into the state, slot by slot: the highest scores come last, for all others read them.
  std::vector<Expr> updated(block.stateFloats());
  const Expr tileNow = of.steps.y;
  const auto old = [&](int which) { return state(tx, ty, which, piece); };
  for (int i = 0; i < block.rows; ++i) {
    const Expr query = ty * block.rows + i;
    const Expr before = old(sizes.highestSlot(i)), here = of.highest(query, tileNow, piece);
    const Expr newHighest = strict_float(max(before, here));
    const Expr oldFactor = rescale(before, newHighest), newFactor = rescale(here, newHighest);
    for (int j = 0; j < block.channels; ++j)
      updated[sizes.valueSlot(i, j)] = old(sizes.valueSlot(i, j)) * oldFactor +
                                       of.product(i, j, tx, ty, tileNow, piece) * newFactor;
    updated[sizes.sumSlot(i)] =
        old(sizes.sumSlot(i)) * oldFactor + of.sums(query, tileNow, piece) * newFactor;
    updated[sizes.highestSlot(i)] = newHighest;
  }
  state(tx, ty, of.steps.x, piece) = mux(of.steps.x, updated);
}

std::vector<Argument> Attend::arguments() const {
  return {uniforms, inputs.ints, inputs.floats, inputs.bools, q,          k,     v,
          tiles,    pieces,      firstPiece,    mostFull,     mostMasked, qStart};
}

MergedRows::MergedRows(const GpuSizes &sizes)
    : sizes(sizes), parts(0, states.dim(1).extent(), "parts"),
      row(qi % sizes.schedule.tileQ % sizes.block.rows) {
  const Expr queryTile = qi / sizes.schedule.tileQ;
  parts.where(parts < rows(1, queryTile, hi, bi));
  highest(qi, hi, bi) = minusInfinity();
  highest(qi, hi, bi) =
      strict_float(max(highest(qi, hi, bi), stateAt(0, sizes.highestSlot(0) + row)));
  total(qi, hi, bi) = 0.0f;
  total(qi, hi, bi) += stateAt(0, sizes.sumSlot(0) + row) * factor();
}

Expr MergedRows::stateAt(const Expr &tx, const Expr &slot) const {
  const GpuBlock &block = sizes.block;
  const Expr queryTile = qi / sizes.schedule.tileQ;
  const Expr piece = unsafe_promise_clamped(rows(0, queryTile, hi, bi) - firstPiece + parts, 0,
                                            states.dim(1).extent() - 1);
  const Expr ty = qi % sizes.schedule.tileQ / block.rows;
  return states(tx + block.columns * (ty + block.lines * slot), piece);
}

Expr MergedRows::factor() const {
  return rescale(stateAt(0, sizes.highestSlot(0) + row), highest(qi, hi, bi));
}

FinishPieces::FinishPieces(const GpuSizes &given) : MergedRows(given) {
  const GpuBlock &block = sizes.block;
  const int wide = 4 * block.columns;
  const Expr channel = di / wide * 4 + di % 4;
  values(di, qi, hi, bi) = 0.0f;
  values(di, qi, hi, bi) += stateAt(di % wide / 4, row * block.channels + channel) * factor();
  out(di, qi, hi, bi) =
      sizes.element.rounded(values(di, qi, hi, bi) * reciprocalOf(total(qi, hi, bi)));
}

std::vector<Argument> FinishPieces::arguments() const { return {states, rows, firstPiece}; }

LogSumExpOfPieces::LogSumExpOfPieces(const GpuSizes &sizes) : MergedRows(sizes) {
  lse(qi, hi, bi) = logSumExp(highest(qi, hi, bi), total(qi, hi, bi));
}

std::vector<Argument> LogSumExpOfPieces::arguments() const { return {states, rows, firstPiece}; }

} // namespace gaze
