//===- Digest.h - A short name for many bytes ---------------------------------===//
#ifndef GAZE_COMPILER_JIT_DIGEST_H
#define GAZE_COMPILER_JIT_DIGEST_H

#include <string>
#include <string_view>

namespace gaze {

/// BLAKE3 in hexadecimal, 64 digits: who finds two texts with one digest breaks it.
std::string digest(std::string_view bytes);

} // namespace gaze

#endif // GAZE_COMPILER_JIT_DIGEST_H
