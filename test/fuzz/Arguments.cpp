//===- Arguments.cpp - Any arguments for the functions of gaze.h --------------------===//
//
// A few problems, each with a kernel that computes nothing, and shapes, tensors and options of
// fuzzed numbers; plans, what they select, workspaces and summaries are kept and used with one
// another. Every call is done or refused, with a reason; what it took from the allocator comes
// back.
//
// Half of the kernels do not look at memory, so that their tensors may be anything; the others
// (StrictKernel.h) do, and tensors that do not fit into ours are only to be refused.
//
//===----------------------------------------------------------------------===//
#include "gaze/gaze.h"
#include "runtime/Parts.h"
#include "test/fuzz/Allocator.h"
#include "test/fuzz/Bytes.h"
#include "test/fuzz/LooseKernel.h"
#include "test/fuzz/StrictKernel.h"
#include "test/fuzz/Target.h"

#include <algorithm>
#include <cstring>
#include <optional>

using namespace gaze::test;

namespace {

/// Memory for what is read and written, apart from each other so that AddressSanitizer sees
/// where one ends.
constexpr std::int64_t memoryBytes = 1 << 16;
using Piece = std::uint8_t[memoryBytes];
alignas(128) Piece memoryOfQ, memoryOfK, memoryOfV, memoryOfOut, memoryOfLse;

/// A kernel, and what was made with it last.
struct Problem {
  std::optional<StrictKernel> strict;
  gaze_kernel loose = {};
  gaze_shape shape = {};
  gaze_plan *plan = nullptr, *selected = nullptr;

  const gaze_kernel &kernel() const { return strict ? *strict->get() : loose; }
};

/// Work for a run or a plan that a fuzzer can wait for.
constexpr std::int64_t mostItems = 1 << 12;
constexpr double mostPairs = 1 << 26, mostStrictPairs = 1 << 16;

class Caller {
public:
  Caller(const std::uint8_t *given, std::size_t size) : bytes(given, size) {
    constexpr std::uint8_t verdicts[] = {4, 1 | 4, 1 | 2 | 4};
    const int first = bytes.byte();
    verdict = verdicts[first % 3];
    gaze::runtime::alwaysInParts = (first & 64) != 0;
    if (first & 128) // soon there is no more
      allocator.left = std::int64_t{64} * bytes.byte() * bytes.byte();
    for (Problem &problem : problems)
      if (bytes.flag())
        problem.strict.emplace(bytes);
      else
        problem.loose = looseKernel(bytes);
  }

  void call() {
    for (int calls = 0; !bytes.empty() && calls < 24; ++calls)
      callOne(problems[bytes.below(problemCount)]);
    for (const Problem &problem : problems) {
      gaze_plan_destroy(problem.plan);
      gaze_plan_destroy(problem.selected);
    }
    for (int i = 0; i < 2; ++i) {
      gaze_workspace_destroy(workspaces[i]);
      gaze_summaries_destroy(summaries[i]);
    }
    if (allocator.out != 0)
      broken("all memory comes back");
  }

private:
  /// Fails where the call has no reason to give.
  bool isDone(gaze_status status) const {
    if (status == GAZE_OK)
      return true;
    const void *const end = std::memchr(error.message, 0, sizeof error.message);
    if (status != error.status || end == nullptr || end == error.message)
      broken("what is refused has a reason");
    if (status == GAZE_INTERNAL_ERROR)
      broken(std::string("no arguments are our fault: ") + error.message);
    return false;
  }

  /// Also that there is something where it was made.
  void isDone(gaze_status status, const void *made) const {
    if (isDone(status) != (made != nullptr))
      broken("there is something where it was made");
  }

