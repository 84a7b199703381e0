//===- Machine.h - The machine that a schedule is tuned on --------------------===//
#ifndef GAZE_COMPILER_MACHINE_H
#define GAZE_COMPILER_MACHINE_H

#include <string>

namespace gaze {

struct Machine {
  std::string cpu; ///< "AMD EPYC 9654 96-Core Processor, family 25, model 17"
  int cores = 0;   ///< that this process may use
};

/// What Linux says of this one; "unknown" where it does not say.
Machine thisMachine();

} // namespace gaze

#endif // GAZE_COMPILER_MACHINE_H
