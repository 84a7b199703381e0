//===- MakeHalideRuntime.cpp - Writes Halide's runtime as an object file ------===//
//
// A build step of the runtime library: kernels are compiled without a runtime, so
// that many of them share this one. The whole of Gaze that needs Halide's compiler
// where only the runtime library is built.
//
//===----------------------------------------------------------------------===//
#include <Halide.h>

#include <cstdio>
#include <string>

using Halide::Target;

int main(int argc, char **argv) {
  const std::string processor = argc >= 3 ? argv[2] : "x86-64";
  const bool withGpus = argc == 4 && std::string(argv[3]) == "gpu";
  if (argc < 2 || argc > (withGpus ? 4 : 3) || (processor != "x86-64" && processor != "aarch64")) {
    std::fprintf(stderr, "usage: %s OUT.o [x86-64|aarch64 [gpu]]\n", argv[0]);
    return 2;
  }
  try {
    // No features: any processor of the kind can run it; the runtime picks its own fast paths.
    Target target(Target::Linux, processor == "x86-64" ? Target::X86 : Target::ARM, 64);
    // The drivers' libraries are loaded when they are first needed.
    if (withGpus)
      target.set_features({Target::CUDA, Target::OpenCL});
    Halide::compile_standalone_runtime(argv[1], target);
  } catch (const Halide::Error &error) { // no std::exception
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
