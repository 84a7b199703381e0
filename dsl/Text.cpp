//===- Text.cpp - Files as text ----------------------------------------------===//

#include "dsl/Text.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

using namespace gaze::dsl;

namespace {

struct Character {
  std::size_t length; ///< in bytes; 0 where it is none
  std::uint32_t code;
};

/// The UTF-8 character that `text` begins with (RFC 3629: no surrogates, nothing overlong,
/// nothing past U+10FFFF).
Character firstCharacter(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80)
    return {1, byte(0)};
  std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length)
    return {};
  std::uint32_t code = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80)
      return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[length] || surrogate || code > 0x10FFFF)
    return {};
  return {length, code};
}

/// What a terminal obeys, or shows as nothing, or reorders other text by (Unicode's classes
/// Cc, Cf, Zl and Zp below U+10000).
bool isPrintable(std::uint32_t code) {
  constexpr std::pair<std::uint32_t, std::uint32_t> hidden[] = {
      {0x00, 0x08},     {0x0A, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
      {0x600, 0x605},   {0x61C, 0x61C},   {0x6DD, 0x6DD},   {0x70F, 0x70F},
      {0x890, 0x891},   {0x8E2, 0x8E2},   {0x180E, 0x180E}, {0x200B, 0x200F},
      {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};
  return std::none_of(std::begin(hidden), std::end(hidden),
                      [&](auto range) { return range.first <= code && code <= range.second; });
}

std::string lineOf(std::string_view text, std::size_t at) {
  auto begin = text.begin();
  return "line " +
         std::to_string(1 + std::count(begin, begin + static_cast<std::ptrdiff_t>(at), '\n'));
}

} // namespace

std::string gaze::dsl::whyNotText(std::string_view text) {
  if (text.size() > maxFileSize)
    return "it is larger than " + std::to_string(maxFileSize >> 20) + " MiB";
  if (auto zero = text.find('\0'); zero != std::string_view::npos)
    return "it is not a text file (" + lineOf(text, zero) + " holds a zero byte)";
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = firstCharacter(text.substr(at)).length;
    if (length == 0)
      return "it is not a text file (" + lineOf(text, at) + " is not UTF-8)";
    at += length;
  }
  return {};
}

std::string gaze::dsl::readFile(const std::string &path, std::string &text) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return "it is a folder";
  errno = 0;
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"),
                                                        std::fclose);
  if (!file)
    return std::generic_category().message(errno);
  text.clear();
  char block[1 << 16];
  while (text.size() <= maxFileSize) {
    std::size_t count = std::fread(block, 1, sizeof block, file.get());
    text.append(block, count);
    if (count == 0)
      break;
  }
  if (std::ferror(file.get()) != 0)
    return std::generic_category().message(errno);
  return whyNotText(text);
}

std::string gaze::dsl::printable(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = firstCharacter(text.substr(at));
    const std::size_t length = std::max<std::size_t>(character.length, 1); // any byte of a name
    result += isPrintable(character.code) || character.length == 0 ? text.substr(at, length) : "?";
    at += length;
  }
  return result;
}

std::string gaze::dsl::shortened(std::string_view text, std::size_t longest) {
  if (text.size() <= longest)
    return std::string(text);
  while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0) == 0x80)
    --longest; // no character is cut
  return std::string(text.substr(0, longest)) + "...";
}
