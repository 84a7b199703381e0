//===- DependencyFile.cpp - What a kernel was made of, for build tools -------===//
#include "tools/gaze/DependencyFile.h"
#include "tools/gaze/Failure.h"

using namespace gaze::cli;

/// As GCC writes names: a backslash before blanks, `#` and `:`, and one more for each that
/// stands before these; `$` is doubled.
static std::string escaped(const std::string &name) {
  if (name.find_first_of("\n\r") != std::string::npos)
    throw Failure("the name of a file has a line break, which --depfile cannot write: '" + name +
                  "'");
  std::string text;
  std::size_t backslashes = 0;
  for (const char letter : name) {
    if (letter == ' ' || letter == '\t' || letter == '#' || letter == ':')
      text.append(backslashes + 1, '\\');
    if (letter == '$')
      text += '$';
    text += letter;
    backslashes = letter == '\\' ? backslashes + 1 : 0;
  }
  return text;
}

std::string gaze::cli::dependencyRule(const std::string &target,
                                      const std::vector<std::string> &files) {
  std::string rule = escaped(target) + ":";
  for (const std::string &file : files)
    rule += " \\\n  " + escaped(file);
  return rule + "\n";
}
