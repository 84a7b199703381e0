//===- Failure.h - How a command of `gaze` gives up --------------------------===//
//
// Commands throw a Failure; main prints its text and exits with its status.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_FAILURE_H
#define GAZE_TOOLS_FAILURE_H

#include <stdexcept>
#include <string>

namespace gaze::cli {

enum ExitStatus {
  ExitRight = 0,
  ExitWrongInput = 1,  ///< the pattern, a value or a tensor is wrong
  ExitWrongUsage = 2,  ///< the command line is wrong
  ExitNotVerified = 3, ///< the kernel's result is not the reference's
  ExitInternal = 70    ///< our own fault
};

class Failure : public std::runtime_error {
public:
  /// `message` is printed behind "gaze: error: ".
  explicit Failure(const std::string &message, ExitStatus status = ExitWrongInput)
      : std::runtime_error("gaze: error: " + message + "\n"), status(status) {}

  /// For text that is ready for standard error as it is.
  static Failure rendered(const std::string &text, ExitStatus status = ExitWrongInput) {
    return Failure(text, status, Ready());
  }

  const ExitStatus status;

private:
  struct Ready {};
  Failure(const std::string &text, ExitStatus status, Ready)
      : std::runtime_error(text.empty() || text.back() == '\n' ? text : text + "\n"),
        status(status) {}
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_FAILURE_H
