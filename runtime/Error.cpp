//===- Error.cpp - Status and message; the version ----------------------------===//
#include "runtime/Error.h"

#include <cstdio>

namespace gaze::runtime {

const char *spelling(gaze_element element) {
  static const char *const spellings[] = {"int32", "int64",   "float32",
                                          "bool",  "float16", "bfloat16"};
  return element >= GAZE_ELEMENT_INT32 && element <= GAZE_ELEMENT_BFLOAT16 ? spellings[element]
                                                                           : "an unknown type";
}

gaze_status report(gaze_error *error, gaze_status status, const char *message) {
  if (error) {
    error->status = status;
    std::snprintf(error->message, sizeof error->message, "%s", message);
  }
  return status;
}

} // namespace gaze::runtime

const char *gaze_version(void) { return GAZE_VERSION; }
