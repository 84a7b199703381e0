//===- Check.cpp - Names, types, calls ---------------------------------------===//

#include "dsl/Check.h"
#include "dsl/CheckStages.h"

void gaze::dsl::check(Program &program, const Hidden &hidden, Diagnostics &diagnostics) {
  resolve(program, hidden, diagnostics);
  boundExpansion(program, diagnostics);
  checkTypes(program, diagnostics);
  checkReads(program, diagnostics);
  checkSelections(program, diagnostics);
}
