# Tests that are commands: what a line of a test file behind RUN: does, checked with
# FileCheck, `not` and the exit code. One test folder per folder of the project.
import ctypes.util
import os

import lit.formats

config.name = "gaze"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".gaze", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt", "corpus", "found"]
config.test_source_root = os.path.join(config.source_root, "test")

bin_folder = os.path.join(config.binary_root, "bin")
config.environment["PATH"] = os.pathsep.join([bin_folder, config.llvm_tools, os.environ["PATH"]])
config.environment["LLVM_DISABLE_CRASH_REPORT"] = "1"
# Compiled kernels are kept here and not among the user's; those of another build are never used.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")

# Then a program that is compiled without these flags cannot link what is built here.
if "-fsanitize" in config.cxx_flags:
    config.available_features.add("sanitized")
# Other builds have the places of their sources in them, for debuggers and assertions.
if config.build_type == "Release":
    config.available_features.add("release")

# Devices of OpenCL, of which tools/setup brings one.
if ctypes.util.find_library("OpenCL"):
    config.available_features.add("opencl")
# Programs that it compiles are kept here, too.
config.environment["POCL_CACHE_DIR"] = os.path.join(config.test_exec_root, "cache", "pocl")

# Every gaze-opt test is a print-and-parse test as well.
round_trip = " --verify-roundtrip"
config.substitutions += [
    ("%gaze-opt", os.path.join(bin_folder, "gaze-opt") + round_trip),
    ("%gaze", os.path.join(bin_folder, "gaze")),
    ("%patterns", os.path.join(config.source_root, "patterns")),
    ("%root", config.source_root),
    ("%build", config.binary_root),
    ("%python", config.python),
    ("%cmake", config.cmake),
    ("%halide", config.halide),
    ("%cxx", config.cxx),
]
