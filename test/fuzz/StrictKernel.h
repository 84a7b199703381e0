//===- StrictKernel.h - A gaze_kernel that holds the runtime to its word --------------===//
//
// With selections, parts in every order, few rows and inputs, as bytes decide. Its functions
// compute nothing. They read and write what gaze.h says that they may, to the last element, so
// that AddressSanitizer sees what is not there, and break where an index, a position or an extent
// is not as promised. What they answer is arbitrary, and the same for the same question.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_FUZZ_STRICTKERNEL_H
#define GAZE_TEST_FUZZ_STRICTKERNEL_H

#include "gaze/gaze.h"
#include "test/fuzz/Bytes.h"

namespace gaze::test {

class StrictKernel {
public:
  explicit StrictKernel(Bytes &bytes);
  StrictKernel(const StrictKernel &) = delete;
  StrictKernel &operator=(const StrictKernel &) = delete;

  const gaze_kernel *get() const { return &kernel; }

private:
  void addParts(int choice);

  gaze_kernel kernel = {};
  gaze_part parts[3] = {};
  gaze_select_by selections[2] = {};
};

/// Its parameters, all of them ints; what stands behind them in the uniforms is the shape. A plan
/// gives its own q_start as Start.
enum StrictUniform {
  Count,
  Block,
  Share,
  Modulus,
  Difference,
  Seed,
  Start,
  strictParameters,
  SeqQ = strictParameters,
  SeqK,
  Heads,
  HeadDim,
  Batch,
  strictUniforms
};

/// What it writes into every element of an output and of a log-sum-exp.
constexpr float strictOutput = 1;

/// The inputs of both kernels of the target: doc [batch, seq_k] and bias [heads].
inline constexpr gaze_input fuzzedInputs[] = {{"doc", GAZE_INT, 2, "[batch, seq_k]"},
                                              {"bias", GAZE_FLOAT, 1, "[heads]"}};

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_STRICTKERNEL_H
