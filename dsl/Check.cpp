//===- Check.cpp - Names, types, calls ---------------------------------------===//

#include "dsl/Check.h"
#include "dsl/CheckStages.h"

void gaze::dsl::check(Program &program, Diagnostics &diagnostics) {
  resolve(program, diagnostics);
  boundExpansion(program, diagnostics);
  checkTypes(program, diagnostics);
  checkReads(program, diagnostics);
}
