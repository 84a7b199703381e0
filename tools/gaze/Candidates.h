//===- Candidates.h - Schedules compiled, held to the reference, and timed ----===//
//
// What `gaze tune` does with one schedule. Before a candidate's time counts, its result
// is compared twice: with the float64 reference on a smaller problem, whose lengths are no
// multiple of a tile and which is large enough for full tiles and several chunks of keys;
// and with the default schedule's result on the whole problem.
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_TOOLS_CANDIDATES_H
#define GAZE_TOOLS_CANDIDATES_H

#include "compiler/reference/Compare.h"
#include "tools/gaze/ChosenPattern.h"
#include "tools/gaze/Problem.h"
#include "tools/gaze/Runner.h"
#include "tools/gaze/Timing.h"

#include <list>
#include <memory>
#include <optional>
#include <string>

namespace gaze::cli {

class Candidates {
public:
  /// `chosen` and `problem` outlive it; `device` is a GPU's number. Computes the references. Throws
  /// a Failure where the default schedule's own result is wrong.
  Candidates(const ChosenPattern &chosen, const Problem &problem, const KernelOptions &options,
             const Schedule &standard, int threads, int device);

  /// Why the schedule cannot be used, or an empty string: its result is wrong, or it cannot
  /// be compiled.
  std::string whyNot(const Schedule &schedule);

  /// Runs both on the whole problem by turns.
  Duel compare(const Schedule &incumbent, const Schedule &candidate, int rounds, double ms);

  /// What the float64 reference was computed for; empty where it would take too long.
  std::string checkedOn() const { return small ? small->describe() : ""; }

private:
  struct Compiled {
    Schedule schedule;
    JitKernel kernel;
    Runner runner;
  };
  Compiled &compiled(const Schedule &schedule);
  void findSmallProblem();
  std::string wrongResult(Compiled &candidate);

  const ChosenPattern &chosen;
  const Problem &problem;
  KernelOptions options;
  int threads, device;
  std::shared_ptr<ProblemOnDevice> onDevice; ///< the tensors of all candidates
  std::list<Compiled> recent;                ///< the last that were used, newest first
  std::optional<Problem> small;
  reference::Result smallReference;
  std::optional<reference::Result> standardResult; ///< of the whole problem
  reference::Tolerance tolerance;                  ///< of a result beside that
  Output output;
};

} // namespace gaze::cli

#endif // GAZE_TOOLS_CANDIDATES_H
