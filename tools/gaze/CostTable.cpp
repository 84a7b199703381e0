//===- CostTable.cpp - What accuracy a mask costs, as text and JSON -----------===//
#include "tools/gaze/CostTable.h"

#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace gaze;
using namespace gaze::cli;
using reference::Cost;

static std::string percent(double share) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << 100 * share;
  return std::isnan(share) ? "nan" : text.str() + " %";
}

static std::string threeDigits(double value) {
  std::ostringstream text;
  text << std::showpoint << std::setprecision(3) << value;
  return std::isnan(value) ? "nan" : value == 0 ? "0" : text.str();
}

static void addLine(std::ostringstream &text, const std::string &name, const Cost &cost) {
  text << std::setw(4) << name << std::setw(14) << percent(cost.pairs) << std::setw(13)
       << percent(cost.massMean) << std::setw(13) << percent(cost.massWorst) << std::setw(18)
       << threeDigits(cost.relativeError) << "\n";
}

std::string cli::costTable(const reference::MaskCost &cost, bool causal) {
  std::ostringstream text;
  text << "against dense "
       << (causal ? "causal attention, every key up to the query" : "attention, every key")
       << ", with the same scale and scores:\n"
       << "head    pairs kept    mass kept    worst 1 %    relative error\n";
  for (std::size_t head = 0; head < cost.heads.size(); ++head)
    addLine(text, std::to_string(head), cost.heads[head]);
  addLine(text, "all", cost.all);
  return text.str();
}

static nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
}

nlohmann::ordered_json cli::costJson(const reference::MaskCost &cost, bool causal) {
  constexpr std::pair<const char *, double Cost::*> keys[] = {
      {"pairs_kept", &Cost::pairs},
      {"mass_mean", &Cost::massMean},
      {"mass_worst_1_percent", &Cost::massWorst},
      {"relative_error", &Cost::relativeError}};
  nlohmann::ordered_json object = {{"causal", causal}};
  for (const auto &[key, member] : keys) {
    object["all"][key] = number(cost.all.*member);
    for (const Cost &head : cost.heads)
      object[key].push_back(number(head.*member));
  }
  return object;
}
