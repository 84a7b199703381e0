//===- LargeTest.cpp - Tensors of more than 2^31 elements ----------------------------===//
//
// Halide counts in 32 bits where it is not told otherwise. These tensors take addresses and hardly
// any memory: pages that nobody writes are the system's one page of zeros. What a pattern keeps
// of them is held to the reference as a small tensor.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"
#include "compiler/reference/Elements.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace gaze;
using namespace gaze::test;

namespace {

constexpr int dim = 64;
/// A tensor of more rows than these has more than 2^31 elements.
constexpr std::int64_t many = (std::int64_t{1} << 31) / dim;
constexpr std::int64_t widestStride = (std::int64_t{1} << 31) - 1;

/// Addresses of zeros.
class Addresses {
public:
  explicit Addresses(std::int64_t bytes) : size(static_cast<std::size_t>(bytes)) {
    memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
      throw std::bad_alloc();
    madvise(memory, size, MADV_NOHUGEPAGE); // an element takes a page, and not two megabytes
  }
  ~Addresses() { munmap(memory, size); }
  Addresses(const Addresses &) = delete;
  Addresses &operator=(const Addresses &) = delete;

  char *data() const { return static_cast<char *>(memory); }

  /// One page for all, but for the last `own` bytes: what is written there is soon gone.
  void alias(std::int64_t own) const {
    constexpr std::size_t step = 1 << 21;
    const int file = memfd_create("page", 0);
    ASSERT_EQ(0, ftruncate(file, step));
    for (std::size_t i = 0; i + step + static_cast<std::size_t>(own) <= size; i += step)
      ASSERT_NE(MAP_FAILED,
                mmap(data() + i, step, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0));
    close(file);
  }

private:
  std::size_t size;
  void *memory;
};

/// A tensor of one batch entry and one head.
class Large {
public:
  Large(gaze_element element, std::int64_t rows, std::int64_t rowStride = dim)
      : bytes(element == GAZE_ELEMENT_FLOAT32 ? 4 : 2),
        memory(((rows - 1) * rowStride + dim) * bytes),
        tensor({memory.data(), element, 4, {1, 1, rows, dim}, {0, 0, rowStride, 1}}) {
    tensor.strides[0] = tensor.strides[1] = rowStride * rows;
  }

  operator const gaze_tensor &() const { return tensor; }
  void alias(std::int64_t ownRows) const { memory.alias(ownRows * tensor.strides[2] * bytes); }

  /// `count` rows of a small tensor, of its own type, from `first` on.
  void setRows(std::int64_t row, const std::vector<float> &small, std::int64_t first,
               std::int64_t count, std::int64_t step = 1) const {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto from = small.begin() + (first + i) * dim;
      const reference::Elements of(tensor.element, {from, from + dim});
      std::memcpy(at(row + i * step), of.tensor(1, 1, dim).data, of.bytes());
    }
  }

  std::vector<float> rows(std::int64_t row, std::int64_t count) const {
    std::vector<float> all;
    for (std::int64_t i = 0; i < count; ++i) {
      reference::Elements of(tensor.element, std::vector<float>(dim));
      std::memcpy(of.tensor(1, 1, dim).data, at(row + i), of.bytes());
      of.readBack();
      all.insert(all.end(), of.values().begin(), of.values().end());
    }
    return all;
  }

private:
  char *at(std::int64_t row) const { return memory.data() + row * tensor.strides[2] * bytes; }

  std::int64_t bytes;
  Addresses memory;
  gaze_tensor tensor;
};

/// What a kernel left in `out` instead of its small result `data`.
void expectLike(const CompiledPattern &pattern, Tensors data, const std::vector<float> &out,
                const std::vector<float> &lse, const reference::Result &expected) {
  data.out = out;
  data.lse = lse;
  EXPECT_EQ(pattern.mismatch(data, expected), "");
}

/// A window and the first keys: what they keep is a small problem, with the keys between left out.
class LargeTensors : public testing::TestWithParam<std::pair<gaze_element, std::int64_t>> {
protected:
  const gaze_element element = GetParam().first;
  const std::int64_t queries = GetParam().second;
  const CompiledPattern pattern{"pattern p() { keep k < 40 or 0 <= q - k < 200; }", dim, 0, "host",
                                element};
  const gaze_shape small = shape(1, 1, 1, queries, 40 + 200 + queries);
  Tensors data = pattern.tensors(small);
  const reference::Result expected = pattern.check(data);
};

TEST_P(LargeTensors, OfKeysAndValues) {
  const gaze_shape given = shape(1, 1, 1, queries, many + 4000);
  const Large q(element, queries), out(element, queries), k(element, given.seq_k),
      v(element, given.seq_k);
  q.setRows(0, data.q, 0, queries);
  for (const auto &[large, values] : {std::pair(&k, &data.k), {&v, &data.v}}) {
    large->setRows(0, *values, 0, 40);
    large->setRows(given.seq_k - 200 - queries, *values, 40, 200 + queries);
  }
  std::vector<float> lse(queries);
  pattern.plan(given).run(q, k, v, out, view(lse.data(), {1, 1, queries}));
  expectLike(pattern, data, out.rows(0, queries), lse, expected);
}

/// The widest steps from a row to the next that there may be.
TEST_P(LargeTensors, OfRowsThatAreFarApart) {
  const Large q(element, queries, widestStride), out(element, queries, widestStride),
      k(element, small.seq_k, widestStride), v(element, small.seq_k, widestStride);
  q.setRows(0, data.q, 0, queries);
  k.setRows(0, data.k, 0, small.seq_k);
  v.setRows(0, data.v, 0, small.seq_k);
  const Addresses far(queries * widestStride * 4);
  const gaze_tensor lse = {far.data(),
                           GAZE_ELEMENT_FLOAT32,
                           3,
                           {1, 1, queries},
                           {0, queries * widestStride, widestStride}};
  pattern.plan(small).run(q, k, v, out, lse);
  std::vector<float> lseRows;
  for (std::int64_t i = 0; i < queries; ++i)
    lseRows.push_back(reinterpret_cast<float *>(far.data())[i * widestStride]);
  expectLike(pattern, data, out.rows(0, queries), lseRows, expected);
}

