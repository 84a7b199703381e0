//===- Selection.cpp - Selecting blocks by content -----------------------------===//
#include "runtime/Selection.h"

#include "runtime/Blocks.h"
#include "runtime/Candidates.h"
#include "runtime/Error.h"
#include "runtime/HighestBlocks.h"
#include "runtime/Options.h"
#include "runtime/SelectionTable.h"
#include "runtime/Tensors.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

namespace gaze::runtime {
namespace {

constexpr std::int64_t uniformsOfSelection = 6;
constexpr std::int64_t bytesOfTables = std::int64_t{32} << 20;
/// Groups that are scored together.
constexpr std::int64_t groupsOfItem = 32;

/// A selection of a plan, and where its tables stand among the bools.
struct Job {
  Job(const gaze_plan &plan, const Selection &selection, std::int64_t first)
      : selection(selection), groups(plan.shape, selection.share),
        blocks(plan.shape, selection.block),
        table{SelectionAxis(groups.count), SelectionAxis(blocks.count)}, first(first) {}

  const Selection &selection;
  Groups groups;
  Blocks blocks;
  SelectionTable table;
  std::int64_t first;
};

/// Heads that share keys, [firstHead, endHead), and groups [begin, end) of each.
struct Item {
  std::int64_t batch, kvPlane, firstHead, endHead, begin, end;

  std::int64_t groups() const { return end - begin; }
  /// Where a group stands among all of them.
  std::int64_t place(std::int64_t head, std::int64_t group) const {
    return (head - firstHead) * groups() + group - begin;
  }
  std::int64_t places() const { return (endHead - firstHead) * groups(); }
};

/// Scores the candidates of an item and selects among them.
class Scorer {
public:
  Scorer(const gaze_plan &plan, const Job &job, const Candidates &candidates, const gaze_tensor &q)
      : kernel(*plan.kernel), job(job), candidates(candidates), q(q),
        means(static_cast<std::size_t>(groupsOfItem * kernel.head_dim)),
        scores(
            static_cast<std::size_t>(groupsOfItem * roundedUp(job.blocks.count, blocksTogether))) {}

  /// Into the tables of the item's heads, the first of which is given.
  void select(const Item &item, const Summary &summary, std::uint8_t *table) {
    const auto [firstBlock, endBlock] = rangeOfCandidates(item);
    const std::int64_t width = endBlock - firstBlock;
    if (width > 0 && job.selection.count > 0) {
      for (std::int64_t head = item.firstHead; head < item.endHead; ++head)
        computeMeans(item, head);
      computeScores(item, summary, firstBlock, width);
    }
    for (std::int64_t head = item.firstHead; head < item.endHead; ++head)
      for (std::int64_t group = item.begin; group < item.end; ++group)
        highest.select(scores.data() + item.place(head, group) * width,
                       candidates.of(item.batch, head, group), firstBlock,
                       std::min(endBlock, job.blocks.count), job.blocks.count, job.selection.count,
                       job.table.row(table + (head - item.firstHead) * job.table.entries(), group));
  }

private:
  const gaze_kernel &kernel;
  const Job &job;
  const Candidates &candidates;
  const gaze_tensor &q;
  Floats means;  ///< [channels, groups]
  Floats scores; ///< [groups, blocks]
  HighestBlocks highest;

  /// From the first to behind the last, in whole register blocks.
  std::pair<std::int64_t, std::int64_t> rangeOfCandidates(const Item &item) const {
    std::int64_t first = job.blocks.count, last = -1;
    for (std::int64_t head = item.firstHead; head < item.endHead; ++head)
      for (std::int64_t group = item.begin; group < item.end; ++group) {
        const std::uint8_t *const row = candidates.of(item.batch, head, group);
        const std::uint8_t *const rowEnd = row + job.blocks.count;
        first = std::min<std::int64_t>(first, std::find(row, row + first, 1) - row);
        const auto isSet = [](std::uint8_t byte) { return byte == 1; };
        const auto reversed = std::find_if(std::make_reverse_iterator(rowEnd),
                                           std::make_reverse_iterator(row + last + 1), isSet);
        last = std::max<std::int64_t>(last, reversed.base() - row - 1);
      }
    return last < 0 ? std::pair<std::int64_t, std::int64_t>{0, 0}
                    : std::pair{first / blocksTogether * blocksTogether,
                                roundedUp(last + 1, blocksTogether)};
  }

  void computeMeans(const Item &item, std::int64_t head) {
    const std::int64_t share = job.groups.share, begin = item.begin, end = item.end;
    const auto call = [&](std::int64_t first, std::int64_t last) {
      if (first == last)
        return;
      const Span queries = job.groups.queriesOf(first, last);
      const std::int64_t rows = last - first == 1 ? queries.size() : share;
      Buffer in = rowsOf(q, item.batch, head, queries.first - job.groups.queries.first,
                         kernel.head_dim, queries.size());
      Buffer out(means.data() + item.place(head, first), float32, last - first, kernel.head_dim,
                 groupsOfItem);
      check(kernel.block_means(in.get(), static_cast<std::int32_t>(rows),
                               static_cast<std::int32_t>(rows), out.get()),
            "block_means");
    };
    // The first and the last group may be cut by what is present.
    const std::int64_t whole = std::min(begin + (begin == 0 ? 1 : 0), end);
    const std::int64_t wholeEnd = std::max(whole, end - (end == job.groups.count ? 1 : 0));
    call(begin, whole);
    call(whole, wholeEnd);
    call(wholeEnd, end);
  }

