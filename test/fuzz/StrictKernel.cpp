//===- StrictKernel.cpp - A gaze_kernel that holds the runtime to its word ------------===//
#include "test/fuzz/StrictKernel.h"

#include "test/fuzz/Promises.h"
#include "test/runtime/FakeKernel.h"

#include <algorithm>
#include <cstring>

namespace gaze::test {
namespace {

constexpr std::int64_t tileQ = 8, tileK = 8, edgeK = 4, chunkTiles = 2, dim = 8;

//===----------------------------------------------------------------------===//
// What plans ask
//===----------------------------------------------------------------------===//

int require(halide_buffer_t *uniforms, halide_buffer_t *holds) {
  const Problem problem(uniforms);
  promise(holds->dim[0].extent == 1, "one requirement");
  Elements<std::uint8_t>{holds}(0) =
      problem[Count] >= 0 && problem[Block] >= 1 && problem[Share] >= 1 ? 1 : 0;
  return 0;
}

int sizes(halide_buffer_t *uniforms, halide_buffer_t *out) {
  const Problem problem(uniforms);
  const Ints size(out);
  promise(size.extent() == 3, "sizes of all axes");
  size(0) = problem[Batch], size(1) = problem[SeqK], size(2) = problem[Heads];
  return 0;
}

int selectionSizes(halide_buffer_t *uniforms, halide_buffer_t *out) {
  const Problem problem(uniforms);
  const Ints size(out);
  for (std::int64_t i = 0; i < size.extent(); i += 3) {
    const bool isFirst = i == 0;
    size(i) = problem[Count];
    size(i + 1) = problem[isFirst ? Block : Share];
    size(i + 2) = problem[isFirst ? Share : Block];
  }
  return 0;
}

/// Seeds of some kinds answer alike for all, others for each.
std::uint8_t verdictOf(const Problem &problem, const std::int64_t *ends) {
  constexpr std::uint8_t some = 1, all = 2, inside = 4;
  const std::uint64_t any = problem.any({ends[0], ends[1], ends[2], ends[3], ends[4], ends[6]});
  const auto safe = static_cast<std::uint8_t>(problem[Seed] & 8 && any >> 40 & 1 ? 0 : inside);
  switch (problem[Seed] & 7) {
  case 0:
    return inside;
  case 1:
    return inside | some | all;
  case 2:
    return static_cast<std::uint8_t>(safe | some);
  case 3: // the border of a window, say
    return static_cast<std::uint8_t>(safe | some | (any >> 32 & 1 ? all : 0));
  default:
    return static_cast<std::uint8_t>(safe | (any >> 32 & 3 ? some | (any >> 34 & 3 ? 0 : all) : 0));
  }
}

int judge(halide_buffer_t *uniforms, halide_buffer_t *ints, halide_buffer_t *floats,
          halide_buffer_t *bools, halide_buffer_t *zones, halide_buffer_t *rectangles,
          halide_buffer_t *verdicts) {
  constexpr std::int64_t behind = 16;
  const Problem problem(uniforms);
  problem.checkTables(bools);
  use(Ints{ints}.ends() + Floats{floats}.ends() + Ints{zones}.ends());
  const std::int64_t count = rectangles->dim[1].extent;
  promise(rectangles->dim[0].extent == 8 && rectangles->dim[1].stride == 8 &&
              verdicts->dim[0].extent == count,
          "rectangles and as many verdicts");
  const auto *ends = reinterpret_cast<const std::int64_t *>(rectangles->host);
  for (std::int64_t i = 0; i < count; ++i, ends += 8) {
    problem.checkQueries(ends[0], ends[1]);
    problem.checkKeys(ends[2], ends[3]);
    problem.checkPlane(ends[4], ends[6]);
    problem.checkPlane(ends[5], ends[7]);
    promise(ends[4] <= ends[5] && ends[6] <= ends[7], "first and last planes");
    verdicts->host[i] = verdictOf(problem, ends);
  }
  // Whole vectors are read and written.
  std::uint64_t read = 0;
  for (std::int64_t i = 0; i < 8 * behind; ++i)
    read += static_cast<std::uint64_t>(ends[i]);
  std::fill_n(verdicts->host + count, behind, static_cast<std::uint8_t>(read));
  return 0;
}

int maskCandidates(halide_buffer_t *uniforms, halide_buffer_t *, halide_buffer_t *,
                   halide_buffer_t *, std::int64_t q, std::int64_t k, std::int64_t head,
                   std::int64_t batch, halide_buffer_t *kept) {
  const Problem problem(uniforms);
  const Elements<std::uint8_t> out(kept);
  problem.checkQueries(q, q + out.extent(1) - 1);
  problem.checkKeys(k, k + out.extent(0) - 1);
  problem.checkPlane(head, batch);
  out.fill(problem.any({q, k, head, batch}) % 4 > 0 ? 1 : 0);
  return 0;
}

int findFaults(halide_buffer_t *uniforms, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
               std::int64_t q, std::int64_t k, std::int64_t head, std::int64_t batch,
               halide_buffer_t *out) {
  const Problem problem(uniforms);
  const Ints found(out);
  problem.checkQueries(q, q + found.extent(2) - 1);
  problem.checkKeys(k, k + found.extent(1) - 1);
  problem.checkPlane(head, batch);
  found.fill(0);
  if (problem.any({q, k, head, batch}) % 64 == 0)
    found(0, found.extent(1) - 1, found.extent(2) - 1) = 1;
  return 0;
}

int selectsResidue(halide_buffer_t *uniforms, halide_buffer_t *, halide_buffer_t *,
                   halide_buffer_t *, std::int64_t head, std::int64_t batch,
                   halide_buffer_t *selected) {
  const Problem problem(uniforms);
  const Ints out(selected);
  promise(out.extent() == 2, "a modulus and a difference");
  problem.checkPlane(head, batch);
  out(0) = problem[Modulus], out(1) = problem[Difference];
  return 0;
}

int selectsColumns(halide_buffer_t *uniforms, halide_buffer_t *, halide_buffer_t *,
                   halide_buffer_t *, std::int64_t head, std::int64_t batch,
                   halide_buffer_t *selected) {
  const Problem problem(uniforms);
  const Elements<std::uint8_t> out(selected);
  promise(out.extent() == problem[SeqK], "all keys");
  problem.checkPlane(head, batch);
  for (std::int64_t key = 0; key < out.extent(); ++key)
    out(key) = problem.any({key, head, batch}) % 4 == 0 ? 1 : 0;
  return 0;
}

//===----------------------------------------------------------------------===//
// What selections ask
//===----------------------------------------------------------------------===//

int summarize(const halide_buffer_t *rows, std::int32_t keys, std::int32_t block,
              const halide_buffer_t *summaries, std::int64_t channels) {
  const Floats in(rows), out(summaries);
  promise(in.extent(0) == dim && out.extent(1) == channels && keys >= 1, "rows and summaries");
  float sum = 0;
  for (std::int64_t i = 0; i < out.extent(0); ++i)
    sum += in(0, i * block) + in(dim - 1, i * block + keys - 1);
  out.fill(sum);
  return 0;
}

int blockMeans(halide_buffer_t *rows, std::int32_t keys, std::int32_t block,
               halide_buffer_t *means) {
  return summarize(rows, keys, block, means, dim);
}

int blockExtremes(halide_buffer_t *rows, std::int32_t keys, std::int32_t block,
                  halide_buffer_t *extremes) {
  return summarize(rows, keys, block, extremes, 2 * dim);
}

/// Any bits as scores, NaN and infinities among them.
int score(const halide_buffer_t *queries, const halide_buffer_t *summaries,
          const halide_buffer_t *scores, std::int64_t channels) {
  const Floats out(scores), q(queries), blocks(summaries);
  promise(out.extent(0) % 32 == 0 && out.extent(1) % 4 == 0, "whole blocks of registers");
  promise(q.extent(1) == dim && blocks.extent(1) == channels, "channels");
  use(q.ends() + blocks.ends());
  for (std::int64_t group = 0; group < out.extent(1); ++group)
    for (std::int64_t block = 0; block < out.extent(0); ++block) {
      const auto bits = static_cast<std::uint32_t>(mixed({group, block}));
      float any = 0;
      std::memcpy(&any, &bits, sizeof any);
      out(block, group) = any;
    }
  return 0;
}

int meanScores(halide_buffer_t *queries, halide_buffer_t *summaries, halide_buffer_t *scores) {
  return score(queries, summaries, scores, dim);
}

int extremeScores(halide_buffer_t *queries, halide_buffer_t *summaries, halide_buffer_t *scores) {
  return score(queries, summaries, scores, 2 * dim);
}

//===----------------------------------------------------------------------===//
// What runs ask
//===----------------------------------------------------------------------===//

/// The arguments of all functions that accumulate.
struct Step {
  Problem problem;
  Floats q, k, v;
  Elements<std::int32_t> tiles;
  std::int64_t full;
  Floats stateIn, stateOut;