  /// Plain ones mostly, so that few bytes make a call that is done.
  gaze_options options() {
    gaze_options made = {};
    made.struct_size = sizeof made;
    made.parallel_for = [](void *, std::int64_t count, gaze_task task, void *closure) {
      for (std::int64_t i = 0; i < count; ++i)
        task(closure, i);
    };
    made.allocate = allocate;
    made.deallocate = deallocate;
    made.allocator_context = &allocator;
    const int choice = bytes.byte();
    made.threads = 1 + (choice >> 4 & 3);
    made.workspace = choice & 1 ? workspaces[choice >> 1 & 1] : nullptr;
    made.summaries = choice & 4 ? summaries[choice >> 3 & 1] : nullptr;
    if (choice < 192)
      return made;
    made.struct_size = static_cast<std::uint32_t>(bytes.size(sizeof made));
    made.threads = static_cast<std::int32_t>(bytes.size(bytes.below(5)));
    const int without = bytes.below(16);
    if (without & 8)
      made.parallel_for = nullptr;
    if (without & 1)
      made.allocate = nullptr;
    if (without & 2)
      made.deallocate = nullptr;
    made.memory = static_cast<gaze_memory>(bytes.size(GAZE_MEMORY_HOST));
    made.reserved = static_cast<std::int32_t>(bytes.size(0));
    return made;
  }

  /// Likewise.
  gaze_tensor tensor(Piece &piece, std::int64_t batch, std::int64_t heads, std::int64_t rows,
                     std::int32_t rank) {
    gaze_tensor made = {piece, GAZE_ELEMENT_FLOAT32, rank, {batch, heads, rows, 8}, {}};
    std::int64_t stride = 1;
    for (int axis = rank - 1; axis >= 0; --axis) {
      made.strides[axis] = stride;
      if (__builtin_mul_overflow(stride, made.extents[axis], &stride))
        stride = 1;
    }
    if (bytes.byte() < 224)
      return made;
    made.data = bytes.byte() == 1 ? nullptr : piece + (bytes.size(0) & 63);
    made.element = static_cast<gaze_element>(bytes.size(GAZE_ELEMENT_FLOAT32));
    made.rank = static_cast<std::int32_t>(bytes.size(rank));
    for (int axis = 0; axis < rank; ++axis) {
      made.extents[axis] = bytes.size(made.extents[axis]);
      made.strides[axis] = bytes.size(made.strides[axis]);
    }
    return made;
  }
  gaze_tensor queries(const gaze_shape &shape, Piece &piece = memoryOfQ) {
    return tensor(piece, shape.batch, shape.heads, shape.seq_q, 4);
  }
  gaze_tensor keys(const gaze_shape &shape, Piece &piece = memoryOfK) {
    return tensor(piece, shape.batch, shape.kv_heads, shape.seq_k, 4);
  }
  gaze_tensor sums(const gaze_shape &shape) {
    return tensor(memoryOfLse, shape.batch, shape.heads, shape.seq_q, 3);
  }

  /// Whether all elements, four bytes each, are in a piece of our memory.
  static bool fits(const gaze_tensor &of) {
    double last = 0;
    for (int axis = 0; axis < 4; ++axis)
      if (of.extents[axis] > 0 && of.strides[axis] > 0)
        last += static_cast<double>(of.extents[axis] - 1) * static_cast<double>(of.strides[axis]);
    return last * 4 < memoryBytes - 64;
  }

  /// What does not fit is only to be refused.
  static void refuseUnlessFits(gaze_tensor &of) {
    if (!fits(of))
      of.element = GAZE_ELEMENT_BOOL;
  }

  gaze_shape anyShape(double most) {
    constexpr std::int64_t queriesOf[] = {9, 3, 40, 1}, keysOf[] = {20, 33, 50, 20};
    const int choice = bytes.byte();
    gaze_shape shape = {2, 4, 2, queriesOf[choice & 3], keysOf[choice >> 2 & 3], 0};
    if (choice >= 192)
      for (std::int64_t *size : {&shape.batch, &shape.heads, &shape.kv_heads, &shape.seq_q,
                                 &shape.seq_k, &shape.q_start})
        *size = bytes.size(*size);
    // Plans of so many pairs are fine and take minutes: to be refused instead.
    double pairs = 1;
    for (const std::int64_t extent : {shape.batch, shape.heads, shape.seq_q, shape.seq_k})
      pairs *= std::max(1.0, static_cast<double>(extent));
    if (pairs > most)
      shape.seq_q = std::max<std::int64_t>(shape.seq_q, std::int64_t{1} << 31);
    return shape;
  }

