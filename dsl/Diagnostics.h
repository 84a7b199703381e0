//===- Diagnostics.h - Errors, warnings and notes with a place and a caret --===//
//
// Diagnostics are collected, never thrown: a front-end stage adds what it finds
// and says whether it succeeded. `render` prints them in the one shape that all
// of Gaze uses:
//
//   patterns/mine.gaze:4:24: error: unknown name 'widow'; did you mean the parameter 'window'?
//       4 |   keep abs(q - k) <= widow / 2
//         |                      ^~~~~
//
// A text with errors means nothing. One with warnings alone means what it says,
// which is almost surely not what its author wanted; nothing depends on them.
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

enum class Severity { Error, Warning };

struct Diagnostic {
  Severity severity;
  Span span; ///< one that points nowhere prints `gaze: ` in the place of a place
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
  /// The same for a warning, with a limit of its own.
  Diagnostic &warning(Span span, std::string message);

  bool empty() const { return all.empty(); }
  bool hasErrors() const { return errors > 0; }
  bool full() const { return errors >= limit; }
  const std::vector<Diagnostic> &list() const { return all; }

  /// All diagnostics in the order of their places, as text for standard error.
  std::string render(const SourceSet &sources) const;

private:
  Diagnostic &add(Severity severity, std::size_t &count, Span span, std::string message);

  std::vector<Diagnostic> all;
  std::size_t errors = 0, warnings = 0;
  Diagnostic dropped;
};

} // namespace gaze::dsl

#endif // GAZE_DSL_DIAGNOSTICS_H
