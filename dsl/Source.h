//===- Source.h - The text of pattern files, and places in it ---------------===//
//
// Every token, AST node, IR operation and diagnostic of Gaze says where it comes
// from as a Span: a file of the SourceSet and a half-open range of bytes in it.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_SOURCE_H
#define GAZE_DSL_SOURCE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gaze::dsl {

/// A half-open range [begin, end) of byte offsets in file `file` of a SourceSet.
/// The default Span points nowhere.
struct Span {
  int file = -1;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool valid() const { return file >= 0; }
};

/// The smallest span that holds both (they must be in the same file, or point nowhere).
Span join(Span first, Span last);

/// A place as people count it: lines and columns from 1. A column is counted in
/// characters (UTF-8 code points), so that carets stand where editors put them.
struct LineColumn {
  int line = 0;
  int column = 0;
};

/// One pattern file, whole, as it was read.
class SourceFile {
public:
  SourceFile(std::string path, std::string text);

  const std::string &path() const { return filePath; }
  std::string_view text() const { return contents; }
  LineColumn lineColumn(std::uint32_t offset) const;
  /// The text of line `line` (from 1), without its line end.
  std::string_view line(int line) const;
  /// The offset of the first byte of line `line` (from 1).
  std::uint32_t lineStart(int line) const;

private:
  /// How many characters begin before byte `offset`.
  std::uint32_t charactersBefore(std::uint32_t offset) const;

  std::string filePath;
  std::string contents;
  std::vector<std::uint32_t> lineStarts;
  /// charactersBefore of every 4096th byte: a line may have millions of places.
  std::vector<std::uint32_t> characterCounts;
};

/// All the files that one compilation has read, in the order of reading.
class SourceSet {
public:
  /// Adds a file and returns its number, which Spans carry.
  int add(std::string path, std::string text);
  const SourceFile &file(int number) const { return files.at(number); }
  int size() const { return static_cast<int>(files.size()); }

private:
  std::vector<SourceFile> files;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_SOURCE_H
