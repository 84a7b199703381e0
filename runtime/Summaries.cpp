//===- Summaries.cpp - What is known of the blocks of a KV cache ---------------===//
#include "runtime/Summaries.h"

#include "runtime/Blocks.h"
#include "runtime/Cpu.h"
#include "runtime/Error.h"
#include "runtime/Options.h"
#include "runtime/Tensors.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <string>

using namespace gaze::runtime;

namespace {

/// Keys that a thread reads before it asks for more.
constexpr std::int64_t keysOfItem = 4096;

/// Blocks [begin, end) of a head of K, all but the last of the sequence being whole.
void summarizeBlocks(const gaze_kernel &kernel, Summary &summary, const gaze_tensor &k,
                     std::int64_t batch, std::int64_t head, float *values, const Blocks &blocks,
                     std::int64_t begin, std::int64_t end) {
  auto *const function =
      summary.by == GAZE_SELECT_MINMAX ? kernel.block_extremes : kernel.block_means;
  const auto call = [&](std::int64_t first, std::int64_t last, std::int64_t keys) {
    if (first == last)
      return;
    const Span rows = blocks.keysOf(first, last);
    Buffer in = rowsOf(k, batch, head, rows.first, kernel.head_dim, rows.size());
    Buffer out(values + first, float32, last - first, summary.channels, summary.capacity);
    if (const int code = function(in.get(), static_cast<std::int32_t>(keys),
                                  static_cast<std::int32_t>(blocks.size), out.get()))
      throw Failure(GAZE_INTERNAL_ERROR, "a summary failed with code " + std::to_string(code));
  };
  if (summary.by == GAZE_SELECT_FIRST)
    return call(begin, end, 1);
  const std::int64_t whole = std::min(end, blocks.keys / blocks.size);
  call(begin, whole, blocks.size);
  call(whole, end, blocks.keysOf(whole, end).size());
}

} // namespace

bool gaze_summaries::hasBlocksOf(const gaze_plan &plan) const {
  return std::equal(each.begin(), each.end(), plan.selections.begin(), plan.selections.end(),
                    [](const Summary &summary, const Selection &selection) {
                      return summary.by == selection.by && summary.block == selection.block;
                    });
}

void gaze_summaries::restart(const gaze_plan &plan) {
  keys = 0;
  each.clear();
  for (const Selection &selection : plan.selections) {
    Summary &summary = each.emplace_back();
    summary.by = selection.by;
    summary.block = selection.block;
    summary.channels = kernel->head_dim * (selection.by == GAZE_SELECT_MINMAX ? 2 : 1);
  }
}

void gaze_summaries::reserve(Summary &summary, std::int64_t blocks) const {
  if (blocks <= summary.capacity)
    return;
  const std::int64_t capacity = roundedUp(std::max(blocks, summary.capacity * 2), blocksTogether);
  const std::int64_t rows = batch * kvHeads * summary.channels;
  constexpr std::int64_t largest = std::int64_t{1} << 40;
  if (capacity > std::numeric_limits<std::int32_t>::max() || capacity > largest / rows)
    throw std::bad_alloc();
  Vector<float> values(static_cast<std::size_t>(rows * capacity));
  for (std::int64_t row = 0; row < rows; ++row)
    std::copy_n(summary.values.data() + row * summary.capacity, summary.capacity,
                values.data() + row * capacity);
  summary.values = std::move(values);
  summary.capacity = capacity;
}

void gaze_summaries::summarize(Summary &summary, const gaze_plan &plan, const gaze_tensor &k,
                               const Threads &threads) const {
  const Blocks blocks(plan.shape, summary.block);
  const std::int64_t first = keys / summary.block; // the incomplete block is read again
  const std::int64_t blocksOfItem = std::max<std::int64_t>(1, keysOfItem / blocks.size);
  const std::int64_t items = ceilDivide(blocks.count - first, blocksOfItem);
  reserve(summary, blocks.count);
  forEachWorker(batch * kvHeads * items, threads, [&](const auto &next) {
    for (std::int64_t i = next(); i >= 0; i = next()) {
      const std::int64_t plane = i / items, begin = first + i % items * blocksOfItem;
      summarizeBlocks(*kernel, summary, k, plane / kvHeads, plane % kvHeads,
                      summary.values.data() + plane * summary.channels * summary.capacity, blocks,
                      begin, std::min(begin + blocksOfItem, blocks.count));
    }
  });
}

