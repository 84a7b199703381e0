//===- Load.cpp - A pattern file and its imports, parsed and checked ---------===//
//
// Imports are followed depth first; a file is read once, however many files import
// it, and its defs stand before those of its importers. When a file is missing, or
// a mistake hides a declaration, the rest is checked for what does not depend on it
// (Hidden.h).
//
//===----------------------------------------------------------------------===//

#include "dsl/Load.h"
#include "dsl/Check.h"
#include "dsl/Names.h"
#include "dsl/Parser.h"
#include "dsl/Text.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

using namespace gaze::dsl;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t maxImportDepth = 100;

/// The same for all ways to name one file.
std::string identity(const std::string &path) {
  std::error_code failure;
  fs::path canonical = fs::weakly_canonical(path, failure);
  return failure ? path : canonical.string();
}

/// "; did you mean 'std'?", for a file that is in none of the folders.
std::string suggestFile(const fs::path &missing, const std::vector<fs::path> &folders) {
  const std::string stem = missing.stem().string();
  Suggestion suggestion(stem);
  for (const fs::path &folder : folders) {
    fs::path searched = folder / missing.parent_path();
    std::error_code failure;
    fs::directory_iterator entry(searched.empty() ? "." : searched, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure))
      if (entry->path().extension() == ".gaze")
        suggestion.consider(entry->path().stem().string(), "");
  }
  return suggestion.text();
}

class Loader {
public:
  Loader(const std::vector<std::string> &libraryFolders, Diagnostics &sink)
      : folders(libraryFolders), diagnostics(sink) {}

  /// Parses one file and what it imports; keeps the patterns only of the first.
  void add(const std::string &path, std::string text);
  Program finish();

private:
  void follow(const Import &import, const std::string &importer);
  /// The folders that an import is searched in, each once.
  std::vector<fs::path> foldersFor(const std::string &importer) const;
  std::optional<std::string> find(const Import &import, const std::string &importer);
  void reportCycle(const Import &import, const std::string &path);
  bool isInLibrary(const std::string &def) const;

  const std::vector<std::string> &folders;
  Diagnostics &diagnostics;
  Program program;
  std::set<std::string> read;
  std::vector<std::string> open; ///< paths from the first file to the one being read
  Hidden hidden;
};

void Loader::add(const std::string &path, std::string text) {
  constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
  if (text.compare(0, byteOrderMark.size(), byteOrderMark) == 0)
    text.erase(0, byteOrderMark.size());
  read.insert(identity(path));
  open.push_back(path);
  int file = program.sources.add(path, std::move(text));
  std::size_t before = diagnostics.list().size();
  ParsedFile parsed = parse(program.sources, file, diagnostics);
  hidden.file |= parsed.hidden.file;
  std::move(parsed.hidden.names.begin(), parsed.hidden.names.end(),
            std::back_inserter(hidden.names));
  bool empty = parsed.imports.empty() && parsed.defs.empty() && parsed.patterns.empty();
  if (empty && diagnostics.list().size() == before)
    diagnostics.error({}, inQuotes(path) + " is empty: it has no pattern and no def");
  for (const Import &import : parsed.imports)
    follow(import, path);
  std::move(parsed.defs.begin(), parsed.defs.end(), std::back_inserter(program.defs));
  if (file == 0)
    program.patterns = std::move(parsed.patterns);
  open.pop_back();
}

void Loader::follow(const Import &import, const std::string &importer) {
  std::optional<std::string> path = find(import, importer);
  if (!path)
    return;
  auto same = [&](const std::string &other) { return identity(other) == identity(*path); };
  if (std::any_of(open.begin(), open.end(), same))
    return reportCycle(import, *path);
  if (read.count(identity(*path)) != 0)
    return;
  std::string text;
  std::string problem =
      open.size() == maxImportDepth
          ? "imports nest deeper than " + std::to_string(maxImportDepth) + " files"
          : readFile(*path, text);
  if (problem.empty())
    return add(*path, std::move(text));
  diagnostics.error(import.span, "cannot read '" + *path + "': " + problem);
  hidden.file = true;
}

std::optional<std::string> Loader::find(const Import &import, const std::string &importer) {
  if (import.path.empty()) {
    diagnostics.error(import.span, "this import names no file");
    hidden.file = true;
    return std::nullopt;
  }
  fs::path name = import.path;
  if (name.extension() != ".gaze")
    name += ".gaze";
  std::vector<fs::path> searched = foldersFor(importer);
  std::string list;
  for (const fs::path &folder : searched) {
    std::error_code ignored;
    if (fs::exists(folder / name, ignored))
      return (folder / name).string();
    list += (list.empty() ? "'" : ", '") + (folder.empty() ? "." : folder.string()) + "'";
  }
  std::string message = "cannot find " + inQuotes(name.string());
  if (name.is_relative())
    message += "; searched the folders " + list;
  diagnostics.error(import.span, message + suggestFile(name, searched));
  hidden.file = true;
  return std::nullopt;
}

std::vector<fs::path> Loader::foldersFor(const std::string &importer) const {
  std::vector<fs::path> result = {fs::path(importer).parent_path()};
  for (const std::string &folder : folders) {
    auto same = [&](const fs::path &other) {
      return identity(other.empty() ? "." : other.string()) == identity(folder);
    };
    if (std::none_of(result.begin(), result.end(), same))
      result.emplace_back(folder);
  }
  return result;
}

void Loader::reportCycle(const Import &import, const std::string &path) {
  auto first = std::find_if(open.begin(), open.end(), [&](const std::string &other) {
    return identity(other) == identity(path);
  });
  std::string chain;
  for (auto step = first; step != open.end(); ++step)
    chain += *step + " -> ";
  diagnostics.error(import.span, "these imports form a cycle: " + chain + *first);
}

bool Loader::isInLibrary(const std::string &def) const {
  for (const std::string &folder : folders) {
    std::string path = (fs::path(folder) / "std.gaze").string(), text;
    if (read.count(identity(path)) != 0 || !readFile(path, text).empty())
      continue;
    SourceSet sources;
    Diagnostics ignored;
    std::vector<Def> defs = parse(sources, sources.add(path, text), ignored).defs;
    return std::any_of(defs.begin(), defs.end(),
                       [&](const Def &candidate) { return candidate.name.text == def; });
  }
  return false;
}

Program Loader::finish() {
  hidden.isInLibrary = [this](const std::string &name) { return isInLibrary(name); };
  check(program, hidden, diagnostics);
  return std::move(program);
}

} // namespace

Program gaze::dsl::load(const std::string &path, const std::vector<std::string> &libraryFolders,
                        Diagnostics &diagnostics) {
  std::string text;
  std::string problem = readFile(path, text);
  if (!problem.empty()) {
    diagnostics.error({}, "cannot read '" + path + "': " + problem);
    return {};
  }
  return loadText(path, std::move(text), libraryFolders, diagnostics);
}

Program gaze::dsl::loadText(const std::string &path, std::string text,
                            const std::vector<std::string> &libraryFolders,
                            Diagnostics &diagnostics) {
  std::string problem = whyNotText(text);
  if (!problem.empty()) {
    diagnostics.error({}, "cannot read '" + path + "': " + problem);
    return {};
  }
  Loader loader(libraryFolders, diagnostics);
  loader.add(path, std::move(text));
  return loader.finish();
}