  void fillValues(gaze_value *values, const Problem &problem) {
    if (!problem.strict) {
      values[0].integer = bytes.word(), values[1].integer = bytes.size(1);
      return;
    }
    constexpr std::int64_t usual[] = {2, 4, 1, 3, 0};
    for (int i = Count; i < Seed; ++i)
      values[i].integer = bytes.size(usual[i]);
    values[Seed].integer = bytes.byte();
    values[Start].integer = problem.shape.q_start;
  }

  void makePlan(Problem &problem) {
    gaze_plan_destroy(problem.plan);
    const gaze_kernel &kernel = problem.kernel();
    const gaze_shape &shape = problem.shape =
        anyShape(problem.strict ? mostStrictPairs : mostPairs);
    gaze_value values[strictParameters] = {};
    fillValues(values, problem);
    gaze_input_tensor inputs[] = {{memoryOfQ, GAZE_ELEMENT_INT64, 2, {shape.batch, shape.seq_k}},
                                  {memoryOfK, GAZE_ELEMENT_FLOAT32, 1, {shape.heads}}};
    std::int32_t valueCount = kernel.parameter_count, inputCount = kernel.input_count;
    const int odd = bytes.byte();
    if (odd >= 224) {
      valueCount = std::min(static_cast<std::int32_t>(bytes.size(valueCount)), valueCount);
      inputCount = std::min(static_cast<std::int32_t>(bytes.size(inputCount)), inputCount);
      for (gaze_input_tensor &each : inputs) {
        each.element = static_cast<gaze_element>(bytes.size(each.element));
        each.rank = static_cast<std::int32_t>(bytes.size(each.rank));
        for (int axis = 0; axis < 2; ++axis)
          each.extents[axis] = bytes.size(each.extents[axis]);
      }
    }
    const bool isLarge = shape.batch > 64 || shape.seq_k > 64 || shape.heads > 64;
    if (isLarge || odd == 1) // would be copied
      inputs[0].data = inputs[1].data = nullptr;
    const gaze_options with = options();
    const gaze_status status = gaze_plan_create(&kernel, &shape, values, valueCount, inputs,
                                                inputCount, &with, &problem.plan, &error);
    isDone(status, problem.plan);
  }

  bool isLong(const gaze_plan *plan) {
    gaze_plan_info info = {};
    info.struct_size = sizeof info;
    isDone(gaze_plan_get_info(plan, &info, &error));
    const std::int64_t tiles = info.full_tiles + info.partial_tiles;
    return info.items > mostItems || tiles > mostItems;
  }

  void callOne(Problem &problem) {
    const int call = bytes.below(11);
    if (call == 0 || !problem.plan)
      return makePlan(problem);
    switch (call) {
    case 1:
    case 2:
      return run(problem, problem.plan);
    case 3:
      return problem.selected ? run(problem, problem.selected) : select(problem);
    case 4:
      return merge(problem.shape);
    case 5:
      return makeWorkspace(bytes.flag() && problem.selected ? problem.selected : problem.plan);
    case 6:
      return ask(bytes.flag() && problem.selected ? problem.selected : problem.plan);
    case 7:
      return select(problem);
    case 8:
      return makeSummaries(problem);
    case 9:
      return update(problem);
    default:
      return truncate();
    }
  }

  void run(const Problem &problem, const gaze_plan *plan) {
    const gaze_shape &shape = problem.shape;
    gaze_tensor q = queries(shape), k = keys(shape), v = keys(shape, memoryOfV),
                out = queries(shape, memoryOfOut), lse = sums(shape);
    if (problem.strict)
      for (gaze_tensor *each : {&q, &k, &v})
        refuseUnlessFits(*each);
    if (isLong(plan) || !fits(out) || !fits(lse))
      out.element = GAZE_ELEMENT_BOOL; // only to be refused
    const gaze_options with = options();
    const bool hasLse = bytes.flag();
    std::fill_n(memoryOfOut, memoryBytes, std::uint8_t{0});
    std::fill_n(memoryOfLse, memoryBytes, std::uint8_t{0});
    if (isDone(gaze_run(plan, &q, &k, &v, &out, hasLse ? &lse : nullptr, &with, &error)) &&
        problem.strict) {
      checkWritten(out);
      if (hasLse)
        checkWritten(lse);
    }
  }

