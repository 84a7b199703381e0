//===- NpyTest.cpp - Elements of .npy files, bit by bit -----------------------===//
//
// What NumPy itself reads and writes is tested by run.test and tensors.test.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/Npy.h"
#include "tools/gaze/Failure.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>
#include <unistd.h>

using namespace gaze::cli;

namespace {

class Npy : public testing::Test {
protected:
  void TearDown() override { ::unlink(path.c_str()); }

  std::string write(ElementType type, const std::vector<std::int64_t> &shape,
                    const std::vector<float> &values) {
    OutputFile file(path);
    writeNpy(file, type, shape, values.data());
    file.commit();
    std::ifstream stream(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }

  const std::string path = testing::TempDir() + "npy_test_" + std::to_string(::getpid()) + ".npy";
};

/// Float32 to float16 as IEEE 754 has it: to nearest, ties to even.
TEST_F(Npy, roundsToFloat16) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<std::pair<float, std::uint16_t>> cases = {
      {0.0F, 0x0000},         {-0.0F, 0x8000},         {1.0F, 0x3c00},
      {-2.0F, 0xc000},        {65504.0F, 0x7bff},      {65519.0F, 0x7bff},
      {65520.0F, 0x7c00},     {-1e9F, 0xfc00},         {infinity, 0x7c00},
      {0x1p-24F, 0x0001},     {0x1p-25F, 0x0000},      {0x1.8p-25F, 0x0001},
      {0x1p-14F, 0x0400},     {0x1.ff8p-15F, 0x03ff},  {1 + 0x1p-11F, 0x3c00},
      {1 + 0x3p-11F, 0x3c02}, {1 + 0x1.1p-11F, 0x3c01}};
  std::vector<float> values;
  for (const auto &[value, bits] : cases)
    values.push_back(value);
  const auto count = static_cast<std::int64_t>(values.size());
  const std::string bytes = write(ElementType::Float16, {count}, values);
  const char *data = bytes.data() + bytes.size() - 2 * values.size();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::uint16_t found;
    std::memcpy(&found, data + 2 * i, 2);
    EXPECT_EQ(found, cases[i].second) << cases[i].first;
  }
}

TEST_F(Npy, readsWhatItWrote) {
  const std::vector<float> values = {0, -0.0F, 1.5F, -65504, 0x1p-24F, 1024};
  for (ElementType type : {ElementType::Float16, ElementType::Float32, ElementType::Float64}) {
    write(type, {1, 2, 3}, values);
    const NpyTensor read = readNpy(path);
    EXPECT_EQ(read.type, type);
    EXPECT_EQ(read.shape, (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(read.values, values);
    EXPECT_TRUE(std::signbit(read.values[1]));
  }
}

TEST_F(Npy, keepsNaN) {
  for (ElementType type : {ElementType::Float16, ElementType::Float32, ElementType::Float64}) {
    write(type, {1}, {std::nanf("")});
    EXPECT_TRUE(std::isnan(readNpy(path).values.at(0))) << spelling(type);
  }
}

/// Kernels compute with bools as with numbers.
TEST_F(Npy, boolsAreZeroOrOne) {
  std::string text = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }";
  text.append(117 - text.size(), ' ');
  const auto read = [&](const std::string &data) {
    std::ofstream(path, std::ios::binary)
        << std::string("\x93NUMPY\x01\x00\x76\x00", 10) << text << '\n'
        << data;
    return readNpyInput(path).bools;
  };
  EXPECT_EQ(read(std::string("\1\0\1", 3)), (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_THROW(read("\1\2\1"), Failure);
  EXPECT_THROW(read("\1\1\xe2"), Failure);
}

/// A header may be long and hold anything; the message is short and obeyed by no terminal.
TEST_F(Npy, whatAHeaderSaysIsNotRepeatedAsItIs) {
  const std::string text =
      "{'descr': '\x1b[2J" + std::string(40000, 'x') + "', 'fortran_order': False, 'shape': ()}";
  const std::string whole = std::string("\x93NUMPY\x01\x00", 8) +
                            static_cast<char>(text.size() & 255U) +
                            static_cast<char>(text.size() >> 8U) + text;
  try {
    parseNpyHeader(path, whole, whole.size());
    FAIL();
  } catch (const Failure &failure) {
    const std::string message = failure.what();
    EXPECT_NE(message.find("elements of type '?[2Jxxx"), std::string::npos) << message;
    EXPECT_LT(message.size(), 500U);
  }
}

TEST_F(Npy, dataBeginsAligned) {
  for (std::int64_t size : {1, 1000, 1000000}) {
    const std::string bytes = write(ElementType::Float32, {size, 1, 1}, std::vector<float>(size));
    EXPECT_EQ((bytes.size() - size * 4) % 64, 0U) << size;
    EXPECT_EQ(bytes[bytes.size() - size * 4 - 1], '\n');
  }
}

/// Every beginning of a file is refused, and none crashes.
TEST_F(Npy, everyTruncationIsAnError) {
  const std::string whole = write(ElementType::Float32, {2, 3}, std::vector<float>(6));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(parseNpyHeader(path, whole.substr(0, size), size), Failure) << size;
  EXPECT_NO_THROW(parseNpyHeader(path, whole, whole.size()));
}

/// Every header with one byte replaced is either refused or still says 24 bytes.
TEST_F(Npy, everyReplacedByteIsAnErrorOrHarmless) {
  const std::string whole = write(ElementType::Float32, {2, 3}, std::vector<float>(6));
  for (std::size_t at = 0; at + 24 < whole.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = whole;
      changed[at] = static_cast<char>(byte);
      try {
        const NpyHeader header = parseNpyHeader(path, changed, changed.size());
        std::int64_t count = 1;
        for (std::int64_t size : header.shape)
          count *= size;
        // The last digit of NumPy's name of a type says how many bytes it has.
        const char bytes = changed[whole.find("<f4") + 2];
        EXPECT_EQ(header.dataBegin + static_cast<std::size_t>(count * (bytes - '0')),
                  changed.size());
      } catch (const Failure &failure) {
        EXPECT_EQ(failure.status, ExitWrongInput);
      }
    }
  }
}

} // namespace
