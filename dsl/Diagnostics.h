//===- Diagnostics.h - Errors and notes with a place and a caret ------------===//
//
// Diagnostics are collected, never thrown: a front-end stage adds what it finds
// and says whether it succeeded. `render` prints them in the one shape that all
// of Gaze uses:
//
//   patterns/mine.gaze:4:24: error: unknown name 'widow'; did you mean the parameter 'window'?
//       4 |   keep abs(q - k) <= widow / 2
//         |                      ^~~~~
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_DSL_DIAGNOSTICS_H
#define GAZE_DSL_DIAGNOSTICS_H

#include "dsl/Source.h"

#include <cstddef>
#include <string>
#include <vector>

namespace gaze::dsl {

struct Note {
  Span span;
  std::string message;
};

struct Diagnostic {
  Span span; ///< one that points nowhere prints `gaze: error: ` and the message
  std::string message;
  std::vector<Note> notes;
};

class Diagnostics {
public:
  /// After this many errors the front end stops looking for more: nobody reads
  /// them, and each one costs time and text.
  static constexpr std::size_t limit = 100;

  /// Adds an error; add notes to the returned diagnostic before the next call.
  /// Past the limit the error is dropped.
  Diagnostic &error(Span span, std::string message);

  bool empty() const { return all.empty(); }
  bool full() const { return all.size() >= limit; }
  const std::vector<Diagnostic> &list() const { return all; }

  /// All diagnostics in the order of their places, as text for standard error.
  std::string render(const SourceSet &sources) const;

private:
  std::vector<Diagnostic> all;
  Diagnostic dropped;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_DIAGNOSTICS_H
