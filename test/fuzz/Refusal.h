//===- Refusal.h - Which problems a pattern is to refuse ------------------------------===//
//
// What docs/language.md says of `require`, of zero divisors and of the sizes of `top_blocks`, found
// by a walk over the checked AST. It shares nothing with the passes that promise it.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_FUZZ_REFUSAL_H
#define GAZE_TEST_FUZZ_REFUSAL_H

#include "dsl/Interpreter.h"

#include <string>
#include <vector>

namespace gaze::test {

/// What the error says, or "" where nothing is to be refused. `at` has the sizes of the shape.
/// Of several reasons the language leaves open which one is told; here as the compiler does it:
/// requirements as they are written, then divisors, then sizes.
std::string dueRefusal(const dsl::Program &program, const dsl::Pattern &pattern,
                       const std::vector<dsl::Value> &parameters, const dsl::Coordinates &at);

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_REFUSAL_H
