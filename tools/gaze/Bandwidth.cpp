//===- Bandwidth.cpp - How fast this machine reads memory --------------------===//
//
// Decoding reads every key and value once and does little with it, so that memory is
// its limit, as arithmetic is that of long queries (Peak.cpp). Each thread reads a
// contiguous part of the buffer, which hardware follows best, and adds it up in
// independent sums, which no compiler may leave out.
//
//===----------------------------------------------------------------------===//
#include "tools/gaze/Bandwidth.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t wordsOfALine = 8;
constexpr std::size_t words = std::size_t{1} << 26; // 512 MiB
volatile std::uint64_t sink;

void read(const std::uint64_t *begin, std::size_t count) {
  std::array<std::uint64_t, wordsOfALine> sums{};
  for (std::size_t i = 0; i + wordsOfALine <= count; i += wordsOfALine)
    for (std::size_t word = 0; word < wordsOfALine; ++word)
      sums[word] += begin[i + word];
  for (const std::uint64_t sum : sums)
    sink = sum;
}

} // namespace

double gaze::cli::measureReadBandwidth(int threads) {
  using Clock = std::chrono::steady_clock;
  const std::vector<std::uint64_t> buffer(words, 1);
  const std::size_t share = words / threads;
  double best = 0;
  for (int repetition = 0; repetition < 5; ++repetition) {
    const auto begin = Clock::now();
    std::vector<std::thread> team;
    for (int i = 1; i < threads; ++i)
      team.emplace_back(read, buffer.data() + share * i, share);
    read(buffer.data(), share);
    for (std::thread &thread : team)
      thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::max(best, static_cast<double>(share * threads * sizeof(buffer[0])) / seconds);
  }
  return best * 1e-9;
}