  void computeScores(const Item &item, const Summary &summary, std::int64_t firstBlock,
                     std::int64_t width) {
    Buffer queries(means.data(), float32, groupsOfItem, kernel.head_dim, groupsOfItem);
    Buffer in(summary.of(item.kvPlane) + firstBlock, float32, width, summary.channels,
              summary.capacity);
    Buffer out(scores.data(), float32, width, roundedUp(item.places(), groupsTogether), width);
    auto *const function =
        summary.by == GAZE_SELECT_MINMAX ? kernel.extreme_scores : kernel.mean_scores;
    check(function(queries.get(), in.get(), out.get()), "the scores of blocks");
  }
};

/// Where a head has few groups, as in a decode step, heads that share keys fill a register
/// block of scores together.
Vector<Item> itemsOf(const gaze_shape &shape, std::int64_t groups) {
  const std::int64_t sharing = shape.heads / shape.kv_heads;
  const std::int64_t together = std::clamp<std::int64_t>(groupsTogether / groups, 1, sharing);
  Vector<Item> items;
  for (std::int64_t plane = 0; plane < shape.batch * shape.kv_heads; ++plane) {
    const std::int64_t kvHead = plane % shape.kv_heads, endHead = (kvHead + 1) * sharing;
    for (std::int64_t head = kvHead * sharing; head < endHead; head += together)
      for (std::int64_t begin = 0; begin < groups; begin += groupsOfItem)
        items.push_back({plane / shape.kv_heads, plane, head, std::min(head + together, endHead),
                         begin, std::min(begin + groupsOfItem, groups)});
  }
  return items;
}

void fillTables(gaze_plan &plan, const Job &job, const Summary &summary, const gaze_tensor &q,
                const Threads &threads) {
  const gaze_shape &shape = plan.shape;
  const Candidates candidates(plan, job.selection, threads);
  const std::int64_t planes = shape.batch * shape.heads;
  const auto tableOf = [&](std::int64_t plane) {
    return plan.selectedBools.data() + job.first + plane * job.table.entries();
  };
  const Vector<Item> items = itemsOf(shape, job.groups.count);
  forEachWorker(static_cast<std::int64_t>(items.size()), threads, [&](const auto &next) {
    Scorer scorer(plan, job, candidates, q);
    for (std::int64_t i = next(); i >= 0; i = next()) {
      const Item &item = items[i];
      scorer.select(item, summary, tableOf(item.batch * shape.heads + item.firstHead));
    }
  });
  forEachWorker(planes, threads, [&](const auto &next) {
    for (std::int64_t plane = next(); plane >= 0; plane = next())
      job.table.fillZones(tableOf(plane));
  });
}

/// Room for the tables behind the bools of the inputs, and the uniforms that describe them.
Vector<Job> makeTables(gaze_plan &plan) {
  Vector<Job> jobs;
  const std::int64_t planes = plan.shape.batch * plan.shape.heads;
  auto end = static_cast<std::int64_t>(plan.inputs->bools.size());
  const auto count = static_cast<std::int64_t>(plan.selections.size());
  auto uniform = plan.uniforms.end() - count * uniformsOfSelection;
  for (const Selection &selection : plan.selections) {
    const Job &job = jobs.emplace_back(plan, selection, end);
    const SelectionTable &table = job.table;
    for (const std::int64_t value : {end, job.groups.first, table.groups.size, table.groups.padded,
                                     table.blocks.size, table.blocks.padded})
      *uniform++ = value;
    const double bytes = static_cast<double>(planes) * static_cast<double>(table.groups.zones()) *
                         static_cast<double>(table.blocks.zones());
    if (bytes + static_cast<double>(end) > std::numeric_limits<std::int32_t>::max() - 1)
      invalid("a table of " + std::to_string(job.groups.count) + " groups of queries and " +
              std::to_string(job.blocks.count) +
              " blocks of keys has more than the 2^31 - 2 entries that are supported; take larger "
              "blocks, or groups of more queries");
    end += planes * table.entries();
  }
  plan.selectedBools.resize(static_cast<std::size_t>(end));
  std::copy(plan.inputs->bools.begin(), plan.inputs->bools.end(), plan.selectedBools.begin());
  return jobs;
}

/// The least common multiple, or `most` where it is more.
std::int64_t commonMultiple(std::int64_t a, std::int64_t b, std::int64_t most) {
  const std::int64_t factor = b / std::gcd(a, b);
  return a > most / factor ? most : a * factor;
}

} // namespace

void addSelections(gaze_plan &plan) {
  const gaze_kernel &kernel = *plan.kernel;
  if (kernel.selection_count == 0)
    return;
  Vector<std::int64_t> sizes(3 * static_cast<std::size_t>(kernel.selection_count));
  Buffer in(plan.uniforms.data(), int64, static_cast<std::int64_t>(plan.uniforms.size()));
  Buffer out(sizes.data(), int64, static_cast<std::int64_t>(sizes.size()));
  if (const int code = kernel.selection_sizes(in.get(), out.get()))
    throw Failure(GAZE_INTERNAL_ERROR, "selection_sizes failed with code " + std::to_string(code));
  for (std::int32_t i = 0; i < kernel.selection_count; ++i) {
    const std::int64_t *const size = sizes.data() + std::size_t{3} * i;
    plan.selections.push_back({kernel.selections[i], size[0], size[1], size[2]});
    // Of a table with one entry, before there is any.
    plan.uniforms.insert(plan.uniforms.end(), {0, 0, 1, 16, 1, 16});
  }
}

Vector<Slice> slicesOf(const gaze_plan &plan) {
  const gaze_shape &shape = plan.shape;
  constexpr std::int64_t most = std::int64_t{1} << 41; // more than all queries
  std::int64_t step = 1;
  double bytesOfQuery = 0;
  for (const Selection &selection : plan.selections) {
    step = commonMultiple(step, std::min(selection.share, most), most);
    const SelectionAxis blocks(Blocks(shape, selection.block).count);
    bytesOfQuery += static_cast<double>(shape.batch * shape.heads) *
                    static_cast<double>(blocks.zones()) / static_cast<double>(selection.share);
  }
  const std::int64_t rows = std::max<std::int64_t>(
      plan.kernel->tile_q,
      static_cast<std::int64_t>(std::min(bytesOfTables / bytesOfQuery, static_cast<double>(most))));
  const std::int64_t withTiles = commonMultiple(step, plan.kernel->tile_q, most);
  if (withTiles <= rows)
    step = withTiles;
  step *= std::max<std::int64_t>(1, std::min(rows, most) / step);
  Vector<Slice> slices;
  const std::int64_t end = shape.q_start + shape.seq_q;
  for (std::int64_t first = shape.q_start, last; first < end; first = last) {
    last = std::min(end, (floorDivide(first, step) + 1) * step);
    slices.push_back({first - shape.q_start, last - first});
  }
  return slices;
}

gaze_tensor rowsFrom(const gaze_tensor &tensor, std::int64_t row) {
  gaze_tensor rows = tensor;
  rows.data = static_cast<char *>(tensor.data) +
              row * tensor.strides[2] * halideType(tensor.element).bytes();
  return rows;
}

Owned<gaze_plan> selectBlocks(const gaze_plan &plan, const Slice &slice, const gaze_tensor &q,
                              const gaze_summaries &summaries, const Threads &threads) {
  Owned<gaze_plan> selected = make<gaze_plan>(plan);
  selected->shape.seq_q = slice.count;
  selected->shape.q_start += slice.first;
  selected->queryTiles = tilesOf(slice.count, plan.kernel->tile_q);
  chooseKernel(*selected);
  const gaze_tensor rows = rowsFrom(q, slice.first);
  const Vector<Job> jobs = makeTables(*selected);
  for (std::size_t i = 0; i < jobs.size(); ++i)
    fillTables(*selected, jobs[i], summaries.each[i], rows, threads);
  return selected;
}

Owned<gaze_plan> selectBlocks(const gaze_plan &plan, const gaze_tensor &q, const gaze_tensor &k,
                              const Threads &threads) {
  gaze_summaries summaries(plan.kernel, plan.shape.batch, plan.shape.kv_heads);
  summaries.update(plan, k, threads);
  return selectBlocks(plan, {0, plan.shape.seq_q}, q, summaries, threads);
}

} // namespace gaze::runtime

using namespace gaze::runtime;

gaze_status gaze_plan_select(const gaze_plan *plan, const gaze_tensor *q, const gaze_tensor *k,
                             const gaze_options *options, gaze_plan **selected, gaze_error *error) {
  if (selected)
    *selected = nullptr;
  return guarded(options, error, [&](const Options &read) {
    checkTensorsOfHost(read, "gaze_plan_select");
    if (!plan || !selected)
      invalid(plan ? "selected is null" : "plan is null");
    if (!plan->mustSelect())
      invalid("the plan has nothing to select: it has its tiles already");
    if (!q)
      invalid("q is null");
    checkQueriesAndKeys(*plan, q, k);
    if (read.summaries)
      read.summaries->checkFit(*plan, plan->shape.seq_k);
    Owned<gaze_plan> result = read.summaries ? selectBlocks(*plan, {0, plan->shape.seq_q}, *q,
                                                            *read.summaries, read.threads)
                                             : selectBlocks(*plan, *q, *k, read.threads);
    makeParts(*result, read.threads);
    *selected = result.release();
  });
}
