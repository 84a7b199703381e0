//===- MakeHalideRuntime.cpp - Writes Halide's runtime as an object file ------===//
//
// A build step of the runtime library: kernels are compiled without a runtime, so
// that many of them share this one.
//
//===----------------------------------------------------------------------===//
#include "compiler/halide/Emit.h"

#include <cstdio>

int main(int argc, char **argv) {
  if (argc != 3 || !gaze::findTarget(argv[1])) {
    std::fprintf(stderr, "usage: %s TARGET OUT.o\n", argv[0]);
    return 2;
  }
  try {
    gaze::emitHalideRuntime(argv[1], argv[2]);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
