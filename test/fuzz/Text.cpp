//===- Text.cpp - Any text as a pattern file -------------------------------------===//
//
// It has errors, which can be rendered, or it means something: then it prints to a text
// that means the same, and each of its patterns becomes a kernel or has an error.
//
//===----------------------------------------------------------------------===//
#include "compiler/FrontEnd.h"
#include "dsl/Load.h"
#include "dsl/Print.h"
#include "test/fuzz/Target.h"

using namespace gaze;
using namespace gaze::test;

namespace {

const std::vector<std::string> library = {GAZE_PATTERNS};

/// Where the search is for faults of the front end, patterns need not be large.
constexpr std::size_t longestLowered = 4096;

void checkPrinted(const dsl::Program &program) {
  const std::string once = dsl::print(program);
  dsl::Diagnostics diagnostics;
  const dsl::Program again = dsl::loadText("printed.gaze", once, library, diagnostics);
  if (diagnostics.hasErrors())
    broken("what is printed can be read:\n" + once + diagnostics.render(again.sources));
  if (dsl::print(again) != once)
    broken("what is printed means the same:\n" + once);
}

void checkLowering(const dsl::Program &program) {
  for (const dsl::Pattern &pattern : program.patterns) {
    dsl::Diagnostics diagnostics;
    const bool isLowered = lowerToKernel(program, pattern, diagnostics).has_value();
    if (isLowered == diagnostics.hasErrors())
      broken("a pattern becomes a kernel or has an error");
    if (diagnostics.render(program.sources).find("internal error") != std::string::npos)
      broken("a pass that fails says why");
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program =
      dsl::loadText("fuzzed.gaze", textOf(bytes, size), library, diagnostics);
  const std::string rendered = diagnostics.render(program.sources);
  if (rendered.empty() != diagnostics.empty())
    broken("every diagnostic is shown");
  if (diagnostics.hasErrors())
    return 0;
  checkPrinted(program);
  if (size <= longestLowered)
    checkLowering(program);
  return 0;
}
