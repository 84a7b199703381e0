//===- Text.h - Files as text ------------------------------------------------===//
#ifndef GAZE_DSL_TEXT_H
#define GAZE_DSL_TEXT_H

#include <string>
#include <string_view>

namespace gaze::dsl {

/// Pattern files are written by people; what is larger is a mistake.
constexpr std::size_t maxFileSize = std::size_t(64) << 20;

/// Reads a whole file into `text`. Returns what is wrong, in words that follow
/// "cannot read 'NAME': ", or nothing.
std::string readFile(const std::string &path, std::string &text);

/// Why `text` cannot be a pattern file (too large, a NUL byte, not UTF-8), in the
/// same form, or nothing.
std::string whyNotText(std::string_view text);

/// Text that others wrote as it may stand in a message: '?' for each character that a terminal
/// obeys, does not show, or reorders other text by. Tabs stay.
std::string printable(std::string_view text);

/// Text that is absurdly long, cut behind `longest` bytes.
std::string shortened(std::string_view text, std::size_t longest);

} // namespace gaze::dsl

#endif // GAZE_DSL_TEXT_H
