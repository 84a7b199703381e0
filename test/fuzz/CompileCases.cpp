//===- CompileCases.cpp - Random programs as objects, to be run elsewhere -----------------===//
//
//   compile_cases FOLDER TARGET SEED COUNT
//
// Writes an object for each seed, compiled for a processor that may be another than this one,
// and cases.cpp, which has the table of LinkedCases.h.
//
//===----------------------------------------------------------------------===//
#include "Case.h"

#include "dsl/Load.h"

#include <algorithm>
#include <fstream>
#include <iostream>

using namespace gaze;
using namespace gaze::test;

namespace {

/// Emulators take a hundred times as long: the problems of so many pairs at most.
constexpr std::int64_t mostPairs = 20000;

void removeLargeProblems(std::vector<Problem> &problems) {
  const auto isLarge = [](const Problem &problem) {
    const gaze_shape &shape = problem.shape;
    return shape.batch * shape.heads * shape.seq_q * shape.seq_k > mostPairs;
  };
  problems.erase(std::remove_if(problems.begin(), problems.end(), isLarge), problems.end());
}

/// False where the text is past a limit of the language.
bool compile(const Case &one, const std::string &name, const std::string &folder) {
  dsl::Diagnostics diagnostics;
  const dsl::Program program = dsl::loadText("test.gaze", one.text, {GAZE_PATTERNS}, diagnostics);
  if (diagnostics.hasErrors())
    throw std::invalid_argument(one.text + "\n" + diagnostics.render(program.sources));
  KernelOptions options = one.options;
  options.name = name;
  try {
    compileToFiles(program, program.patterns.front(), options, {folder, {}, {}});
  } catch (const CompileError &error) {
    if (error.kind == CompileError::Kind::Pattern)
      return false;
    throw;
  }
  return true;
}

void compileAll(const std::string &folder, const std::string &target, std::uint64_t first,
                std::uint64_t count) {
  std::string kernels, table;
  for (std::uint64_t seed = first; seed - first < count; ++seed) {
    Case one = randomCase(seed, /*isWhole=*/true, target);
    removeLargeProblems(one.problems);
    const std::string name = "case_" + std::to_string(seed);
    if (one.problems.empty() || !compile(one, name, folder))
      continue;
    kernels += "extern \"C\" const gaze_kernel " + name + ";\n";
    table += "    {\"" + name + "\", R\"case(" + print(one) + ")case\", &" + name + "},\n";
  }
  std::ofstream(folder + "/cases.cpp")
      << "#include \"LinkedCases.h\"\n"
      << kernels << "namespace gaze::test {\nconst std::vector<LinkedCase> linkedCases = {\n"
      << table << "};\n}\n";
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 5) {
    std::cerr << "Usage: compile_cases FOLDER TARGET SEED COUNT\n";
    return 2;
  }
  try {
    compileAll(argv[1], argv[2], std::stoull(argv[3]), std::stoull(argv[4]));
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "compile_cases: error: " << error.what() << "\n";
    return 1;
  }
}
