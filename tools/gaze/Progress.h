//===- Progress.h - How far long work is, for who looks on --------------------===//
#ifndef GAZE_TOOLS_PROGRESS_H
#define GAZE_TOOLS_PROGRESS_H

#include <cstdio>
#include <iostream>
#include <string>
#include <unistd.h>

namespace gaze::cli {

/// A line on standard error that changes, at a terminal, and goes in the end; elsewhere
/// there is none.
class Progress {
public:
  Progress() = default;
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  void show(const std::string &text) {
    if (!terminal || text == shown)
      return;
    shown = text;
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
  }
  void clear() { show(""); }
  /// A line that stays, anywhere.
  void say(const std::string &text) {
    clear();
    std::cerr << text << "\n";
  }

private:
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  std::string shown;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_PROGRESS_H
