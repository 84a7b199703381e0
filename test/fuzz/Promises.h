//===- Promises.h - What the runtime promises a kernel of its arguments ----------------===//
//
// Buffers whose indices are checked, and the uniforms, which say what the other arguments
// must be. What breaks a promise ends the process (Target.h).
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_FUZZ_PROMISES_H
#define GAZE_TEST_FUZZ_PROMISES_H

#include "test/fuzz/StrictKernel.h"
#include "test/fuzz/Target.h"

#include <HalideRuntime.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>

namespace gaze::test {

/// Keeps what was read for `value` from being left out.
inline void use(std::uint64_t value) { __asm__ volatile("" : : "r"(value)); }

inline void promise(bool holds, const char *what) {
  if (!holds)
    broken(std::string("to a kernel: ") + what);
}

/// A buffer whose indices are checked; those that are not given are 0.
template <typename T> class Elements {
public:
  explicit Elements(const halide_buffer_t *of) : of(*of) {
    promise(of->host && of->dim[0].stride == 1 && of->type.bytes() == sizeof(T), "dense rows");
  }
  std::int64_t extent(int axis = 0) const { return axis < of.dimensions ? of.dim[axis].extent : 1; }
  T &operator()(std::int64_t i, std::int64_t j = 0, std::int64_t k = 0) const {
    const std::int64_t index[] = {i, j, k};
    std::int64_t offset = 0;
    for (int axis = 0; axis < of.dimensions; ++axis) {
      promise(index[axis] >= 0 && index[axis] < of.dim[axis].extent, "indices within a buffer");
      offset += index[axis] * of.dim[axis].stride;
    }
    return reinterpret_cast<T *>(of.host)[offset];
  }
  void fill(T value) const {
    for (std::int64_t k = 0; k < extent(2); ++k)
      for (std::int64_t j = 0; j < extent(1); ++j)
        if (extent(0) > 0)
          std::fill_n(&(*this)(0, j, k), extent(0), value);
  }
  /// Something that depends on the first and the last element, so that they are read.
  std::uint64_t ends() const {
    if (extent(0) < 1 || extent(1) < 1 || extent(2) < 1)
      return 0;
    std::uint64_t bits[2] = {};
    std::memcpy(&bits[0], &(*this)(0), sizeof(T));
    std::memcpy(&bits[1], &(*this)(extent(0) - 1, extent(1) - 1, extent(2) - 1), sizeof(T));
    return bits[0] + bits[1];
  }

private:
  const halide_buffer_t &of;
};

using Floats = Elements<float>;
using Ints = Elements<std::int64_t>;

inline std::uint64_t mixed(std::initializer_list<std::int64_t> values) {
  std::uint64_t hash = 0;
  for (const std::int64_t value : values) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29;
  }
  return hash;
}

/// The uniforms, and what they say of the arguments that follow.
class Problem {
public:
  explicit Problem(const halide_buffer_t *buffer) : uniforms(buffer) {}

  std::int64_t operator[](std::int64_t i) const { return uniforms(i); }
  std::uint64_t any(std::initializer_list<std::int64_t> of) const {
    return mixed({uniforms(Seed), static_cast<std::int64_t>(mixed(of))});
  }

  void checkPlane(std::int64_t head, std::int64_t batch) const {
    promise(head >= 0 && head < uniforms(Heads) && batch >= 0 && batch < uniforms(Batch),
            "a head and batch entry of the shape");
  }
  void checkQueries(std::int64_t first, std::int64_t last) const {
    promise(first <= last && first >= uniforms(Start) && last - uniforms(Start) < uniforms(SeqQ),
            "positions of queries");
  }
  void checkKeys(std::int64_t first, std::int64_t last) const {
    promise(first >= 0 && first <= last && last < uniforms(SeqK), "keys of the sequence");
  }
  /// Behind the inputs each selection says where its tables are, once there are any.
  void checkTables(const halide_buffer_t *bools) const {
    constexpr std::int64_t ofSelection = 6, ofInputs = (2 + 3 * 2) + (2 + 3 * 1);
    const std::int64_t behind = uniforms.extent() - strictUniforms;
    const std::int64_t inputs = behind % ofSelection == 0 ? 0 : ofInputs;
    promise((behind - inputs) % ofSelection == 0, "uniforms");
    for (std::int64_t at = strictUniforms + inputs; at < uniforms.extent(); at += ofSelection) {
      const std::int64_t groups = uniforms(at + 2), blocks = uniforms(at + 4);
      const std::int64_t entries =
          (groups + uniforms(at + 3) / 8 - 1) * (blocks + uniforms(at + 5) / 8 - 1);
      promise(groups >= 1 && uniforms(at + 3) >= groups && blocks >= 1 &&
                  uniforms(at + 5) >= blocks,
              "sizes of a table");
      if (uniforms(at) > 0)
        promise(uniforms(at) + uniforms(Batch) * uniforms(Heads) * entries <=
                    Elements<std::uint8_t>(bools).extent(),
                "tables among the bools");
    }
  }

private:
  Ints uniforms;
};

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_PROMISES_H
