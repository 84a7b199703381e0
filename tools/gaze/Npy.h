//===- Npy.h - NumPy's .npy files --------------------------------------------===//
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
// Read: versions 1.0, 2.0 and 3.0, C order, little-endian: floats of 16, 32 and 64 bits
// for Q, K and V; these, bools, and ints of at most 64 bits for the inputs of patterns.
// Anything else, and every file that is not what its header says, is a
// Failure that names the file and what was found in it.
//
// Test: test/tools/NpyTest.cpp
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_NPY_H
#define GAZE_TOOLS_NPY_H

#include "tools/gaze/OutputFile.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gaze::cli {

enum class ElementType {
  Float16,
  Float32,
  Float64,
  Bool,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32
};

/// "float16", ...
std::string spelling(ElementType type);

struct NpyHeader {
  ElementType type = ElementType::Float32;
  std::vector<std::int64_t> shape;
  std::size_t dataBegin = 0; ///< bytes from the beginning of the file
};

/// A tensor of a file, its elements rounded to float32.
struct NpyTensor {
  std::string path;
  ElementType type = ElementType::Float32; ///< of the file
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  std::int64_t overflows = 0; ///< values that are infinite and are not in the file
};

/// A tensor that a pattern reads at run time: one of the three has its elements.
struct NpyInput {
  std::string path;
  ElementType type = ElementType::Float32; ///< of the file
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> ints;
  std::vector<float> floats;
  std::vector<std::uint8_t> bools; ///< 0 or 1
};

/// "[1, 12, 1024, 32]".
std::string spelling(const std::vector<std::int64_t> &shape);

/// Reads the header from the first bytes of a file; `fileSize` is what the data is
/// held to. Throws a Failure that names `path`.
NpyHeader parseNpyHeader(const std::string &path, const std::string &beginning,
                         std::uint64_t fileSize);

/// Floats. Throws a Failure.
NpyTensor readNpy(const std::string &path);
/// Floats, ints or bools. Throws a Failure.
NpyInput readNpyInput(const std::string &path);

/// Writes version 1.0, each value rounded to `type`, to nearest even.
void writeNpy(OutputFile &file, ElementType type, const std::vector<std::int64_t> &shape,
              const float *values);

} // namespace gaze::cli

#endif // GAZE_TOOLS_NPY_H
