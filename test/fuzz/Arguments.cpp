//===- Arguments.cpp - Any arguments for the functions of gaze.h --------------------===//
//
// A kernel that computes nothing, shapes, tensors and options of fuzzed numbers. Every call
// is done or refused, with a reason; what it took from the allocator comes back.
//
//===----------------------------------------------------------------------===//
#include "gaze/gaze.h"
#include "test/fuzz/Bytes.h"
#include "test/fuzz/Target.h"
#include "test/runtime/FakeKernel.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

using namespace gaze::test;

namespace {

// Memory for what is read and written: more than any tensor that is let through takes.
constexpr std::int64_t memoryBytes = 1 << 16;
alignas(128) std::uint8_t memory[4][memoryBytes];

/// Of the caller; ends soon, so that plans of billions of tiles do.
struct Allocator {
  std::atomic<std::int64_t> left{1 << 24}, out{0};
};

void *allocate(void *context, std::size_t bytes, std::size_t alignment) {
  if (!context) // the struct of options ends before it
    return nullptr;
  auto &allocator = *static_cast<Allocator *>(context);
  if (bytes > (1U << 24))
    return nullptr;
  allocator.left -= static_cast<std::int64_t>(bytes);
  if (allocator.left < 0)
    return nullptr;
  void *taken = nullptr;
  const int failed = ::posix_memalign(&taken, std::max(alignment, sizeof(void *)),
                                      std::max<std::size_t>(bytes, 1));
  if (failed)
    return nullptr;
  ++allocator.out;
  return taken;
}

void deallocate(void *context, void *taken, std::size_t, std::size_t) {
  --static_cast<Allocator *>(context)->out;
  std::free(taken);
}

/// What classify answers for every rectangle: nothing kept, some of it, or all.
std::uint8_t verdict;

int answer(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
           halide_buffer_t *, halide_buffer_t *rectangles, halide_buffer_t *verdicts) {
  std::fill_n(verdicts->host, rectangles->dim[1].extent, verdict);
  return 0;
}

/// The inputs are doc [batch, seq_k] and bias [heads].
int sizes(halide_buffer_t *uniforms, halide_buffer_t *out) {
  const auto *given = reinterpret_cast<const std::int64_t *>(uniforms->host) + 2; // parameters
  auto *size = reinterpret_cast<std::int64_t *>(out->host);
  size[0] = given[4], size[1] = given[1], size[2] = given[2];
  return 0;
}

int accumulateNothing(halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                      halide_buffer_t *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                      std::int32_t, std::int32_t, std::int64_t, std::int64_t, std::int64_t,
                      halide_buffer_t *, halide_buffer_t *) {
  return 0;
}

constexpr gaze_input inputs[] = {{"doc", GAZE_INT, 2, "[batch, seq_k]"},
                                 {"bias", GAZE_FLOAT, 1, "[heads]"}};
constexpr gaze_parameter parameters[] = {{"window", GAZE_INT, 1, {5}}, {"on", GAZE_BOOL, 0, {0}}};

/// Work for a run or a plan that a fuzzer can wait for.
constexpr std::int64_t mostItems = 1 << 12;

constexpr double mostPairs = 1 << 26;

class Caller {
public:
  Caller(const std::uint8_t *given, std::size_t size) : bytes(given, size) {
    kernel.classify = answer;
    kernel.accumulate = accumulateNothing;
    kernel.finish = [](auto *, auto *, auto *) { return 0; };
    kernel.sizes = sizes;
    kernel.parameters = parameters;
    kernel.parameter_count = 2;
    constexpr std::uint8_t verdicts[] = {4, 1 | 4, 1 | 2 | 4};
    verdict = verdicts[bytes.below(3)];
    shape = {bytes.size(2), bytes.size(4),  bytes.size(2),
             bytes.size(9), bytes.size(20), bytes.size(0)};
    // Plans of so many pairs are fine and take minutes: to be refused instead.
    double pairs = 1;
    for (const std::int64_t extent : {shape.batch, shape.heads, shape.seq_q, shape.seq_k})
      pairs *= std::max(1.0, static_cast<double>(extent));
    if (pairs > mostPairs)
      shape.seq_q = std::max<std::int64_t>(shape.seq_q, std::int64_t{1} << 31);
    if (bytes.flag()) {
      kernel.inputs = inputs;
      kernel.input_count = 2;
    }
  }

