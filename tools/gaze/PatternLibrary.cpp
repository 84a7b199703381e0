//===- PatternLibrary.cpp - Where pattern files are found --------------------===//
#include "tools/gaze/PatternLibrary.h"

#include "dsl/Names.h"
#include "tools/gaze/Failure.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

using namespace gaze;
namespace fs = std::filesystem;

std::vector<std::string> cli::libraryFolders() {
  std::vector<std::string> folders;
  if (const char *path = std::getenv("GAZE_PATH")) {
    std::istringstream stream(path);
    for (std::string folder; std::getline(stream, folder, ':');)
      if (!folder.empty())
        folders.push_back(folder);
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const char *place :
       {GAZE_PATTERNS_FROM_PROGRAM, "../share/gaze/patterns"}) { // installed, built
    const fs::path library = (program / place).lexically_normal();
    if (!fs::is_directory(library, error))
      continue;
    folders.push_back(library.string());
    break;
  }
  return folders;
}

std::string cli::patternFile(const std::string &name) {
  std::error_code error;
  if (fs::exists(name, error) || name.find_first_of("./") != std::string::npos)
    return name;
  const std::vector<std::string> folders = libraryFolders();
  for (const std::string &folder : folders)
    if (const fs::path file = fs::path(folder) / (name + ".gaze"); fs::exists(file, error))
      return file.string();
  dsl::Suggestion suggestion(name);
  for (const std::string &folder : folders)
    for (fs::directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error))
      if (file->path().extension() == ".gaze")
        suggestion.consider(file->path().stem().string(), "the pattern");
  throw Failure(dsl::inQuotes(name) + " is no file, and no pattern of the library" +
                suggestion.text());
}
