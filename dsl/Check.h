//===- Check.h - Names, types, calls ----------------------------------------===//
#ifndef GAZE_DSL_CHECK_H
#define GAZE_DSL_CHECK_H

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"

namespace gaze::dsl {

/// Resolves and checks a whole program in place. When `diagnostics` stays as it
/// was, the guarantees at the head of Ast.h hold.
void check(Program &program, Diagnostics &diagnostics);

} // namespace gaze::dsl

#endif // GAZE_DSL_CHECK_H
