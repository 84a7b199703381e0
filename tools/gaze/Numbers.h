//===- Numbers.h - What `gaze show` says about a mask ------------------------===//
#ifndef GAZE_TOOLS_NUMBERS_H
#define GAZE_TOOLS_NUMBERS_H

#include "gaze/gaze.h"
#include "tools/gaze/HeadGroups.h"
#include "tools/gaze/Reach.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gaze::cli {

/// Sums over all heads and batch entries.
struct Numbers {
  std::int64_t kept = 0, pairs = 0;
  std::int64_t fullTiles = 0, partialTiles = 0, emptyTiles = 0;
  std::int64_t tileQ = 0, tileK = 0;
  std::int64_t rowsSeen = 0, rows = 0;   ///< rows of tiles: looked at, and there
  std::int64_t masksSeen = 0, masks = 0; ///< that may differ, of heads and batch entries
  double flops = 0, flopsDense = 0;      ///< they may pass 2^63, and so may bytes
  double bytes = 0, bytesDense = 0;      ///< of K and V that the kernel reads
  double planBytes = 0;
  bool exact = true;
  double error = 0; ///< of `kept`, as a share of it
  Reach reach;
  std::size_t parts = 1; ///< in which a plan may compute the pattern instead of these tiles
  std::string selection; ///< for which tensors top_blocks selected; empty where it did not

  double density() const { return static_cast<double>(kept) / static_cast<double>(pairs); }
  /// The share of tiles that are skipped.
  double saved() const;
};

Numbers addUp(const std::vector<HeadGroup> &groups, const gaze_kernel &kernel,
              const gaze_shape &shape);

/// "about " where the numbers are estimates, else nothing.
std::string about(const Numbers &numbers);
/// "an estimate, not a bound: from a sample of 574 of 62,500 rows of tiles, +- 0.059 %"
std::string sampleText(const Numbers &numbers);
/// "12.5 %", "0.031 %"
std::string percent(double share);
/// "6.17 MiB"
std::string bytesText(double bytes);
/// "32 full, 102 partial, 378 empty, of 32 queries x 64 keys"
std::string tilesText(const Numbers &numbers);

/// One line for each.
std::string numbersText(const Numbers &numbers);
std::string numbersJson(const Numbers &numbers);

} // namespace gaze::cli

#endif // GAZE_TOOLS_NUMBERS_H
