//===- Survey.h - What a mask keeps, counted ---------------------------------===//
//
// A survey goes through the rows of tiles in bands, on all threads: it lists the
// tiles of a band, counts the pairs of the partial ones, adds both to the picture's
// grid, and forgets the band. So its memory does not grow with the sequence, and its
// cost goes with the tiles that exist.
//
// Where that is still too much (a strided mask of a million tokens has partial tiles
// only), it looks at a sample: the first rows and the last, and one query of each stratum
// of the other rows, which are chosen by
// a hash, so that no period of the mask meets a period of the sample, and so that the
// answer is the same on every machine and every day. What is done is bounded by a
// count of work and never by a clock, for the same reason.
//
// Test: test/tools/SurveyTest.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_SURVEY_H
#define GAZE_TOOLS_SURVEY_H

#include "tools/gaze/Grid.h"
#include "tools/gaze/MaskSource.h"

#include <cstdint>

namespace gaze::cli {

/// The counts of one mask, or estimates of them.
struct Census {
  std::int64_t keptPairs = 0;
  std::int64_t fullTiles = 0;
  std::int64_t partialTiles = 0;
  std::int64_t runs = 0;     ///< of tiles of one kind, as a plan stores them
  std::int64_t keysRead = 0; ///< keys of full and partial tiles, for each row of tiles
  std::int64_t rowsSeen = 0; ///< rows of tiles that were looked at
  bool exact = true;
  /// Two standard errors of keptPairs, as a share of it; 0 where it is exact.
  double error = 0;
  bool looksAhead = false; ///< some query that was looked at keeps a key behind itself
  /// The same for equal masks that are surveyed in the same way, and else different.
  std::uint64_t fingerprint = 0;
};

/// About a nanosecond of one thread.
using Work = std::int64_t;
/// Of all masks together; keeps `gaze show` at about two seconds on two threads.
inline constexpr Work surveyWork = 1'300'000'000;

/// Counts what the mask keeps, exactly where that takes at most `work`, and adds it to
/// the grid, if there is one, which a sample makes coarser. `threads` = 0 uses all cores.
Census survey(const MaskSource &source, Plane plane, Grid *grid, Work work = surveyWork,
              int threads = 0);

/// What a survey takes that says something: of everything, or of enough strata.
Work workOfFairSurvey(const MaskSource &source, Plane plane, int threads = 0);

} // namespace gaze::cli

#endif // GAZE_TOOLS_SURVEY_H