INSTANTIATE_TEST_SUITE_P(Kernels, LargeTensors,
                         testing::Values(std::pair(GAZE_ELEMENT_FLOAT32, 1),
                                         std::pair(GAZE_ELEMENT_FLOAT16, 1),
                                         std::pair(GAZE_ELEMENT_FLOAT16, 70),
                                         std::pair(GAZE_ELEMENT_BFLOAT16, 40)));

/// All rows go through the kernel. Most keep nothing, and share a page with others.
TEST(LargeTensor, OfQueriesAndOutputs) {
  const std::int64_t queries = many + 4000, kept = 70;
  const CompiledPattern pattern("pattern p(first: int) { keep q >= first; }", dim, 0, "host",
                                GAZE_ELEMENT_BFLOAT16);
  const std::vector<dsl::Value> all = {{dsl::Type::Int, 0}};
  gaze_shape small = {1, 1, 1, kept, 50, 0};
  Tensors data = pattern.tensors(small);
  const reference::Result expected = pattern.check(data, all);

  const Large q(GAZE_ELEMENT_BFLOAT16, queries), out(GAZE_ELEMENT_BFLOAT16, queries),
      k(GAZE_ELEMENT_BFLOAT16, 50), v(GAZE_ELEMENT_BFLOAT16, 50);
  out.alias(kept + 1000);
  q.setRows(queries - kept, data.q, 0, kept);
  k.setRows(0, data.k, 0, 50);
  v.setRows(0, data.v, 0, 50);
  std::vector<float> lse(queries, 7);
  pattern.plan({1, 1, 1, queries, 50, 0}, {{dsl::Type::Int, queries - kept}})
      .run(q, k, v, out, view(lse.data(), {1, 1, queries}));
  expectLike(pattern, data, out.rows(queries - kept, kept), {lse.end() - kept, lse.end()},
             expected);
  EXPECT_EQ(std::vector<float>(100 * dim), out.rows(queries - kept - 100, 100));
  EXPECT_EQ(queries - kept, std::count(lse.begin(), lse.end() - kept, -INFINITY));
}

/// A list of keys that are 4096 apart, read through accumulate_listed.
TEST(LargeTensor, OfColumns) {
  const std::int64_t step = 4096, queries = 40, seqK = many + 3 * step, columns = seqK / step;
  const CompiledPattern everything("pattern p() {}", dim, 0, "host", GAZE_ELEMENT_FLOAT16);
  Tensors data = everything.tensors(shape(1, 1, 1, queries, columns));
  const reference::Result expected = everything.check(data);

  const CompiledPattern pattern("pattern p() { keep k % 4096 == 4095; }", dim, 0, "host",
                                GAZE_ELEMENT_FLOAT16);
  const Large q(GAZE_ELEMENT_FLOAT16, queries), out(GAZE_ELEMENT_FLOAT16, queries),
      k(GAZE_ELEMENT_FLOAT16, seqK), v(GAZE_ELEMENT_FLOAT16, seqK);
  q.setRows(0, data.q, 0, queries);
  k.setRows(step - 1, data.k, 0, columns, step);
  v.setRows(step - 1, data.v, 0, columns, step);
  const Plan plan = pattern.plan(shape(1, 1, 1, queries, seqK));
  const auto nothing = [](void *, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                          std::int32_t) { return 0; };
  EXPECT_NE(GAZE_OK, gaze_plan_visit(plan.get(), 0, 0, nothing, nullptr, nullptr)); // a list
  std::vector<float> lse(queries);
  plan.run(q, k, v, out, view(lse.data(), {1, 1, queries}));
  expectLike(everything, data, out.rows(0, queries), lse, expected);
}

/// The mean of every block is taken; a block behind the first 2^31 elements is selected.
TEST(LargeTensor, OfBlocksToSelect) {
  const std::int64_t seqK = many + 4096, block = 64, chosen = seqK - 20 * block;
  const CompiledPattern everything("pattern p() {}", dim, 0, "host", GAZE_ELEMENT_FLOAT16);
  Tensors data = everything.tensors(shape(1, 1, 1, 1, block + 10));
  for (std::int64_t i = 0; i < block * dim; ++i)
    data.k[i] = 0.25F * (data.q[i % dim] + data.k[i]); // a key that the query likes
  const reference::Result expected = everything.check(data);

  const CompiledPattern pattern(
      "pattern p() { keep k <= q and (q - k < 10 or top_blocks(1, 64)); }", dim, 0, "host",
      GAZE_ELEMENT_FLOAT16);
  const Large q(GAZE_ELEMENT_FLOAT16, 1), out(GAZE_ELEMENT_FLOAT16, 1),
      k(GAZE_ELEMENT_FLOAT16, seqK), v(GAZE_ELEMENT_FLOAT16, seqK);
  q.setRows(0, data.q, 0, 1);
  for (const auto &[large, values] : {std::pair(&k, &data.k), {&v, &data.v}}) {
    large->setRows(chosen, *values, 0, block);
    large->setRows(seqK - 10, *values, block, 10);
  }
  float lse = 0;
  pattern.plan(shape(1, 1, 1, 1, seqK)).run(q, k, v, out, view(&lse, {1, 1, 1}));
  expectLike(everything, data, out.rows(0, 1), {lse}, expected);
}

} // namespace
