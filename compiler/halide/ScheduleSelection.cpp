//===- ScheduleSelection.cpp - How blocks of keys are scored on a CPU ----------===//
//
// Summaries read rows as they stand, with channels in the lanes, and write a column. Scores
// have blocks in the lanes: a register block is two vectors of blocks times four groups, so
// that eight sums hide the latency of a multiply-add. The runtime pads both to whole
// register blocks: there is no other path that could round otherwise.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/Selection.h"

#include <numeric>

using namespace Halide;

namespace gaze {
namespace {

/// What is added up or compared over the rows of a block, in registers.
void reduceRows(Func &func, const BlockRows &of, Func &consumer, int lanes) {
  const int vector = std::gcd(of.headDim, lanes);
  func.compute_at(consumer, of.bi).bound_extent(of.di, of.headDim).vectorize(of.di, vector);
  func.update().reorder(of.di, of.r).vectorize(of.di, vector).unroll(of.di);
}

void fixRows(BlockRows &of) {
  of.rows.dim(0).set_bounds(0, of.headDim);
  of.rows.dim(1).set_min(0);
}

} // namespace

void scheduleForCpu(BlockMeans &m, int lanes) {
  fixRows(m);
  m.means.output_buffer().dim(1).set_bounds(0, m.headDim);
  m.means.reorder(m.di, m.bi);
  reduceRows(m.sums, m, m.means, lanes);
}

void scheduleForCpu(BlockExtremes &e, int lanes) {
  fixRows(e);
  e.extremes.output_buffer().dim(1).set_bounds(0, 2 * e.headDim);
  e.extremes.reorder(e.ci, e.bi);
  for (Func *func : {&e.greatest, &e.least})
    reduceRows(*func, e, e.extremes, lanes);
}

void scheduleForCpu(BlockScores &s, int lanes) {
  const Var blocks("blocks"), groups("groups");
  s.queries.dim(0).set_min(0);
  s.summaries.dim(0).set_min(0);
  s.scores.output_buffer().dim(0).set_min(0);
  s.scores.output_buffer().dim(1).set_min(0);
  s.scores.tile(s.bi, s.gi, blocks, groups, s.bi, s.gi, 2 * lanes, 4, TailStrategy::RoundUp)
      .reorder(s.bi, s.gi, groups, blocks)
      .vectorize(s.bi, lanes)
      .unroll(s.bi)
      .unroll(s.gi);
  s.dot.compute_at(s.scores, groups).vectorize(s.bi, lanes).unroll(s.bi).unroll(s.gi);
  s.dot.update().reorder(s.bi, s.gi, s.channel).vectorize(s.bi, lanes).unroll(s.bi).unroll(s.gi);
}

} // namespace gaze
