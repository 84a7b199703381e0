//===- Bytes.h - Fuzzed bytes, taken one value after the other ---------------------===//
#ifndef GAZE_TEST_FUZZ_BYTES_H
#define GAZE_TEST_FUZZ_BYTES_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace gaze::test {

/// Zeros behind the end.
class Bytes {
public:
  Bytes(const std::uint8_t *bytes, std::size_t size) : next(bytes), end(bytes + size) {}

  bool empty() const { return next == end; }

  std::uint8_t byte() { return next == end ? 0 : *next++; }

  /// In [0, count).
  int below(int count) { return byte() % count; }

  bool flag() { return (byte() & 1) != 0; }

  std::int64_t word() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
      value = value << 8 | byte();
    std::int64_t result;
    std::memcpy(&result, &value, sizeof result);
    return result;
  }

  /// `usual` most of the time, else a number at which arithmetic goes wrong, or any.
  std::int64_t size(std::int64_t usual) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t odd[] = {0,         -1,        1,         2,         3,
                                    1LL << 16, 1LL << 30, 1LL << 31, 1LL << 32, 1LL << 39,
                                    1LL << 40, 1LL << 47, 1LL << 48, 1LL << 61, 1LL << 62,
                                    most,      most / 3,  -most - 1, -7,        2147418112};
    constexpr int oddCount = sizeof odd / sizeof *odd;
    const int choice = byte();
    if (choice == 255)
      return word();
    if (choice >= 200)
      return odd[(choice - 200) % oddCount];
    return choice >= 160 ? choice - 159 : usual;
  }

private:
  const std::uint8_t *next, *const end;
};

} // namespace gaze::test

#endif // GAZE_TEST_FUZZ_BYTES_H
