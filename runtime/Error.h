//===- Error.h - One exception inside, status and message outside -------------===//
#ifndef GAZE_RUNTIME_ERROR_H
#define GAZE_RUNTIME_ERROR_H

#include "gaze/gaze.h"

#include <new>
#include <stdexcept>
#include <string>

namespace gaze::runtime {

/// Thrown inside the runtime; never leaves it: `guarded` turns it into a status.
struct Failure : std::runtime_error {
  Failure(gaze_status code, const std::string &message)
      : std::runtime_error(message), status(code) {}
  gaze_status status;
};

[[noreturn]] inline void invalid(const std::string &message) {
  throw Failure(GAZE_INVALID_ARGUMENT, message);
}

/// Throws a Failure where a function of a kernel gives another code than 0.
inline void check(int code, const char *function) {
  if (code != 0)
    throw Failure(GAZE_INTERNAL_ERROR,
                  std::string(function) + " failed with code " + std::to_string(code));
}

/// "float32", ...; of a number that is no gaze_element "an unknown type".
const char *spelling(gaze_element element);

/// Fills `error`, where it is not null, and returns `status`.
gaze_status report(gaze_error *error, gaze_status status, const char *message);

/// Runs the body of a C function: exceptions become a status and a message.
template <typename Body> gaze_status guarded(gaze_error *error, Body body) {
  try {
    body();
    return GAZE_OK;
  } catch (const Failure &failure) {
    return report(error, failure.status, failure.what());
  } catch (const std::bad_alloc &) {
    return report(error, GAZE_OUT_OF_MEMORY, "out of memory");
  } catch (const std::length_error &) {
    return report(error, GAZE_OUT_OF_MEMORY, "out of memory: a table would be too large");
  } catch (const std::exception &exception) {
    return report(error, GAZE_INTERNAL_ERROR, exception.what());
  } catch (...) { // a callback of the caller's
    return report(error, GAZE_INTERNAL_ERROR, "an unknown exception");
  }
}

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_ERROR_H
