//===- Npy.cpp - NumPy's .npy files ------------------------------------------===//
#include "tools/gaze/Npy.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Memory.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <sys/stat.h>

using namespace gaze::cli;

std::string gaze::cli::spelling(const std::vector<std::int64_t> &shape) {
  constexpr std::size_t most = 32; // a header can name thousands
  if (shape.size() > most)
    return "[" + std::to_string(shape.size()) + " axes]";
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

namespace {

/// A file behind its header.
struct OpenNpy {
  std::string path;
  std::ifstream stream;
  NpyHeader header;
  std::size_t count = 1;

  explicit OpenNpy(const std::string &path);
};

} // namespace

OpenNpy::OpenNpy(const std::string &path) : path(path) {
  const std::uint64_t size = fileSize(path);
  stream.open(path, std::ios::binary);
  if (!stream)
    throw Failure("cannot read '" + path + "': " + std::strerror(errno));
  std::string beginning(std::min<std::uint64_t>(size, 1 << 16), '\0');
  stream.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  header = parseNpyHeader(path, beginning, size);
  for (std::int64_t extent : header.shape)
    count *= static_cast<std::size_t>(extent);
  stream.seekg(static_cast<std::streamoff>(header.dataBegin));
}

/// Reads elements of type `Element` as values of another type. Returns how many of
/// the values are infinite where the elements are not.
template <typename Element, typename Value>
static std::int64_t readValues(OpenNpy &file, std::vector<Value> &values) {
  const std::size_t count = file.count;
  checkMemory("'" + file.path + "'", count, sizeof(Value)); // a sparse file may have any size
  std::int64_t overflows = 0;
  std::vector<Element> piece(std::min<std::size_t>(count, 1 << 18));
  values.resize(count);
  for (std::size_t done = 0; done < count && file.stream;) {
    const std::size_t size = std::min(count - done, piece.size());
    file.stream.read(reinterpret_cast<char *>(piece.data()),
                     static_cast<std::streamsize>(size * sizeof(Element)));
    std::transform(piece.begin(), piece.begin() + size, values.begin() + done,
                   [](Element value) { return static_cast<Value>(value); });
    if constexpr (sizeof(Element) > sizeof(Value))
      for (std::size_t i = 0; i < size; ++i)
        overflows += std::isinf(values[done + i]) && !std::isinf(piece[i]);
    done += size;
  }
  return overflows;
}

/// How many overflow float32; nothing where the elements are no floats.
static std::optional<std::int64_t> readFloats(OpenNpy &file, std::vector<float> &values) {
  switch (file.header.type) {
  case ElementType::Float16:
    return readValues<_Float16>(file, values);
  case ElementType::Float32:
    return readValues<float>(file, values);
  case ElementType::Float64:
    return readValues<double>(file, values);
  default:
    return std::nullopt;
  }
}

static void readInts(OpenNpy &file, std::vector<std::int64_t> &values) {
  switch (file.header.type) {
  case ElementType::Int8:
    readValues<std::int8_t>(file, values);
    break;
  case ElementType::Int16:
    readValues<std::int16_t>(file, values);
    break;
  case ElementType::Int32:
    readValues<std::int32_t>(file, values);
    break;
  case ElementType::UInt8:
    readValues<std::uint8_t>(file, values);
    break;
  case ElementType::UInt16:
    readValues<std::uint16_t>(file, values);
    break;
  case ElementType::UInt32:
    readValues<std::uint32_t>(file, values);
    break;
  default:
    readValues<std::int64_t>(file, values);
    break;
  }
}

/// NumPy writes bools as 0 and 1, and takes anything for one.
static void readBools(OpenNpy &file, std::vector<std::uint8_t> &values) {
  readValues<std::uint8_t>(file, values);
  const auto odd = std::find_if(values.begin(), values.end(), [](auto value) { return value > 1; });
  if (odd != values.end())
    throw Failure("'" + file.path + "' holds a bool that is " + std::to_string(*odd) +
                  ", and not 0 or 1; write it anew, as with (x != 0) in NumPy");
}

static void checkRead(const OpenNpy &file) {
  if (file.stream.eof())
    throw Failure("cannot read '" + file.path + "': it became shorter meanwhile");
  if (!file.stream)
    throw Failure("cannot read '" + file.path + "': " + std::strerror(errno));
}

NpyTensor gaze::cli::readNpy(const std::string &path) {
  OpenNpy file(path);
  NpyTensor tensor{path, file.header.type, file.header.shape, {}, 0};
  const std::optional<std::int64_t> overflows = readFloats(file, tensor.values);
  if (!overflows)
    throw Failure("'" + path + "' holds " + spelling(file.header.type) +
                  "; Q, K and V are float16, float32 or float64");
  checkRead(file);
  tensor.overflows = *overflows;
  return tensor;
}

NpyInput gaze::cli::readNpyInput(const std::string &path) {
  OpenNpy file(path);
  NpyInput input{path, file.header.type, file.header.shape, {}, {}, {}};
  if (file.header.type == ElementType::Bool)
    readBools(file, input.bools);
  else if (!readFloats(file, input.floats))
    readInts(file, input.ints);
  checkRead(file);
  return input;
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
  case ElementType::Float64:
    return writeValues<double>(file, values, count);
  default:
    return writeValues<float>(file, values, count);
  }
}
