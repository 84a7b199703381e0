//===- Support.cpp - What the tests of dsl/ share ----------------------------===//

#include "Support.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace gaze::dsl::test {

namespace fs = std::filesystem;

fs::path root() { return fs::canonical(GAZE_ROOT); }

std::vector<std::string> library() { return {(root() / "patterns").string()}; }

std::string contents(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("no file " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string errorsOf(const std::string &text) {
  Diagnostics diagnostics;
  Program program = loadText("test.gaze", text, library(), diagnostics);
  return diagnostics.render(program.sources);
}

Program loaded(const std::string &text) {
  Diagnostics diagnostics;
  Program program = loadText("test.gaze", text, library(), diagnostics);
  if (diagnostics.hasErrors())
    throw std::runtime_error(diagnostics.render(program.sources));
  return program;
}

bool keeps(const std::string &expr, const Coordinates &at, const std::string &prelude,
           const std::string &defs) {
  Program program = loaded(defs + "pattern p() { " + prelude + " keep " + expr + "; }");
  return Interpreter(program, program.patterns.at(0), {}).keep(at);
}

double scoreOf(const std::string &expr, const Coordinates &at, const std::string &prelude,
               const std::string &defs) {
  Program program = loaded(defs + "pattern p() { " + prelude + " score = " + expr + "; }");
  return Interpreter(program, program.patterns.at(0), {}).score(at);
}

Coordinates pair(std::int64_t q, std::int64_t k) {
  Coordinates at;
  at.integers[static_cast<int>(Ambient::Q)] = q;
  at.integers[static_cast<int>(Ambient::K)] = k;
  return at;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "gaze-test-XXXXXX").string();
  if (!mkdtemp(name.data()))
    throw std::runtime_error("no temporary folder " + name);
  folder = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

std::string TemporaryFolder::write(const std::string &name, const std::string &text) const {
  fs::path path = folder / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

} // namespace gaze::dsl::test
