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

#include <string>
#include <vector>

namespace gaze::dsl {

struct Note {
  Span span;
  std::string message;
};

struct Diagnostic {
  Span span; ///< an invalid span prints the message without a place
  std::string message;
  std::vector<Note> notes;
};

class Diagnostics {
public:
  /// Adds an error; add notes to the returned diagnostic before the next call.
  Diagnostic &error(Span span, std::string message);

  bool empty() const { return all.empty(); }
  const std::vector<Diagnostic> &list() const { return all; }

  /// All diagnostics in the order of their places, as text for standard error.
  std::string render(const SourceSet &sources) const;

private:
  std::vector<Diagnostic> all;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_DIAGNOSTICS_H
