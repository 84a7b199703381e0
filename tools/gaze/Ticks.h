//===- Ticks.h - Round numbers along an axis ---------------------------------===//
#ifndef GAZE_TOOLS_TICKS_H
#define GAZE_TOOLS_TICKS_H

#include <cstdint>
#include <string>
#include <vector>

namespace gaze::cli {

/// Multiples of a round number from 0 to `extent` (inclusive), at most `most` of them,
/// at least 2: of 1, 2 or 5 times a power of ten, or of a power of two where `extent`
/// is a multiple of a large one and of no large power of ten.
std::vector<std::int64_t> ticks(std::int64_t extent, int most);

/// "1,048,576"
std::string withCommas(std::int64_t number);

} // namespace gaze::cli

#endif // GAZE_TOOLS_TICKS_H
