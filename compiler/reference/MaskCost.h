//===- MaskCost.h - How far a sparse output is from the dense one -------------===//
//
// What accuracy a mask costs on given tensors: the pattern's output beside that of
// dense attention with the same scale and the same scores, where every pair takes
// part. A pattern that looks at no later key stands beside dense causal attention
// (Result::causal), since the model that it is meant for does not look ahead either.
//
// The mass that a row keeps is the sum of dense attention's weights over the kept
// keys. Its scores are the same, so that is exp(sparse lse - dense lse).
//
//===----------------------------------------------------------------------===//
#ifndef GAZE_COMPILER_REFERENCE_MASKCOST_H
#define GAZE_COMPILER_REFERENCE_MASKCOST_H

#include "compiler/reference/Attention.h"

namespace gaze::reference {

/// Each number is NaN where NaN or an infinity in the tensors makes it one, or where
/// dense attention has no pair at all.
struct Cost {
  double pairs = 0;         ///< the share of dense attention's pairs that are kept
  double massMean = 0;      ///< mean over rows of the mass that they keep
  double massWorst = 0;     ///< mean over the 1 % of rows (rounded up) that keep least
  double relativeError = 0; ///< ||sparse - dense|| / ||dense||, Frobenius norms
};

struct MaskCost {
  std::vector<Cost> heads; ///< by head, each over all batch entries
  Cost all;
};

/// `sparse` and `dense` are the attention of one problem over Pairs::Kept and over
/// UpToQuery or All. Rows for which dense attention has no key keep no mass and lose
/// none: they are left out of it.
MaskCost maskCost(const Result &sparse, const Result &dense, const gaze_shape &shape, int valueDim);

} // namespace gaze::reference

#endif // GAZE_COMPILER_REFERENCE_MASKCOST_H
