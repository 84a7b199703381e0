//===- Check.h - Names, types, calls ----------------------------------------===//
#ifndef GAZE_DSL_CHECK_H
#define GAZE_DSL_CHECK_H

#include "dsl/Ast.h"
#include "dsl/Diagnostics.h"
#include "dsl/Hidden.h"

namespace gaze::dsl {

/// Resolves and checks a whole program in place. When `diagnostics` got no
/// errors, the guarantees at the head of Ast.h hold. What is `hidden` is not reported as
/// unknown.
void check(Program &program, const Hidden &hidden, Diagnostics &diagnostics);

} // namespace gaze::dsl

#endif // GAZE_DSL_CHECK_H