  Step(const halide_buffer_t *uniforms, const halide_buffer_t *bools, const halide_buffer_t *q,
       const halide_buffer_t *k, const halide_buffer_t *v, const halide_buffer_t *tiles,
       std::int32_t full, std::int32_t count, std::int64_t head, std::int64_t batch,
       const halide_buffer_t *in, const halide_buffer_t *out)
      : problem(uniforms), q(q), k(k), v(v), tiles(tiles), full(full), stateIn(in), stateOut(out) {
    problem.checkTables(bools);
    problem.checkPlane(head, batch);
    promise(this->q.extent(0) == dim && this->k.extent(0) == dim && this->v.extent(0) == dim,
            "rows of Q, K and V");
    promise(this->k.extent(1) == problem[SeqK] && this->v.extent(1) == problem[SeqK], "all keys");
    promise(full >= 0 && full <= count && count == this->tiles.extent(), "tiles, full ones first");
    promise(full * tileK + (count - full) * edgeK <= chunkTiles * tileK, "a chunk of tiles");
    promise(stateIn.extent(0) == stateOut.extent(0) && stateIn.extent(1) == stateOut.extent(1),
            "states of one shape");
  }

  /// Adds the keys of all tiles, place by place, and all queries.
  template <typename KeyAt> int run(std::int64_t places, KeyAt keyAt) const {
    std::uint64_t sum = q.ends();
    for (std::int64_t i = 0; i < tiles.extent(); ++i) {
      const std::int64_t first = tiles(i) * edgeK, size = i < full ? tileK : edgeK;
      promise(first >= 0 && first < places, "tiles of keys");
      promise(i >= full || first + size <= places, "full tiles that are whole");
      for (std::int64_t place = first; place < std::min(first + size, places); ++place) {
        const std::int64_t key = keyAt(place);
        promise(key < problem[SeqK] && key >= (i < full ? 0 : -1), "keys of a list");
        for (const std::int64_t channel : {std::int64_t{0}, dim - 1})
          if (key >= 0)
            sum += k(channel, key) < v(channel, key) ? 1 : 0;
      }
    }
    stateOut.fill(static_cast<float>((sum + stateIn.ends()) & 1));
    return 0;
  }
  int run() const {
    return run(problem[SeqK], [](std::int64_t key) { return key; });
  }
};

int accumulate(halide_buffer_t *uniforms, halide_buffer_t *, halide_buffer_t *,
               halide_buffer_t *bools, halide_buffer_t *q, halide_buffer_t *k, halide_buffer_t *v,
               halide_buffer_t *tiles, std::int32_t full, std::int32_t count, std::int64_t qFirst,
               std::int64_t head, std::int64_t batch, halide_buffer_t *in, halide_buffer_t *out) {
  const Step step(uniforms, bools, q, k, v, tiles, full, count, head, batch, in, out);
  step.problem.checkQueries(qFirst, qFirst + step.q.extent(1) - 1);
  promise(step.q.extent(1) <= tileQ && step.stateIn.extent(0) == tileQ &&
              step.stateIn.extent(1) == dim + 2,
          "a tile of queries and its state");
  return step.run();
}

int accumulateListed(halide_buffer_t *uniforms, halide_buffer_t *, halide_buffer_t *,
                     halide_buffer_t *bools, halide_buffer_t *q, halide_buffer_t *k,
                     halide_buffer_t *v, halide_buffer_t *tiles, std::int32_t full,
                     std::int32_t count, std::int64_t qFirst, std::int64_t head, std::int64_t batch,
                     halide_buffer_t *in, halide_buffer_t *keys, std::int64_t qStep,
                     halide_buffer_t *out) {
  const Step step(uniforms, bools, q, k, v, tiles, full, count, head, batch, in, out);
  const Elements<std::int32_t> list(keys);
  promise(qStep >= 1 && step.q.extent(1) <= tileQ, "a tile of queries");
  step.problem.checkQueries(qFirst, qFirst + (step.q.extent(1) - 1) * qStep);
  return step.run(list.extent(), list);
}

int accumulateRows(halide_buffer_t *uniforms, halide_buffer_t *, halide_buffer_t *,
                   halide_buffer_t *bools, halide_buffer_t *q, halide_buffer_t *k,
                   halide_buffer_t *v, halide_buffer_t *tiles, std::int32_t full,
                   std::int32_t count, std::int64_t qFirst, std::int64_t head, std::int64_t batch,
                   halide_buffer_t *in, halide_buffer_t *out) {
  const Step step(uniforms, bools, q, k, v, tiles, full, count, head, batch, in, out);
  step.problem.checkQueries(qFirst, qFirst + step.q.extent(1) - 1);
  step.problem.checkPlane(head + step.q.extent(2) - 1, batch);
  promise(step.stateIn.extent(0) == dim + 2 &&
              step.stateIn.extent(1) == step.q.extent(1) * step.q.extent(2),
          "few rows and their state");
  return step.run();
}

int finishAny(const halide_buffer_t *state, const halide_buffer_t *out, const halide_buffer_t *lse,
              std::int64_t rowsOfState) {
  const Floats rows(out), sums(lse);
  use(Floats{state}.ends());
  promise(rows.extent(0) == dim && rows.extent(1) <= rowsOfState && sums.extent() == rows.extent(1),
          "rows of the output");
  rows.fill(strictOutput);
  sums.fill(strictOutput);
  return 0;
}

int finish(halide_buffer_t *state, halide_buffer_t *out, halide_buffer_t *lse) {
  return finishAny(state, out, lse, state->dim[0].extent);
}

int finishRows(halide_buffer_t *state, halide_buffer_t *out, halide_buffer_t *lse) {
  return finishAny(state, out, lse, state->dim[1].extent);
}

int saveRows(halide_buffer_t *state, halide_buffer_t *rows) {
  const Floats out(rows);
  promise(out.extent(0) == dim + 8 && out.extent(1) <= tileQ, "rows of a state");
  out.fill(static_cast<float>(Floats{state}.ends() & 1));
  return 0;
}

int mergeRows(halide_buffer_t *rows, halide_buffer_t *in, halide_buffer_t *out) {
  const Floats saved(rows);
  promise(saved.extent(0) == dim + 8 && saved.extent(1) <= tileQ, "rows of a state");
  Floats{out}.fill(static_cast<float>((saved.ends() + Floats{in}.ends()) & 1));
  return 0;
}

constexpr gaze_parameter parameters[] = {
    {"count", GAZE_INT, 0, {0}},   {"block", GAZE_INT, 0, {0}},      {"share", GAZE_INT, 0, {0}},
    {"modulus", GAZE_INT, 0, {0}}, {"difference", GAZE_INT, 0, {0}}, {"seed", GAZE_INT, 0, {0}},
    {"start", GAZE_INT, 0, {0}}};
static_assert(sizeof parameters / sizeof *parameters == strictParameters);
constexpr gaze_requirement requirements[] = {{"sizes of at least one", "strict.gaze:1:1"}};
constexpr gaze_site sites[] = {{0, 1, "strict.gaze:2:1"}};

} // namespace

StrictKernel::StrictKernel(Bytes &bytes) : kernel(fakeKernel(tileQ, tileK, edgeK)) {
  kernel.name = "strict";
  kernel.chunk_tiles = chunkTiles;
  kernel.parameters = parameters;
  kernel.parameter_count = strictParameters;
  kernel.requirements = requirements;
  kernel.requirement_count = 1;
  kernel.require = require;
  kernel.classify = judge;
  kernel.accumulate = accumulate;
  kernel.finish = finish;
  kernel.accumulate_rows = accumulateRows;
  kernel.finish_rows = finishRows;
  const int reads = bytes.byte();
  kernel.reads_head = reads & 1;
  kernel.reads_batch = reads >> 1 & 1;
  kernel.candidates_read_head = reads >> 2 & 1;
  kernel.candidates_read_batch = reads >> 3 & 1;
  kernel.faults_read_head = reads >> 4 & 1;
  kernel.faults_read_batch = reads >> 5 & 1;
  kernel.max_rows = reads & 64 ? 16 : 0;
  if (reads & 128) {
    kernel.inputs = fuzzedInputs;
    kernel.input_count = 2;
    kernel.sizes = sizes;
    kernel.sites = sites;
    kernel.site_count = 1;
    kernel.faults = findFaults;
  }
  if (const int count = bytes.below(3)) {
    for (gaze_select_by &by : selections)
      by = static_cast<gaze_select_by>(bytes.below(3));
    kernel.selections = selections;
    kernel.selection_count = count;
    kernel.selection_sizes = selectionSizes;
    kernel.classify_candidates = judge;
    kernel.mask_candidates = maskCandidates;
    kernel.block_means = blockMeans;
    kernel.block_extremes = blockExtremes;
    kernel.mean_scores = meanScores;
    kernel.extreme_scores = extremeScores;
  }
  addParts(bytes.below(6));
}

/// As gaze-split-parts makes them: selected blocks and the rest, or the rest, which may be
/// nothing, and then lists of keys.
void StrictKernel::addParts(int choice) {
  const auto add = [&](gaze_order order) {
    gaze_part &part = parts[kernel.part_count++];
    part = {order, nullptr, judge, nullptr, nullptr};
    if (order == GAZE_ORDER_CONGRUENT || order == GAZE_ORDER_COLUMNS) {
      part.selects = order == GAZE_ORDER_CONGRUENT ? selectsResidue : selectsColumns;
      part.accumulate_listed = accumulateListed;
    } else {
      part.accumulate = accumulate;
    }
  };
  if (choice == 0)
    return;
  if (choice == 5 && kernel.selection_count > 0)
    add(GAZE_ORDER_SELECTED);
  if (choice != 1)
    add(GAZE_ORDER_TILES);
  if (choice < 4)
    add(GAZE_ORDER_CONGRUENT);
  if (choice == 3 || choice == 4)
    add(GAZE_ORDER_COLUMNS);
  kernel.parts = parts;
  kernel.save_rows = saveRows;
  kernel.merge_rows = mergeRows;
}

} // namespace gaze::test
