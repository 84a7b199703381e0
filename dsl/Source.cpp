//===- Source.cpp - Lines and columns of pattern files -----------------------===//

#include "dsl/Source.h"

#include <algorithm>
#include <utility>

using namespace gaze::dsl;

Span gaze::dsl::join(Span first, Span last) {
  if (!first.valid())
    return last;
  if (!last.valid())
    return first;
  return {first.file, std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

/// Every byte but a UTF-8 continuation byte begins a character.
static bool beginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

static constexpr std::uint32_t bytesPerCount = 4096;

SourceFile::SourceFile(std::string path, std::string text)
    : filePath(std::move(path)), contents(std::move(text)), lineStarts{0} {
  std::uint32_t characters = 0;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    if (i % bytesPerCount == 0)
      characterCounts.push_back(characters);
    characters += beginsCharacter(contents[i]) ? 1 : 0;
    if (contents[i] == '\n')
      lineStarts.push_back(static_cast<std::uint32_t>(i + 1));
  }
  characterCounts.push_back(characters);
}

std::uint32_t SourceFile::charactersBefore(std::uint32_t offset) const {
  const std::uint32_t counted = offset / bytesPerCount;
  const auto begin = contents.begin() + counted * bytesPerCount;
  return characterCounts[counted] + static_cast<std::uint32_t>(std::count_if(
                                        begin, contents.begin() + offset, beginsCharacter));
}

LineColumn SourceFile::lineColumn(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(contents.size()));
  auto next = std::upper_bound(lineStarts.begin(), lineStarts.end(), offset);
  const std::uint32_t before = charactersBefore(offset) - charactersBefore(*std::prev(next));
  return {static_cast<int>(next - lineStarts.begin()), static_cast<int>(before) + 1};
}

std::string_view SourceFile::line(int line) const {
  std::size_t number = static_cast<std::size_t>(line);
  if (number < 1 || number > lineStarts.size())
    return {};
  std::size_t begin = lineStarts[number - 1];
  std::size_t end = number < lineStarts.size() ? lineStarts[number] - 1 : contents.size();
  if (end > begin && contents[end - 1] == '\r')
    --end;
  return text().substr(begin, end - begin);
}

std::uint32_t SourceFile::lineStart(int line) const {
  return lineStarts.at(static_cast<std::size_t>(line) - 1);
}

int SourceSet::add(std::string path, std::string text) {
  files.emplace_back(std::move(path), std::move(text));
  return size() - 1;
}
