//===- Header.h - The C header beside a compiled kernel ------------------------===//
#ifndef GAZE_COMPILER_HEADER_H
#define GAZE_COMPILER_HEADER_H

#include "gaze/gaze.h"

#include <string>

namespace gaze {

/// The text of NAME.h: the functions of the object and the gaze_kernel table `name`
/// with the values of `table` (its function pointers are not read). `source` names
/// the pattern file.
std::string kernelHeader(const gaze_kernel &table, const std::string &name,
                         const std::string &source);

/// Whether C and C++ programs can have a global object called `name`: an identifier
/// that is neither a keyword nor `main` nor one of ours.
bool canNameKernel(const std::string &name);

} // namespace gaze

#endif // GAZE_COMPILER_HEADER_H
