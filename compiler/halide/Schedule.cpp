//===- Schedule.cpp - Knobs: the default rule, checks, JSON --------------------===//
#include "compiler/Schedule.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace gaze {
namespace {

/// The knobs in the order in which a schedule file lists them.
constexpr std::array<std::pair<const char *, int Schedule::*>, 6> knobs = {{
    {"tile_q", &Schedule::tileQ},
    {"tile_k", &Schedule::tileK},
    {"edge_k", &Schedule::edgeK},
    {"keys", &Schedule::keys},
    {"channels", &Schedule::channels},
    {"chunk_tiles", &Schedule::chunkTiles},
}};

constexpr int largestKnob = 4096;
constexpr std::int64_t largestStrip = std::int64_t{1} << 26; // 256 MiB of floats

} // namespace

Schedule defaultSchedule(int lanes) {
  // Two vectors of queries times eight keys (or channels) of accumulators leave
  // registers for the operands on machines with 32 of them, and half as many
  // keys do on machines with 16. A strip of scores of 1,024 keys stays in L2.
  Schedule schedule;
  const bool manyRegisters = lanes >= 16;
  schedule.tileQ = 2 * lanes;
  schedule.tileK = 64;
  schedule.keys = manyRegisters ? 8 : 4;
  schedule.channels = manyRegisters ? 8 : 4;
  schedule.chunkTiles = 16;
  return schedule;
}

void completeSchedule(Schedule &schedule) {
  // The narrowest partial tile that is not all overhead: what it computes beyond the
  // border of a pattern is wasted.
  constexpr int narrowest = 16;
  if (schedule.edgeK > 0)
    return;
  schedule.edgeK = schedule.tileK;
  for (int width = schedule.keys; width < schedule.tileK; width += schedule.keys)
    if (width >= narrowest && schedule.tileK % width == 0) {
      schedule.edgeK = width;
      return;
    }
}

std::string invalidReason(const Schedule &schedule, int lanes, int valueDim) {
  for (const auto &[name, knob] : knobs)
    if (schedule.*knob < 1 || schedule.*knob > largestKnob)
      return std::string(name) + " must be from 1 to " + std::to_string(largestKnob) + ", not " +
             std::to_string(schedule.*knob);
  if (schedule.tileQ % lanes != 0)
    return "tile_q must be a multiple of the vector lanes, " + std::to_string(lanes);
  if (schedule.tileQ > 256 || schedule.tileK > 512)
    return "tile_q must be at most 256 and tile_k at most 512";
  if (schedule.tileK % schedule.edgeK != 0)
    return "edge_k must divide tile_k, " + std::to_string(schedule.tileK);
  if (schedule.edgeK % schedule.keys != 0)
    return "keys must divide edge_k, " + std::to_string(schedule.edgeK);
  if (valueDim % schedule.channels != 0)
    return "channels must divide the head dimension of V, " + std::to_string(valueDim);
  const std::int64_t strip = std::int64_t{schedule.tileQ} * schedule.tileK * schedule.chunkTiles;
  if (strip > largestStrip)
    return "tile_q * tile_k * chunk_tiles, the scores that a thread keeps, must be at most " +
           std::to_string(largestStrip) + ", not " + std::to_string(strip);
  const int accumulators = schedule.tileQ / lanes * std::max(schedule.keys, schedule.channels);
  if (accumulators > 256)
    return "tile_q times keys (or channels) makes " + std::to_string(accumulators) +
           " vectors of accumulators; more than 256 only waste time";
  return {};
}

std::int64_t scratchBytes(const Schedule &schedule, int headDim, int valueDim) {
  // Strips of scores and of weights, of full and of partial tiles; the transposed
  // queries, the values; and what Halide adds to each for alignment.
  const std::int64_t strip = std::int64_t{schedule.tileK} * schedule.chunkTiles;
  const std::int64_t perQuery = 4 * strip + headDim + valueDim;
  constexpr std::int64_t slack = 1 << 16;
  return schedule.tileQ * perQuery * static_cast<std::int64_t>(sizeof(float)) + slack;
}

std::string toJson(const Schedule &schedule) {
  nlohmann::ordered_json object;
  for (const auto &[name, knob] : knobs)
    object[name] = schedule.*knob;
  return object.dump(2) + "\n";
}

std::string fromJson(const std::string &text, Schedule &schedule) {
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded())
    return "a schedule is a JSON object, and this is not JSON";
  if (!object.is_object())
    return "a schedule is a JSON object";
  for (const auto &[key, value] : object.items()) {
    int Schedule::*target = nullptr;
    for (const auto &[name, knob] : knobs)
      if (key == name)
        target = knob;
    if (!target)
      return "unknown knob '" + key + "'";
    if (!value.is_number_integer() || value < 1 || value > largestKnob)
      return "knob '" + key + "' must be an integer from 1 to " + std::to_string(largestKnob);
    schedule.*target = value.get<int>();
  }
  return {};
}

} // namespace gaze
