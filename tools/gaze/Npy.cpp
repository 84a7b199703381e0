//===- Npy.cpp - NumPy's .npy files of floats ---------------------------------===//
#include "tools/gaze/Npy.h"
#include "tools/gaze/Failure.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

using namespace gaze::cli;

std::string gaze::cli::spelling(ElementType type) {
  return type == ElementType::Float16   ? "float16"
         : type == ElementType::Float32 ? "float32"
                                        : "float64";
}

std::string gaze::cli::spelling(const std::vector<std::int64_t> &shape) {
  std::string text = "[";
  for (std::int64_t size : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

/// The size of a regular file.
static std::uint64_t fileSize(const std::string &path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0)
    throw Failure("cannot read '" + path + "': " + std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    throw Failure("cannot read '" + path + "': it is not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

/// Reads `count` elements of type `Element` and rounds them to float32.
template <typename Element>
static void readValues(std::ifstream &stream, std::vector<float> &values, std::size_t count) {
  std::vector<Element> piece(std::min<std::size_t>(count, 1 << 18));
  values.resize(count);
  for (std::size_t done = 0; done < count && stream;) {
    const std::size_t size = std::min(count - done, piece.size());
    stream.read(reinterpret_cast<char *>(piece.data()),
                static_cast<std::streamsize>(size * sizeof(Element)));
    std::transform(piece.begin(), piece.begin() + size, values.begin() + done,
                   [](Element value) { return static_cast<float>(value); });
    done += size;
  }
}

NpyTensor gaze::cli::readNpy(const std::string &path) {
  const std::uint64_t size = fileSize(path);
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    throw Failure("cannot read '" + path + "': " + std::strerror(errno));
  std::string beginning(std::min<std::uint64_t>(size, 1 << 16), '\0');
  stream.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));

  NpyTensor tensor;
  tensor.path = path;
  const NpyHeader header = parseNpyHeader(path, beginning, size);
  tensor.type = header.type;
  tensor.shape = header.shape;
  std::size_t count = 1;
  for (std::int64_t extent : header.shape)
    count *= static_cast<std::size_t>(extent);
  stream.seekg(static_cast<std::streamoff>(header.dataBegin));
  switch (header.type) {
  case ElementType::Float16:
    readValues<_Float16>(stream, tensor.values, count);
    break;
  case ElementType::Float32:
    readValues<float>(stream, tensor.values, count);
    break;
  case ElementType::Float64:
    readValues<double>(stream, tensor.values, count);
    break;
  }
  if (!stream)
    throw Failure("cannot read '" + path + "': " + std::strerror(errno));
  return tensor;
}

/// The beginning of a file of version 1.0, its data aligned to 64 bytes.
static std::string headerText(ElementType type, const std::vector<std::int64_t> &shape) {
  const char *descr = type == ElementType::Float16   ? "<f2"
                      : type == ElementType::Float32 ? "<f4"
                                                     : "<f8";
  std::string text = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (";
  for (std::int64_t size : shape)
    text += std::to_string(size) + ", ";
  text += "), }";
  const std::size_t before = 10;
  text.append(63 - (before + text.size()) % 64, ' ');
  text += '\n';
  std::string beginning("\x93NUMPY\x01\x00", 8);
  beginning += static_cast<char>(text.size() & 0xff);
  beginning += static_cast<char>(text.size() >> 8);
  return beginning + text;
}

template <typename Element>
static void writeValues(OutputFile &file, const float *values, std::size_t count) {
  std::vector<Element> piece(std::min<std::size_t>(count, 1 << 18));
  for (std::size_t done = 0; done < count;) {
    const std::size_t size = std::min(count - done, piece.size());
    std::transform(values + done, values + done + size, piece.begin(),
                   [](float value) { return static_cast<Element>(value); });
    file.write(piece.data(), size * sizeof(Element));
    done += size;
  }
}

void gaze::cli::writeNpy(OutputFile &file, ElementType type, const std::vector<std::int64_t> &shape,
                         const float *values) {
  const std::string header = headerText(type, shape);
  file.write(header.data(), header.size());
  std::size_t count = 1;
  for (std::int64_t size : shape)
    count *= static_cast<std::size_t>(size);
  switch (type) {
  case ElementType::Float16:
    return writeValues<_Float16>(file, values, count);
  case ElementType::Float32:
    return writeValues<float>(file, values, count);
  case ElementType::Float64:
    return writeValues<double>(file, values, count);
  }
}