  static void checkWritten(const gaze_tensor &of) {
    const std::int64_t dim = of.rank == 4 ? of.extents[3] : 1;
    for (std::int64_t batch = 0; batch < of.extents[0]; ++batch)
      for (std::int64_t head = 0; head < of.extents[1]; ++head)
        for (std::int64_t i = 0; i < of.extents[2]; ++i) {
          const float *const row = static_cast<const float *>(of.data) + batch * of.strides[0] +
                                   head * of.strides[1] + i * of.strides[2];
          if (std::count(row, row + dim, strictOutput) != dim)
            broken("a run writes every element");
        }
  }

  void merge(const gaze_shape &shape) {
    gaze_tensor given[] = {queries(shape), sums(shape), queries(shape, memoryOfV), sums(shape),
                           queries(shape, memoryOfOut)};
    if (!std::all_of(std::begin(given), std::end(given), fits))
      given[3].element = GAZE_ELEMENT_BOOL; // only to be refused
    const gaze_options with = options();
    isDone(
        gaze_merge(&given[0], &given[1], &given[2], &given[3], &given[4], nullptr, &with, &error));
  }

  void makeWorkspace(const gaze_plan *plan) {
    gaze_workspace *&slot = workspaces[bytes.below(2)];
    const gaze_options with = options();
    gaze_workspace *made = nullptr;
    const gaze_status status = gaze_workspace_create(plan, &with, &made, &error);
    isDone(status, made);
    gaze_workspace_destroy(slot);
    slot = made;
  }

  void ask(const gaze_plan *plan) {
    gaze_plan_info info = {};
    info.struct_size = static_cast<std::uint32_t>(bytes.size(sizeof info));
    isDone(gaze_plan_get_info(plan, &info, &error));
    const auto count = [](void *left, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                          std::int32_t) { return --*static_cast<int *>(left) < 0 ? 1 : 0; };
    int left = 100;
    const std::int64_t head = bytes.size(0), batch = bytes.size(0);
    isDone(gaze_plan_visit(plan, head, batch, count, &left, &error));
  }

  void select(Problem &problem) {
    gaze_tensor q = queries(problem.shape), k = keys(problem.shape);
    refuseUnlessFits(q);
    refuseUnlessFits(k);
    const gaze_options with = options();
    gaze_plan *made = nullptr;
    const gaze_status status = gaze_plan_select(problem.plan, &q, &k, &with, &made, &error);
    isDone(status, made);
    gaze_plan_destroy(problem.selected);
    problem.selected = made;
  }

  void makeSummaries(const Problem &problem) {
    gaze_summaries *&slot = summaries[bytes.below(2)];
    const gaze_options with = options();
    const std::int64_t batch = bytes.size(problem.shape.batch),
                       heads = bytes.size(problem.shape.kv_heads);
    gaze_summaries *made = nullptr;
    const gaze_status status =
        gaze_summaries_create(&problem.kernel(), batch, heads, &with, &made, &error);
    isDone(status, made);
    gaze_summaries_destroy(slot);
    slot = made;
  }

  void update(const Problem &problem) {
    gaze_tensor k = keys(problem.shape);
    refuseUnlessFits(k);
    const gaze_options with = options();
    isDone(gaze_summaries_update(summaries[bytes.below(2)], problem.plan, &k, &with, &error));
  }

  void truncate() {
    gaze_summaries *const slot = summaries[bytes.below(2)];
    isDone(gaze_summaries_truncate(slot, bytes.size(16), &error));
  }

  static constexpr int problemCount = 3;
  Bytes bytes;
  Allocator allocator;
  Problem problems[problemCount];
  gaze_workspace *workspaces[2] = {};
  gaze_summaries *summaries[2] = {};
  gaze_error error = {};
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  Caller(bytes, size).call();
  return 0;
}
