//===- Target.h - What every fuzz target is made of ---------------------------===//
//
// A target is one source with one function, which takes any bytes. libFuzzer looks for
// bytes that break it (test/fuzz/nightly); Replay.cpp feeds it those that once did, in
// every test run. A target that finds a broken promise calls `broken`.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TEST_FUZZ_TARGET_H
#define GAZE_TEST_FUZZ_TARGET_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size);

namespace gaze::test {

[[noreturn]] inline void broken(const std::string &promise) {
  std::fprintf(stderr, "broken promise: %s\n", promise.c_str());
  std::abort();
}

/// Fuzzed bytes as text.
inline std::string textOf(const std::uint8_t *bytes, std::size_t size) {
  return std::string(reinterpret_cast<const char *>(bytes), size);
}

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_TARGET_H
