//===- Interrupts.h - Ctrl-C as a wish ----------------------------------------===//
#ifndef GAZE_TOOLS_INTERRUPTS_H
#define GAZE_TOOLS_INTERRUPTS_H

#include <csignal>

namespace gaze::cli {

/// While it lives, the first SIGINT or SIGTERM only sets a flag, for a command that has
/// something to finish; the second ends the process as ever. One at a time.
class Interrupts {
public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts &) = delete;
  Interrupts &operator=(const Interrupts &) = delete;

  bool received() const;

private:
  struct sigaction interrupt, terminate; ///< what was done with them before
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_INTERRUPTS_H