  void call() {
    makePlan();
    for (int calls = 0; plan && !bytes.empty() && calls < 6; ++calls)
      callOne();
    gaze_plan_destroy(plan);
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

  gaze_options options() {
    gaze_options made = {};
    made.struct_size = static_cast<std::uint32_t>(bytes.size(sizeof made));
    made.threads = static_cast<std::int32_t>(bytes.size(bytes.below(5)));
    made.parallel_for = [](void *, std::int64_t count, gaze_task task, void *closure) {
      for (std::int64_t i = 0; i < count; ++i)
        task(closure, i);
    };
    const int callbacks = bytes.below(16); // 0 and 1: without the other
    made.allocate = callbacks == 0 ? nullptr : allocate;
    made.deallocate = callbacks == 1 ? nullptr : deallocate;
    made.allocator_context = &allocator;
    return made;
  }

  gaze_tensor tensor(int place, std::int64_t heads, std::int64_t rows, std::int32_t rank) {
    gaze_tensor made = {};
    made.data = bytes.byte() == 1 ? nullptr : memory[place] + (bytes.size(0) & 63);
    made.element = static_cast<gaze_element>(bytes.size(GAZE_ELEMENT_FLOAT32));
    made.rank = static_cast<std::int32_t>(bytes.size(rank));
    const std::int64_t extents[] = {shape.batch, heads, rows, 8};
    std::int64_t stride = 1;
    for (int axis = rank - 1; axis >= 0; --axis) {
      made.extents[axis] = bytes.size(extents[axis]);
      made.strides[axis] = bytes.size(stride);
      if (__builtin_mul_overflow(stride, extents[axis], &stride))
        stride = 1;
    }
    return made;
  }

  /// Whether all elements, four bytes each, are in a piece of our memory.
  static bool fits(const gaze_tensor &of) {
    double last = 0;
    for (int axis = 0; axis < 4; ++axis)
      if (of.extents[axis] > 0 && of.strides[axis] > 0)
        last += static_cast<double>(of.extents[axis] - 1) * static_cast<double>(of.strides[axis]);
    return last * 4 < memoryBytes - 64;
  }

  void makePlan() {
    gaze_value values[] = {{bytes.word()}, {bytes.size(1)}};
    gaze_input_tensor tensors[] = {{memory[0],
                                    static_cast<gaze_element>(bytes.size(GAZE_ELEMENT_INT64)),
                                    static_cast<std::int32_t>(bytes.size(2)),
                                    {bytes.size(shape.batch), bytes.size(shape.seq_k)}},
                                   {memory[1],
                                    static_cast<gaze_element>(bytes.size(GAZE_ELEMENT_FLOAT32)),
                                    static_cast<std::int32_t>(bytes.size(1)),
                                    {bytes.size(shape.heads)}}};
    const bool isLarge = shape.batch > 64 || shape.seq_k > 64 || shape.heads > 64;
    if (isLarge || bytes.byte() == 1) // would be copied
      tensors[0].data = tensors[1].data = nullptr;
    const gaze_options with = options();
    const auto valueCount = static_cast<std::int32_t>(bytes.size(2));
    const auto inputCount = static_cast<std::int32_t>(bytes.size(kernel.input_count));
    const gaze_status status =
        gaze_plan_create(&kernel, &shape, values, std::min(valueCount, 2), tensors,
                         std::min(inputCount, 2), &with, &plan, &error);
    if (isDone(status) != (plan != nullptr))
      broken("there is a plan where it was made");
  }

  bool isLong() {
    gaze_plan_info info = {};
    info.struct_size = sizeof info;
    isDone(gaze_plan_get_info(plan, &info, &error));
    const std::int64_t tiles = info.full_tiles + info.partial_tiles;
    return info.items > mostItems || tiles > mostItems;
  }

  void callOne() {
    switch (bytes.below(5)) {
    case 0:
      return run();
    case 1:
      return merge();
    case 2:
      return makeWorkspace();
    case 3:
      return visit();
    default:
      return ask();
    }
  }

  void run() {
    const gaze_tensor q = tensor(0, shape.heads, shape.seq_q, 4),
                      k = tensor(1, shape.kv_heads, shape.seq_k, 4),
                      v = tensor(2, shape.kv_heads, shape.seq_k, 4),
                      lse = tensor(2, shape.heads, shape.seq_q, 3);
    gaze_tensor out = tensor(3, shape.heads, shape.seq_q, 4);
    if (isLong() || !fits(out) || !fits(lse))
      out.element = GAZE_ELEMENT_BOOL; // only to be refused
    const gaze_options with = options();
    isDone(gaze_run(plan, &q, &k, &v, &out, bytes.flag() ? &lse : nullptr, &with, &error));
  }

  void merge() {
    gaze_tensor given[] = {
        tensor(0, shape.heads, shape.seq_q, 4), tensor(1, shape.heads, shape.seq_q, 3),
        tensor(2, shape.heads, shape.seq_q, 4), tensor(1, shape.heads, shape.seq_q, 3),
        tensor(3, shape.heads, shape.seq_q, 4)};
    if (!std::all_of(std::begin(given), std::end(given), fits))
      given[3].element = GAZE_ELEMENT_BOOL; // only to be refused
    const gaze_options with = options();
    isDone(
        gaze_merge(&given[0], &given[1], &given[2], &given[3], &given[4], nullptr, &with, &error));
  }

  void makeWorkspace() {
    const gaze_options with = options();
    gaze_workspace *workspace = nullptr;
    if (isDone(gaze_workspace_create(plan, &with, &workspace, &error)) != (workspace != nullptr))
      broken("there is a workspace where it was made");
    gaze_workspace_destroy(workspace);
  }

  void visit() {
    const auto count = [](void *left, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                          std::int32_t) { return --*static_cast<int *>(left) < 0 ? 1 : 0; };
    int left = 100;
    const std::int64_t head = bytes.size(0), batch = bytes.size(0);
    isDone(gaze_plan_visit(plan, head, batch, count, &left, &error));
  }

  void ask() {
    gaze_plan_info info = {};
    info.struct_size = static_cast<std::uint32_t>(bytes.size(sizeof info));
    isDone(gaze_plan_get_info(plan, &info, &error));
    const gaze_tensor q = tensor(0, shape.heads, shape.seq_q, 4),
                      k = tensor(1, shape.kv_heads, shape.seq_k, 4);
    const gaze_options with = options();
    gaze_plan *selected = nullptr;
    if (isDone(gaze_plan_select(plan, &q, &k, &with, &selected, &error)))
      broken("a pattern that selects nothing has no selection");
    gaze_summaries *summaries = nullptr;
    if (isDone(gaze_summaries_create(&kernel, bytes.size(2), bytes.size(2), &with, &summaries,
                                     &error)))
      broken("a pattern that selects nothing has no summaries");
  }

  Bytes bytes;
  Allocator allocator;
  gaze_kernel kernel = fakeKernel(16, 16);
  gaze_shape shape = {};
  gaze_plan *plan = nullptr;
  gaze_error error = {};
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  Caller(bytes, size).call();
  return 0;
}
