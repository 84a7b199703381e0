//===- Error.cpp - Status and message; the version ----------------------------===//
#include "runtime/Error.h"

#include <cstdio>

namespace gaze::runtime {

gaze_status report(gaze_error *error, gaze_status status, const char *message) {
  if (error) {
    error->status = status;
    std::snprintf(error->message, sizeof error->message, "%s", message);
  }
  return status;
}

} // namespace gaze::runtime

const char *gaze_version(void) { return GAZE_VERSION; }
