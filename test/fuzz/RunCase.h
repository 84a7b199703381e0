//===- RunCase.h - A case beside the float64 reference ------------------------------===//
//
// The reference is compiler/reference over dsl/Interpreter: a walk over the checked AST for
// every pair, which shares no code with the compiler.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_FUZZ_RUNCASE_H
#define GAZE_TEST_FUZZ_RUNCASE_H

#include "Case.h"

namespace gaze::test {

/// What became of the problems of one case or of many.
struct Outcome {
  int compared = 0;    ///< outputs held to the reference
  int masks = 0;       ///< masks and plans held to the interpreter
  int outside = 0;     ///< an index outside of an input, found by both
  int refused = 0;     ///< by both: a requirement, a zero divisor, sizes of top_blocks
  int limited = 0;     ///< texts past a limit of the language
  int empty = 0;       ///< of the compared: no row keeps a key
  int inParts = 0;     ///< of the compared: the plan has several parts
  std::string failure; ///< of the first problem that went wrong
  int failed = -1;     ///< its index
};

/// Compiles and runs in this process, up to the first failure.
Outcome runCase(const Case &given);

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_RUNCASE_H
