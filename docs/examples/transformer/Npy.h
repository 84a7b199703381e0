//===- Npy.h - float16 tensors from .npy files ------------------------------------===//
#ifndef TRANSFORMER_NPY_H
#define TRANSFORMER_NPY_H

#include <gaze/float16.hpp>

#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

/// The `count` elements of a file of version 1.0 with float16 in C order.
inline std::vector<float> readHalves(const std::string &path, std::size_t count) {
  std::ifstream file(path, std::ios::binary);
  char start[10];
  if (!file.read(start, sizeof start))
    throw std::runtime_error("cannot read " + path);
  const std::size_t length =
      static_cast<unsigned char>(start[8]) + 256U * static_cast<unsigned char>(start[9]);
  std::string header(length, ' ');
  std::vector<gaze::float16> halves(count);
  if (!file.read(header.data(), static_cast<std::streamsize>(length)) ||
      header.find("'<f2'") == std::string::npos ||
      header.find("'fortran_order': False") == std::string::npos ||
      !file.read(reinterpret_cast<char *>(halves.data()),
                 static_cast<std::streamsize>(count * sizeof halves[0])))
    throw std::runtime_error(path + " is not what this example reads");
  return std::vector<float>(halves.begin(), halves.end());
}

#endif // TRANSFORMER_NPY_H
