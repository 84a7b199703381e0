//===- Questions.h - What classify says of many rectangles ---------------------===//
#ifndef GAZE_RUNTIME_QUESTIONS_H
#define GAZE_RUNTIME_QUESTIONS_H

#include "runtime/Error.h"
#include "runtime/Memory.h"
#include "runtime/Plan.h"
#include "runtime/Search.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace gaze::runtime {

/// Asks classify, or classify_candidates, for many rectangles, a batch at a time.
class Questions {
public:
  using Classify = ClassifyFunction;

  Questions(const gaze_plan &plan, Classify classify)
      : classify(classify), arguments(plan), batch(8 * (batchSize + largestVector)) {}

  void clear() { asked = 0, answered = 0; }

  /// Of queries and keys, first and last.
  void ask(std::int64_t firstQ, std::int64_t lastQ, std::int64_t firstK, std::int64_t lastK,
           const Planes &planes) {
    if (asked - answered == batchSize)
      answer();
    std::int64_t *const ends = batch.data() + 8 * (asked++ - answered);
    ends[0] = firstQ, ends[1] = lastQ, ends[2] = firstK, ends[3] = lastK;
    ends[4] = planes.firstHead, ends[5] = planes.lastHead;
    ends[6] = planes.firstBatch, ends[7] = planes.lastBatch;
  }

  /// Of all that was asked, in order.
  const std::uint8_t *verdicts() {
    answer();
    return all.data();
  }

private:
  /// `classify` answers for whole vectors: so many rectangles may be read, and verdicts
  /// written, behind the last.
  static constexpr std::size_t largestVector = 16;
  static constexpr std::size_t batchSize = 256;

  const Classify classify;
  Arguments arguments;
  Vector<std::int64_t> batch;
  Vector<std::uint8_t> all;
  std::size_t asked = 0, answered = 0;

  void answer() {
    const auto count = static_cast<std::int64_t>(asked - answered);
    if (all.size() < asked + largestVector)
      all.resize(2 * asked + largestVector);
    Buffer in(batch.data(), int64, 8, count, 8);
    Buffer out(all.data() + answered, uint8, count);
    if (const int code =
            classify(arguments.uniforms.get(), arguments.ints.get(), arguments.floats.get(),
                     arguments.bools.get(), arguments.zones.get(), in.get(), out.get()))
      throw Failure(GAZE_INTERNAL_ERROR, "classify failed with code " + std::to_string(code));
    answered = asked;
  }
};

} // namespace gaze::runtime

#endif // GAZE_RUNTIME_QUESTIONS_H
