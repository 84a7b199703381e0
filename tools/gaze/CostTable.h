//===- CostTable.h - What accuracy a mask costs, as text and JSON -------------===//
#ifndef GAZE_TOOLS_COSTTABLE_H
#define GAZE_TOOLS_COSTTABLE_H

#include "compiler/reference/MaskCost.h"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace gaze::cli {

/// A line for each head and one for all. `causal`: dense attention was.
std::string costTable(const reference::MaskCost &cost, bool causal);

/// The same; null stands for NaN and infinity, which JSON has not.
nlohmann::ordered_json costJson(const reference::MaskCost &cost, bool causal);

} // namespace gaze::cli

#endif // GAZE_TOOLS_COSTTABLE_H
