//===- SanitizedKernels.cpp - Compiles kernels with AddressSanitizer ---------------===//
//
// sanitized_kernels FOLDER: what sanitized-kernels.test links and runs. Among them every function
// that the compiler generates: tiles, few rows, lists of keys, rows between parts, both kinds of
// summaries of blocks, inputs; and every element type.
//
//===----------------------------------------------------------------------===//
#include "compiler/Compiler.h"
#include "dsl/Load.h"

#include <iostream>

using namespace gaze;

namespace {

struct Given {
  const char *text;
  gaze_element element = GAZE_ELEMENT_FLOAT32;
  int headDim = 16, valueDim = 16;
};

const Given kernels[] = {
    {"pattern global() { keep abs(q - k) <= 20 or k < 5 or q < 5; }", GAZE_ELEMENT_FLOAT32, 8, 40},
    {"pattern holes() { keep (q / 3 + k / 8) % 2 == 0 and k % 64 != 3;"
     "  score = if k % 5 == 0 then score else -abs(q - k); }",
     GAZE_ELEMENT_FLOAT16},
    {"pattern strided() { keep k <= q and (q - k) % 13 == 0; }", GAZE_ELEMENT_BFLOAT16, 24, 8},
    {"pattern columns(on: bool) { keep k <= q and on and k % 13 == 12; }"},
    {"pattern selecting() { keep k <= q and (q / 16 == k / 16 or top_blocks(2, 16, share = 1)); }",
     GAZE_ELEMENT_FLOAT16},
    {"pattern bounding() { keep k <= q and top_blocks(3, 8, by = minmax); score = -abs(q - k); }"},
    {"pattern reading() { input doc: int[batch, seq_k]; input bias: float[seq_k, seq_k];"
     "  keep doc[batch, q] == doc[batch, k]; score = score + bias[q, k]; }"},
};

void compile(const Given &given, const std::string &folder) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program = dsl::loadText("kernels.gaze", given.text, {}, diagnostics);
  if (diagnostics.hasErrors())
    throw std::invalid_argument(diagnostics.render(program.sources));
  KernelOptions options;
  options.element = given.element;
  options.headDim = given.headDim;
  options.valueDim = given.valueDim;
  options.addressSanitizer = true;
  compileToFiles(program, program.patterns.front(), options, {folder, {}, {}});
}

} // namespace

int main(int count, char **arguments) {
  try {
    for (const Given &given : kernels)
      compile(given, count > 1 ? arguments[1] : ".");
  } catch (const std::exception &error) {
    std::cerr << error.what();
    return 1;
  }
  return 0;
}
