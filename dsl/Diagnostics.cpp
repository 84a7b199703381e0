//===- Diagnostics.cpp - Rendering a message with its place and a caret ------===//
//
// A place is rendered as its line with carets below. The caret line repeats the
// tabs of the source line, so that it stands right at any tab width; control
// characters are shown as '?', and of a very long line only the part around the
// place is shown.
//
//===----------------------------------------------------------------------===//

#include "dsl/Diagnostics.h"
#include "dsl/Text.h"

#include <algorithm>
#include <utility>

using namespace gaze::dsl;

namespace {

constexpr std::size_t maxExcerpt = 160; // bytes of a line that are shown
constexpr std::size_t beforePlace = 60; // of which so many before the place

bool continuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// As many spaces as `text` has characters; tabs stay.
std::string blank(std::string_view text) {
  std::string result;
  for (char c : text)
    if (!continuesCharacter(c))
      result += c == '\t' ? '\t' : ' ';
  return result;
}

/// The part of a line that is shown: [begin, end) in bytes, on character borders.
struct Excerpt {
  std::size_t begin, end;
};

Excerpt excerptOf(std::string_view line, std::size_t place) {
  if (line.size() <= maxExcerpt)
    return {0, line.size()};
  std::size_t begin = place > beforePlace ? place - beforePlace : 0;
  std::size_t end = std::min(line.size(), begin + maxExcerpt);
  while (begin < place && continuesCharacter(line[begin]))
    ++begin;
  while (end < line.size() && continuesCharacter(line[end]))
    ++end;
  return {begin, end};
}

/// The two lines below a message: the source line, and the carets.
void renderExcerpt(std::string &out, const SourceFile &file, Span span, int lineNumber) {
  std::string_view line = file.line(lineNumber);
  std::size_t place = std::min<std::size_t>(span.begin - file.lineStart(lineNumber), line.size());
  std::size_t last =
      std::clamp<std::size_t>(span.end - file.lineStart(lineNumber), place, line.size());
  Excerpt shown = excerptOf(line, place);
  last = std::min(last, shown.end);

  std::string number = std::to_string(lineNumber);
  std::string margin(5 - std::min<std::size_t>(number.size(), 5), ' ');
  std::string_view leader = shown.begin > 0 ? "..." : "";
  out += margin + number + " | " + std::string(leader);
  out += printable(line.substr(shown.begin, shown.end - shown.begin));
  out += shown.end < line.size() ? "...\n" : "\n";
  out += std::string(margin.size() + number.size(), ' ') + " | " + blank(leader);
  out += blank(line.substr(shown.begin, place - shown.begin)) + '^';
  std::size_t width = blank(line.substr(place, last - place)).size();
  out += std::string(width > 1 ? width - 1 : 0, '~') + '\n';
}

void renderOne(std::string &out, const SourceSet &sources, Span span, std::string_view severity,
               const std::string &message) {
  if (!span.valid()) {
    out += "gaze: " + std::string(severity) + ": " + printable(message) + '\n';
    return;
  }
  const SourceFile &file = sources.file(span.file);
  LineColumn place = file.lineColumn(span.begin);
  out += file.path() + ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
  out += ": " + std::string(severity) + ": " + printable(message) + '\n';
  renderExcerpt(out, file, span, place.line);
}

} // namespace

Diagnostic &Diagnostics::add(Severity severity, std::size_t &count, Span span,
                             std::string message) {
  Diagnostic added{severity, span, std::move(message), {}};
  if (count >= limit)
    return dropped = std::move(added);
  ++count;
  all.push_back(std::move(added));
  return all.back();
}

Diagnostic &Diagnostics::error(Span span, std::string message) {
  return add(Severity::Error, errors, span, std::move(message));
}

Diagnostic &Diagnostics::warning(Span span, std::string message) {
  return add(Severity::Warning, warnings, span, std::move(message));
}

std::string Diagnostics::render(const SourceSet &sources) const {
  std::vector<const Diagnostic *> ordered;
  for (const Diagnostic &diagnostic : all)
    ordered.push_back(&diagnostic);
  std::stable_sort(ordered.begin(), ordered.end(), [](const Diagnostic *a, const Diagnostic *b) {
    return std::pair(a->span.file, a->span.begin) < std::pair(b->span.file, b->span.begin);
  });

  std::string out;
  for (const Diagnostic *diagnostic : ordered) {
    bool isError = diagnostic->severity == Severity::Error;
    renderOne(out, sources, diagnostic->span, isError ? "error" : "warning", diagnostic->message);
    for (const Note &note : diagnostic->notes)
      renderOne(out, sources, note.span, "note", note.message);
  }
  if (full())
    out += "gaze: error: too many errors; only the first " + std::to_string(limit) + " are shown\n";
  return out;
}
