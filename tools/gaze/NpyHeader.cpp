//===- NpyHeader.cpp - The text at the beginning of a .npy file ---------------===//
//
//   "\x93NUMPY", version (2 bytes), length of the text (2 bytes, or 4 from 2.0 on),
//   {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
//
// The text is a literal of Python. We read the part of Python that NumPy writes:
// quoted strings, True and False, tuples of ints; keys in any order.
//
//===----------------------------------------------------------------------===//
#include "dsl/Names.h"
#include "dsl/Text.h"
#include "tools/gaze/Failure.h"
#include "tools/gaze/Npy.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

using namespace gaze::cli;

namespace {

struct KnownType {
  std::string_view descr, name;
  ElementType type;
  std::uint64_t bytes;
};

constexpr KnownType knownTypes[] = {
    {"<f2", "float16", ElementType::Float16, 2}, {"<f4", "float32", ElementType::Float32, 4},
    {"<f8", "float64", ElementType::Float64, 8}, {"|b1", "bool", ElementType::Bool, 1},
    {"|i1", "int8", ElementType::Int8, 1},       {"<i2", "int16", ElementType::Int16, 2},
    {"<i4", "int32", ElementType::Int32, 4},     {"<i8", "int64", ElementType::Int64, 8},
    {"|u1", "uint8", ElementType::UInt8, 1},     {"<u2", "uint16", ElementType::UInt16, 2},
    {"<u4", "uint32", ElementType::UInt32, 4}};

const KnownType &known(ElementType type) {
  return *std::find_if(std::begin(knownTypes), std::end(knownTypes),
                       [&](const KnownType &candidate) { return candidate.type == type; });
}

/// Reads the literal; throws a Failure that names the file.
class HeaderParser {
public:
  HeaderParser(const std::string &path, std::string_view text) : path(path), rest(text) {}

  NpyHeader parse() {
    bool sawType = false, sawOrder = false, sawShape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !std::exchange(sawType, true))
        elementType();
      else if (key == "fortran_order" && !std::exchange(sawOrder, true))
        order();
      else if (key == "shape" && !std::exchange(sawShape, true))
        shape();
      else
        malformed("its key " + gaze::dsl::inQuotes(key) + " is unknown, or stands twice");
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skipSpace();
    if (!rest.empty())
      malformed("something stands behind its '}'");
    const char *missing = !sawType    ? "descr"
                          : !sawOrder ? "fortran_order"
                          : !sawShape ? "shape"
                                      : nullptr;
    if (missing)
      malformed("it lacks the key '" + std::string(missing) + "'");
    return header;
  }

private:
  [[noreturn]] void malformed(const std::string &why) const {
    throw Failure("'" + path +
                  "' is no .npy file that NumPy writes: its header is malformed: " + why);
  }

  [[noreturn]] void needs(const std::string &what) const {
    malformed(what + " is needed " +
              (rest.empty() ? "at its end" : "before " + gaze::dsl::inQuotes(rest)));
  }

  void skipSpace() {
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.front())))
      rest.remove_prefix(1);
  }

  bool take(char c) {
    skipSpace();
    if (rest.empty() || rest.front() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c))
      needs("'" + std::string(1, c) + "'");
  }

  bool takeWord(std::string_view word) {
    skipSpace();
    if (rest.substr(0, word.size()) != word)
      return false;
    rest.remove_prefix(word.size());
    return true;
  }

  std::string string() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'')
      expect('\'');
    const std::size_t end = rest.find(quote);
    if (end == std::string_view::npos)
      malformed("a text in it has no end");
    std::string text(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    return text;
  }

  void elementType() {
    skipSpace();
    const std::string found = rest.empty() || rest.front() == '[' ? "" : string();
    for (const KnownType &candidate : knownTypes)
      if (candidate.descr == found) {
        header.type = candidate.type;
        return;
      }
    throw Failure("'" + path + "' holds elements of type " +
                  (found.empty() ? "a structure" : gaze::dsl::inQuotes(found)) +
                  "; gaze reads little-endian floats, signed ints, unsigned ints of at most 32 "
                  "bits, and bools");
  }

  void order() {
    if (takeWord("True"))
      throw Failure("'" + path +
                    "' is in Fortran order; gaze reads C order (numpy.ascontiguousarray)");
    if (!takeWord("False"))
      needs("True or False");
  }

  void shape() {
    expect('(');
    while (!take(')')) {
      skipSpace();
      std::int64_t size = 0;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
      if (error == std::errc::result_out_of_range)
        throw Failure("'" + path + "' names a dimension past what 64 bits count");
      if (error != std::errc() || size < 0)
        needs("a size of at least 0");
      rest.remove_prefix(end - rest.data());
      header.shape.push_back(size);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
  }

  const std::string &path;
  std::string_view rest;
  NpyHeader header;
};

} // namespace

std::string gaze::cli::spelling(ElementType type) { return std::string(known(type).name); }

static std::uint64_t littleEndian(const std::string &bytes, std::size_t begin, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[begin + i]);
  return value;
}

/// Holds the size of the file to what the header says.
static void checkDataSize(const std::string &path, const NpyHeader &header,
                          std::uint64_t fileSize) {
  std::uint64_t bytes = known(header.type).bytes;
  bool overflows = false;
  for (std::int64_t size : header.shape)
    overflows |= __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes);
  const std::uint64_t found = fileSize - header.dataBegin;
  if (overflows || bytes > found)
    throw Failure("'" + path + "' is truncated: its header says " + spelling(header.shape) + " " +
                  spelling(header.type) + ", " +
                  (overflows ? "more than any file holds" : std::to_string(bytes) + " bytes") +
                  ", and " + std::to_string(found) + " bytes follow");
  if (bytes < found)
    throw Failure("'" + path + "' has " + std::to_string(found - bytes) +
                  " bytes behind its data of shape " + spelling(header.shape));
}

NpyHeader gaze::cli::parseNpyHeader(const std::string &path, const std::string &beginning,
                                    std::uint64_t fileSize) {
  if (fileSize == 0)
    throw Failure("'" + path + "' is empty; a .npy file is needed");
  if (beginning.compare(0, 6, "\x93NUMPY") != 0)
    throw Failure("'" + path + "' is no .npy file: it does not begin with NumPy's signature");
  const auto tooShort = [&] { throw Failure("'" + path + "' is truncated within its header"); };
  if (beginning.size() < 10)
    tooShort();
  const int major = static_cast<unsigned char>(beginning[6]);
  const int minor = static_cast<unsigned char>(beginning[7]);
  if (major < 1 || major > 3 || minor != 0)
    throw Failure("'" + path + "' has version " + std::to_string(major) + "." +
                  std::to_string(minor) + " of the .npy format; gaze reads 1.0, 2.0 and 3.0");
  const std::size_t lengthBytes = major == 1 ? 2 : 4;
  const std::size_t textBegin = 8 + lengthBytes;
  if (beginning.size() < textBegin)
    tooShort();
  const std::uint64_t length = littleEndian(beginning, 8, lengthBytes);
  if (length > fileSize - textBegin)
    tooShort();
  if (length > beginning.size() - textBegin)
    throw Failure("'" + path + "' has a header of " + std::to_string(length) +
                  " bytes; a tensor of floats needs less than 200");

  NpyHeader header =
      HeaderParser(path, std::string_view(beginning).substr(textBegin, length)).parse();
  header.dataBegin = textBegin + length;
  checkDataSize(path, header, fileSize);
  return header;
}