void gaze_summaries::update(const gaze_plan &plan, const gaze_tensor &k, const Threads &threads) {
  if (!hasBlocksOf(plan) || plan.shape.seq_k < keys)
    restart(plan);
  if (plan.shape.seq_k > keys || !isExact) {
    isExact = false;
    for (Summary &summary : each)
      summarize(summary, plan, k, threads);
  }
  keys = plan.shape.seq_k;
  isExact = true;
}

void gaze_summaries::checkFit(const gaze_plan &plan) const {
  if (plan.kernel->head_dim != kernel->head_dim || plan.kernel->element != kernel->element ||
      plan.shape.batch != batch || plan.shape.kv_heads != kvHeads)
    invalid("the summaries are those of another cache: batch " + std::to_string(batch) +
            ", kv_heads " + std::to_string(kvHeads) + ", head_dim " +
            std::to_string(kernel->head_dim) + ", " + spelling(kernel->element));
  if (!plan.mustSelect())
    invalid("the plan selects nothing: it takes no summaries");
}

void gaze_summaries::checkFit(const gaze_plan &plan, std::int64_t needed) const {
  checkFit(plan);
  if (keys != needed || !isExact || !hasBlocksOf(plan))
    invalid("the summaries hold " + std::to_string(keys) + " keys" +
            (isExact ? "" : ", cut back,") + (isExact ? ", " : " and ") + "the plan has " +
            std::to_string(needed) + (keys == needed && isExact ? ", in other blocks" : "") +
            "; gaze_summaries_update brings them up to it");
}

gaze_status gaze_summaries_create(const gaze_kernel *kernel, int64_t batch, int64_t kv_heads,
                                  const gaze_options *options, gaze_summaries **summaries,
                                  gaze_error *error) {
  if (summaries)
    *summaries = nullptr;
  return guarded(options, error, [&](const Options &) {
    if (!summaries)
      invalid("summaries is null");
    const gaze_kernel &here = kernelHere(kernel);
    if (here.selection_count == 0)
      invalid("the pattern selects nothing: it has no top_blocks");
    if (batch < 1 || kv_heads < 1 || batch > (1 << 30) / kv_heads)
      invalid("batch and kv_heads must be at least 1, and their product at most 2^30");
    *summaries = make<gaze_summaries>(&here, batch, kv_heads).release();
  });
}

gaze_status gaze_summaries_update(gaze_summaries *summaries, const gaze_plan *plan,
                                  const gaze_tensor *k, const gaze_options *options,
                                  gaze_error *error) {
  return guarded(options, error, [&](const Options &read) {
    checkTensorsOfHost(read, "gaze_summaries_update");
    if (!summaries || !plan)
      invalid(summaries ? "plan is null" : "summaries is null");
    summaries->checkFit(*plan);
    checkQueriesAndKeys(*plan, nullptr, k);
    const UseMemory theirs(summaries->memory);
    summaries->update(*plan, *k, read.threads);
  });
}

gaze_status gaze_summaries_truncate(gaze_summaries *summaries, int64_t keys, gaze_error *error) {
  return guarded(error, [&] {
    if (!summaries)
      invalid("summaries is null");
    if (keys < 0)
      invalid("keys must be at least 0, not " + std::to_string(keys));
    // What is left of a block that is cut is read again: its sums hold keys behind.
    if (keys < summaries->keys) {
      summaries->keys = keys;
      summaries->isExact = false;
    }
  });
}

void gaze_summaries_destroy(gaze_summaries *summaries) { Owned<gaze_summaries>{summaries}; }
