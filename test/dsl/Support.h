//===- Support.h - What the tests of dsl/ share ------------------------------===//
#ifndef GAZE_TEST_DSL_SUPPORT_H
#define GAZE_TEST_DSL_SUPPORT_H

#include "dsl/Interpreter.h"
#include "dsl/Load.h"

#include <filesystem>
#include <string>
#include <vector>

namespace gaze::dsl::test {

/// The root of the source tree, and its pattern library.
std::filesystem::path root();
std::vector<std::string> library();

std::string contents(const std::filesystem::path &path);

/// All diagnostics for a text named "test.gaze", rendered; empty when it is right.
std::string errorsOf(const std::string &text);

/// Loads a text that must be right; std.gaze can be imported.
Program loaded(const std::string &text);

/// Evaluates `keep <expr>;` or `score = <expr>;` in a pattern that declares
/// `prelude` (lets) behind `defs` and takes no parameters.
bool keeps(const std::string &expr, const Coordinates &at, const std::string &prelude = "",
           const std::string &defs = "");
double scoreOf(const std::string &expr, const Coordinates &at = {}, const std::string &prelude = "",
               const std::string &defs = "");

/// A place in a sequence, with the other coordinates at 0.
Coordinates pair(std::int64_t q, std::int64_t k);

/// A folder with these files, gone with the object.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  /// Writes a file, makes the folders that it needs, and returns its path.
  std::string write(const std::string &name, const std::string &text) const;
  const std::filesystem::path &path() const { return folder; }

private:
  std::filesystem::path folder;
};

} // namespace gaze::dsl::test

#endif // GAZE_TEST_DSL_SUPPORT_H
